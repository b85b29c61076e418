//! Style sheets of a page: where they come from, and what they make a page fetch.

use super::page::Manner;
use super::page::Page;
use super::policy::Destination;
use super::policy::ReferrerPolicy;
use super::reference::{Kind, SheetAnswer, SheetId, SkipReason, Source};
use super::tree::NodeId;

/// All sheets of a page.
#[derive(Default)]
pub(super) struct Sheets {
    pub(super) waiting: Vec<SheetId>,
}

impl Page {
    #[expect(clippy::too_many_arguments, reason = "the attributes of a link")]
    pub(super) fn linked_sheet(
        &mut self,
        node: NodeId,
        href: &str,
        media: &str,
        title: &str,
        alternate: bool,
        policy: ReferrerPolicy,
        cors: Option<bool>,
        nonce: &str,
        integrity: &str,
        charset: &str,
    ) {
        let _ = (title, alternate, integrity, charset);
        let id = self.new_sheet_id();
        let kind = Kind::Sheet(id);
        if !self.screen.matches(media) {
            return self.skip(self.order(node, 0), href, Source::Stylesheet, kind, SkipReason::Media(media.to_owned()));
        }
        let manner = Manner { what: Destination::Style, policy, cors, nonce, kind, ..self.manner(Source::Stylesheet) };
        let r = self.refer(self.order(node, 0), href, manner);
        if r.fetched() {
            self.sheets.waiting.push(id);
        }
        self.push(r);
    }

    pub(super) fn style_element(&mut self, node: NodeId) {
        let _ = node;
    }

    pub(super) fn sheet_answer(&mut self, id: SheetId, answer: Option<SheetAnswer>) -> bool {
        let _ = answer;
        let Some(i) = self.sheets.waiting.iter().position(|w| *w == id) else { return false };
        self.sheets.waiting.swap_remove(i);
        true
    }

    pub(super) fn finish_styles(&mut self) {}

    pub(super) fn is_rendered(&self, node: NodeId) -> bool {
        let mut at = Some(node);
        while let Some(n) = at {
            let style = self.tree.attr(n, "style").unwrap_or_default().replace(char::is_whitespace, "");
            if style.contains("display:none") || (self.tree.attr(n, "hidden").is_some() && self.tree.local(n) != "embed") {
                return false;
            }
            at = self.tree.parent(n);
        }
        true
    }
}
