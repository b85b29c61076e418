//! What is drawn while a sheet in the body is on its way.
//! Spec: HTML, "render-blocking mechanism": once there is a body, no further element holds back what is drawn.

use std::collections::HashSet;

use super::super::page::Page;
use super::super::tree::NodeId;
use super::cascade;

impl Page {
    /// The element in the body that the parser first waits at for a sheet; what stands before it is drawn without that
    /// sheet. None where a sheet of the head is awaited too: those that a page asks for at one time come at one time.
    pub(super) fn waits_at(&self) -> Option<NodeId> {
        let slots = &self.sheets.slots;
        let asked = self.sheets.fetches.values().filter_map(|f| slots.get(*f.slots.first()?));
        let mut first = None;
        for slot in asked {
            if self.in_body(slot.owner) {
                first = Some(first.map_or(slot.owner, |f: NodeId| f.min(slot.owner)));
            } else if slot.parent.is_none() {
                return None;
            }
        }
        first
    }

    fn in_body(&self, node: NodeId) -> bool {
        std::iter::successors(self.tree.parent(node), |n| self.tree.parent(*n)).any(|n| self.tree.is_html(n, "body"))
    }

    /// Is a sheet, but for its imports, there when the parser waits at `end`?
    pub(super) fn is_there(&self, n: usize, end: Option<NodeId>) -> bool {
        let slot = &self.sheets.slots[n];
        // A `style` element is read at once, whatever it imports.
        end.is_none_or(|end| slot.owner < end || (slot.owner == end && slot.url.is_none()))
    }

    /// Tells the pictures of what is drawn at first, but those that are `told` already.
    pub(super) fn tell_early(&mut self, told: &[cascade::Found]) {
        let Some(end) = self.waits_at() else { return };
        // Nodes are numbered in the order in which the parser makes them.
        let (found, _) = self.cascade(Some(end));
        let told: HashSet<(NodeId, &str)> = told.iter().map(|f| (f.node, &*f.url)).collect();
        for f in found.iter().filter(|f| f.node < end && !told.contains(&(f.node, &*f.url))) {
            self.tell_style(f);
        }
    }
}
