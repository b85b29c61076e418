//! Shadow trees: which slot a host's children go to, and which trees' rules can reach an element.
//! Spec: DOM §4.2.2 (slots), CSS Scoping 1 §3, CSS Shadow Parts 1.

use std::collections::HashMap;

use super::super::tree::{NodeId, Tree, flag};

/// The shadow trees of a page.
pub(super) struct Shadows {
    roots: HashMap<NodeId, NodeId>,
    /// For a child of a host: its slot, and the shadow root that the slot is in.
    slots: HashMap<NodeId, (NodeId, NodeId)>,
    /// What a slot shows in the place of its own content: without an element, text alone.
    assigned: HashMap<NodeId, Vec<NodeId>>,
}

impl Shadows {
    /// `list`: hosts and their shadow roots.
    pub(super) fn new(tree: &Tree, list: &[(NodeId, NodeId)]) -> Self {
        let mut shadows = Self { roots: list.iter().copied().collect(), slots: HashMap::new(), assigned: HashMap::new() };
        for (host, root) in list {
            // Of several slots of one name the first counts.
            let mut named: HashMap<&str, NodeId> = HashMap::new();
            let mut at = tree.following(*root, *root, true);
            while let Some(node) = at {
                if tree.is_html(node, "slot") {
                    named.entry(tree.attr(node, "name").unwrap_or_default()).or_insert(node);
                }
                at = tree.following(node, *root, true);
            }
            if let Some(slot) = named.get("").filter(|_| tree.has(*host, flag::TEXT)) {
                shadows.assigned.entry(*slot).or_default();
            }
            let mut child = tree.first(*host);
            while let Some(c) = child {
                let name = tree.attr(c, "slot").unwrap_or_default();
                if let Some(slot) = named.get(name).filter(|_| tree.is_element(c)) {
                    shadows.slots.insert(c, (*slot, *root));
                    shadows.assigned.entry(*slot).or_default().push(c);
                }
                child = tree.next(c);
            }
        }
        shadows
    }

    /// The shadow root of a host.
    pub(super) fn root(&self, host: NodeId) -> Option<NodeId> {
        self.roots.get(&host).copied()
    }

    /// The slot that a host's child goes to.
    pub(super) fn slot(&self, child: NodeId) -> Option<NodeId> {
        self.slots.get(&child).map(|(slot, _)| *slot)
    }

    /// What a slot shows; None: its own content.
    pub(super) fn assigned(&self, slot: NodeId) -> Option<&[NodeId]> {
        self.assigned.get(&slot).map(Vec::as_slice)
    }

    /// The trees whose rules can reach an element of the tree `own`, and how much farther in each is than that one: its slots' trees
    /// and, farthest, that of which it is the host; for a part, the trees around its own, farther out.
    pub(super) fn reach(&self, tree: &Tree, node: NodeId, own: NodeId) -> Vec<(NodeId, i32)> {
        let mut trees = vec![(own, 0)];
        let mut at = node;
        while let Some((slot, root)) = self.slots.get(&at) {
            trees.push((*root, trees.len() as i32));
            at = *slot;
        }
        trees.extend(self.root(node).map(|root| (root, i32::MAX)));
        if tree.attr(node, "part").is_some() {
            let (mut at, mut inward) = (own, 0);
            while let Some(host) = tree.parent(at).filter(|_| tree.has(at, flag::SHADOW)) {
                at = tree_of(tree, host);
                inward -= 1;
                trees.push((at, inward));
            }
        }
        trees
    }
}

/// The document or the shadow root that a node is in.
pub(super) fn tree_of(tree: &Tree, node: NodeId) -> NodeId {
    let mut at = node;
    while let Some(parent) = tree.parent(at).filter(|_| !tree.has(at, flag::SHADOW)) {
        at = parent;
    }
    at
}
