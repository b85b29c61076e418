//! The size of a frame, which is the viewport of the page in it, as far as it is known without layout.
//! Spec: HTML §15.4.3 (dimension attributes), CSS Sizing 3 §5.1 (300 by 150 where nothing is said).

use std::rc::Rc;

use selectors::context::{
    MatchingContext, MatchingForInvalidation, MatchingMode, NeedsSelectorFlags, QuirksMode, SelectorCaches,
};
use selectors::matching::matches_selector_list;

use super::super::media::Screen;
use super::super::page::Page;
use super::super::tree::NodeId;
use super::element::{El, View};
use super::forms::Forms;
use super::property::{Declared, Property, Setting, What};
use super::shadows::Shadows;
use super::sheet::{Rule, read_attribute};

/// Most rules about a size that are tried for a frame.
const TRIED: usize = 1000;

impl Page {
    /// The screen of the page in a frame. A side that only layout could tell, being a part of what is around it or up to a sheet, is
    /// taken to be as long as this page's; so are those of `frame`, `object` and `embed`.
    pub(in super::super) fn frame_screen(&self, node: NodeId) -> Screen {
        if !self.tree.is_html(node, "iframe") {
            return self.screen;
        }
        let attribute = self.tree.attr(node, "style").filter(|s| self.gate.inline_style(true, s, "").is_ok());
        let said = attribute.map(|s| read_attribute(s, &self.screen)).unwrap_or_default();
        let side = |property, default: f64, whole: f64| match winner(&said, property) {
            Some(Setting::Pixels(p)) => p.max(0.0),
            Some(_) => whole,
            None if self.sheets_size(node, property) => whole,
            None => match self.tree.attr(node, if property == Property::Width { "width" } else { "height" }).map(dimension) {
                Some(Some(Dimension::Pixels(p))) => p,
                Some(Some(Dimension::Part)) => whole,
                Some(None) | None => default,
            },
        };
        let most = match winner(&said, Property::MaxWidth) {
            Some(Setting::Pixels(p)) => p.max(0.0),
            _ => f64::INFINITY,
        };
        Screen {
            width: side(Property::Width, 300.0, self.screen.width).min(most),
            height: side(Property::Height, 150.0, self.screen.height),
            ..self.screen
        }
    }

    /// Does a sheet that is there say how long that side is? Which rule wins is not asked.
    fn sheets_size(&self, node: NodeId, property: Property) -> bool {
        let sizes = |d: &Declared| match &d.what {
            What::Set(p, _) => *p == property,
            What::Custom(..) => false,
            What::Pending { name, .. } => super::property::longhands(name).contains(&property),
        };
        let rules = self.sheets.slots.iter().filter_map(|s| s.sheet.as_ref()).flat_map(|s| &s.rules);
        let rules: Vec<&Rule> = rules.filter(|r| r.block.iter().any(sizes)).take(TRIED).collect();
        let budget = self.shared.borrow().budget.clone();
        let known: usize = self.sheets.slots.iter().filter_map(|s| s.sheet.as_ref()).map(|s| s.rules.len()).sum();
        if !budget.pay(known as u64) {
            return true;
        }
        let shadows = Shadows::new(&self.tree, &[]);
        let view = View {
            tree: &self.tree,
            xml: self.xml,
            fragment: self.url.fragment(),
            focused: None,
            forms: Forms::default(),
            shadows,
            budget: &budget,
        };
        let quirks = if self.quirks { QuirksMode::Quirks } else { QuirksMode::NoQuirks };
        let mut caches = SelectorCaches::default();
        let mut context = MatchingContext::new(
            MatchingMode::Normal,
            None,
            &mut caches,
            quirks,
            NeedsSelectorFlags::No,
            MatchingForInvalidation::No,
        );
        let element = El { view: &view, id: node };
        rules.len() == TRIED || rules.iter().any(|r| matches_selector_list(&r.selectors, element, &mut context))
    }
}

/// What a `style` attribute says last, or with most weight.
fn winner(said: &[Declared], property: Property) -> Option<Setting> {
    let of = |important: bool| {
        let mut found = None;
        for d in said.iter().filter(|d| d.important == important) {
            match &d.what {
                What::Set(p, setting) if *p == property => found = Some(setting.clone()),
                // With variables in it, it is known to layout only.
                What::Pending { name, .. } if super::property::longhands(name).contains(&property) => {
                    found = Some(Setting::Word(Rc::from("auto")));
                }
                _ => {}
            }
        }
        found
    };
    of(true).or_else(|| of(false))
}

enum Dimension {
    Pixels(f64),
    /// Of what is around it.
    Part,
}

/// HTML §2.3.4.4: digits, perhaps with a fraction; what comes behind them counts only if it is `%`.
fn dimension(text: &str) -> Option<Dimension> {
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    let fraction = text[whole..].strip_prefix('.').map_or(0, |rest| 1 + rest.bytes().take_while(u8::is_ascii_digit).count());
    let (number, rest) = text.split_at(whole + fraction);
    let number: f64 = number.strip_suffix('.').unwrap_or(number).parse().ok().filter(|_| whole > 0)?;
    Some(if rest.starts_with('%') { Dimension::Part } else { Dimension::Pixels(number) })
}
