//! The size of a frame, which is the viewport of the page in it, as far as it is known without layout.
//! Spec: HTML §15.4.3 (dimension attributes), CSS Sizing 3 §5.1 (300 by 150 where nothing is said).

use super::super::media::Screen;
use super::super::page::Page;
use super::super::tree::NodeId;
use super::boxes::frame_size;
use super::cascade::Origin;
use super::property::{Declared, Setting, What};
use super::sheet::read_attribute;
use super::winners::{Winners, Won};

impl Page {
    /// The screen of the page in a frame. Before styles have settled it is what attributes say; a part of what is around it is then
    /// taken to be a part of this page's screen. A `frame` is taken to be as large as that.
    pub(in super::super) fn frame_screen(&self, node: NodeId) -> Screen {
        if !["iframe", "object", "embed"].iter().any(|name| self.tree.is_html(node, name)) {
            return self.screen;
        }
        let known = self.sheets.rendered.as_ref().and_then(|r| r.get(&node)).copied();
        let (width, height) = known.unwrap_or_else(|| {
            let attribute = self.tree.attr(node, "style").filter(|s| self.gate.inline_style(true, s, "").is_ok());
            let said = attribute.map(|s| read_attribute(s, &self.screen)).unwrap_or_default();
            frame_size(&self.tree, node, &alone(&said), self.screen.width, &self.screen)
        });
        Screen { width, height, ..self.screen }
    }

    /// Might sheets say how large its frames are? They are entered when that is known, then.
    pub(in super::super) fn sizes_frames(&self) -> bool {
        !self.sheets.slots.is_empty() || !self.sheets.waiting.is_empty()
    }
}

/// What a `style` attribute says last, or with most weight. With variables in it, it is known to the cascade only.
fn alone(said: &[Declared]) -> Winners {
    let mut winners = Winners { slots: std::array::from_fn(|_| Won::None) };
    for important in [false, true] {
        for d in said.iter().filter(|d| d.important == important) {
            match &d.what {
                What::Set(p, setting) => winners.slots[*p as usize] = Won::Set(setting.clone(), Origin::Attribute),
                What::Pending { name, .. } => {
                    for p in super::property::longhands(name) {
                        winners.slots[*p as usize] = Won::Set(Setting::Word("auto".into()), Origin::Attribute);
                    }
                }
                What::Custom(..) => {}
            }
        }
    }
    winners
}
