//! The page's elements, as small as selector matching allows: no text, no comments, names and attributes in shared arenas.

use html5ever::{Attribute, LocalName, Namespace, local_name, ns};

/// An element, or one of the few other nodes that the parser needs to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct NodeId(pub(super) u32);

const NONE: u32 = u32::MAX;

/// What a node is, and what has happened to it.
pub(super) mod flag {
    /// In the document: not in a template, not dropped.
    pub(crate) const LIVE: u32 = 1;
    /// Its references were taken already.
    pub(crate) const SEEN: u32 = 1 << 1;
    /// Has text.
    pub(crate) const TEXT: u32 = 1 << 2;
    /// MathML `annotation-xml` that holds HTML.
    pub(crate) const HTML_POINT: u32 = 1 << 3;
    /// A shadow root: its parent is the host.
    pub(crate) const SHADOW: u32 = 1 << 4;
    /// The contents of a template.
    pub(crate) const CONTENTS: u32 = 1 << 5;
    /// The base was set when it was inserted.
    pub(crate) const BASED: u32 = 1 << 6;
    /// A nonce of it does not count (CSP: duplicate attributes).
    pub(crate) const DOUBLED: u32 = 1 << 7;
    /// A host that has a shadow root.
    pub(crate) const HOST: u32 = 1 << 8;
    /// An `object` that shows what it fetched: what it contains is not shown.
    pub(crate) const LOADED: u32 = 1 << 9;
    /// An `object` that shows what it contains.
    pub(crate) const FAILED: u32 = 1 << 11;
    /// Text with a letter in it comes before what else it contains.
    pub(crate) const LETTERED: u32 = 1 << 12;
    /// The first letter that has a direction, of the text before what else it contains, goes to the right.
    pub(crate) const RIGHTWARD: u32 = 1 << 13;
    /// It goes to the left.
    pub(crate) const LEFTWARD: u32 = 1 << 14;
    /// The same of the text between it and what comes next in its parent.
    pub(crate) const THEN_RIGHTWARD: u32 = 1 << 15;
    pub(crate) const THEN_LEFTWARD: u32 = 1 << 16;
    /// Not an element.
    pub(crate) const OTHER: u32 = 1 << 10;
}

#[derive(Debug, Clone, Copy)]
struct Node {
    parent: u32,
    prev: u32,
    next: u32,
    first: u32,
    last: u32,
    name: u32,
    attrs: u32,
    attr_count: u16,
    /// Distance from the document, saturating.
    depth: u16,
    flags: u32,
}

/// The three kinds of elements that matter, and the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Html,
    Svg,
    MathMl,
    Other,
}

/// A name as the parser wants it back.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Name {
    pub(super) ns: Namespace,
    pub(super) local: LocalName,
}

impl html5ever::interface::ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.ns
    }
    fn local_name(&self) -> &LocalName {
        &self.local
    }
}

#[derive(Debug, Clone, Copy)]
struct Attr {
    name: u32,
    start: u32,
    length: u32,
}

/// Longest value that is kept of an attribute that only selectors look at.
const LONG: usize = 4096;
/// Most bytes of attributes in all; more are left out, for selectors only.
const ATTRIBUTES: usize = 24 * 1024 * 1024;

/// All nodes. Node 0 is the document.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    names: Vec<Name>,
    /// An atom's hash is made once, when it is read.
    name_index: std::collections::HashMap<Name, u32, foldhash::fast::RandomState>,
    attrs: Vec<Attr>,
    text: String,
    /// Text of `style` elements.
    pub(super) styles: std::collections::HashMap<NodeId, String>,
    pub(super) style_bytes: usize,
}

impl Tree {
    pub(super) const DOCUMENT: NodeId = NodeId(0);

    pub(super) fn new() -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            names: Vec::new(),
            name_index: std::collections::HashMap::default(),
            attrs: Vec::new(),
            text: String::new(),
            styles: std::collections::HashMap::new(),
            style_bytes: 0,
        };
        let document = tree.other(flag::LIVE);
        debug_assert_eq!(document, Self::DOCUMENT);
        tree
    }

    /// Nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>() + self.attrs.capacity() * size_of::<Attr>() + self.text.capacity()
    }

    /// A node that is no element.
    pub(super) fn other(&mut self, flags: u32) -> NodeId {
        let name = self.intern(Name { ns: ns!(), local: LocalName::from("") });
        self.push(name, flags | flag::OTHER)
    }

    fn push(&mut self, name: u32, flags: u32) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(NONE - 1));
        let attrs = u32::try_from(self.attrs.len()).unwrap_or(NONE);
        self.nodes.push(Node {
            parent: NONE,
            prev: NONE,
            next: NONE,
            first: NONE,
            last: NONE,
            name,
            attrs,
            attr_count: 0,
            flags,
            depth: 0,
        });
        id
    }

    fn intern(&mut self, name: Name) -> u32 {
        if let Some(&n) = self.name_index.get(&name) {
            return n;
        }
        let n = u32::try_from(self.names.len()).unwrap_or(NONE);
        self.names.push(name.clone());
        self.name_index.insert(name, n);
        n
    }

    pub(super) fn element(&mut self, name: Name, attributes: &[Attribute], flags: u32) -> NodeId {
        let name = self.intern(name);
        let id = self.push(name, flags);
        for a in attributes {
            self.attribute(id, a);
        }
        id
    }

    fn attribute(&mut self, id: NodeId, a: &Attribute) {
        let count = self.nodes[id.0 as usize].attr_count;
        let local: &str = &a.name.local;
        // What later work reads is kept whole; the rest serves selectors only.
        let whole = matches!(
            local,
            "style"
                | "class"
                | "id"
                | "background"
                | "srcdoc"
                | "data"
                | "src"
                | "href"
                | "srcset"
                | "imagesrcset"
                | "sizes"
                | "poster"
                | "content"
        );
        let mut value: &str = &a.value;
        if !whole && value.len() > LONG {
            let end = (0..=LONG).rev().find(|i| value.is_char_boundary(*i)).unwrap_or(0);
            value = &value[..end];
        }
        if count == u16::MAX || (!whole && self.text.len() + value.len() > ATTRIBUTES) {
            return;
        }
        let name = self.intern(Name { ns: a.name.ns.clone(), local: a.name.local.clone() });
        let start = self.text.len() as u32;
        self.text.push_str(value);
        self.attrs.push(Attr { name, start, length: value.len() as u32 });
        self.nodes[id.0 as usize].attr_count = count + 1;
    }

    /// Adds attributes that are not there yet.
    pub(super) fn add_missing(&mut self, id: NodeId, attributes: &[Attribute]) {
        let old: Vec<Attr> = self.own(id).to_vec();
        let fresh: Vec<&Attribute> = attributes
            .iter()
            .filter(|a| {
                !old.iter()
                    .any(|o| self.names[o.name as usize].local == a.name.local && self.names[o.name as usize].ns == a.name.ns)
            })
            .collect();
        if fresh.is_empty() {
            return;
        }
        let node = &mut self.nodes[id.0 as usize];
        node.attrs = self.attrs.len() as u32;
        self.attrs.extend(old);
        for a in fresh {
            self.attribute(id, a);
        }
    }

    /// What has been looked at is kept for selectors only: long values are cut, when `id` is the newest element.
    pub(super) fn trim(&mut self, id: NodeId) {
        let node = self.nodes[id.0 as usize];
        let start = node.attrs as usize;
        let newest = start + usize::from(node.attr_count) == self.attrs.len();
        if !newest || self.own(id).is_empty() {
            return;
        }
        if self.text.len() > ATTRIBUTES {
            self.text.truncate(self.own(id)[0].start as usize);
            self.attrs.truncate(start);
            self.nodes[id.0 as usize].attr_count = 0;
            return;
        }
        if !self.own(id).iter().any(|a| a.length as usize > LONG) {
            return;
        }
        let mut at = self.own(id)[0].start as usize;
        let tail = self.text.split_off(at);
        let before = at;
        for n in start..self.attrs.len() {
            let a = self.attrs[n];
            let local: &str = &self.names[a.name as usize].local;
            let whole = &tail[a.start as usize - before..(a.start + a.length) as usize - before];
            let keep = matches!(local, "style" | "class" | "id" | "background" | "data" | "srcdoc") || whole.len() <= LONG;
            let end = if keep { whole.len() } else { (0..=LONG).rev().find(|i| whole.is_char_boundary(*i)).unwrap_or(0) };
            self.text.push_str(&whole[..end]);
            self.attrs[n] = Attr { name: a.name, start: at as u32, length: end as u32 };
            at += end;
        }
    }

    /// Takes an attribute without namespace away.
    pub(super) fn remove_attribute(&mut self, id: NodeId, local: &str) {
        let Some(at) = self.attributes(id).position(|(n, _)| n.ns == ns!() && &*n.local == local) else { return };
        let node = &mut self.nodes[id.0 as usize];
        let (start, end) = (node.attrs as usize, node.attrs as usize + usize::from(node.attr_count));
        node.attr_count -= 1;
        self.attrs[start + at..end].rotate_left(1);
        if end == self.attrs.len() {
            self.attrs.pop();
        }
    }

    fn own(&self, id: NodeId) -> &[Attr] {
        let node = &self.nodes[id.0 as usize];
        let start = node.attrs as usize;
        self.attrs.get(start..start + node.attr_count as usize).unwrap_or(&[])
    }

    pub(super) fn name(&self, id: NodeId) -> &Name {
        &self.names[self.nodes[id.0 as usize].name as usize]
    }

    pub(super) fn local(&self, id: NodeId) -> &str {
        &self.name(id).local
    }

    pub(super) fn space(&self, id: NodeId) -> Space {
        let ns = &self.name(id).ns;
        if *ns == ns!(html) {
            Space::Html
        } else if *ns == ns!(svg) {
            Space::Svg
        } else if *ns == ns!(mathml) {
            Space::MathMl
        } else {
            Space::Other
        }
    }

    pub(super) fn is_html(&self, id: NodeId, local: &str) -> bool {
        self.local(id) == local && self.space(id) == Space::Html
    }

    /// All attributes: name and value.
    pub(super) fn attributes(&self, id: NodeId) -> impl ExactSizeIterator<Item = (&Name, &str)> {
        self.own(id).iter().map(|a| (&self.names[a.name as usize], &self.text[a.start as usize..(a.start + a.length) as usize]))
    }

    /// An attribute without namespace.
    pub(super) fn attr(&self, id: NodeId, local: &str) -> Option<&str> {
        self.attributes(id).find(|(n, _)| n.ns == ns!() && &*n.local == local).map(|(_, v)| v)
    }

    /// Its `class`. A style sheet of many rules asks each element and its ancestors for it: names are compared as numbers.
    pub(super) fn class(&self, id: NodeId) -> Option<&str> {
        self.attributes(id).find(|(n, _)| n.local == local_name!("class") && n.ns == ns!()).map(|(_, v)| v)
    }

    pub(super) fn has(&self, id: NodeId, flags: u32) -> bool {
        self.nodes[id.0 as usize].flags & flags != 0
    }

    pub(super) fn set(&mut self, id: NodeId, flags: u32) {
        self.nodes[id.0 as usize].flags |= flags;
    }

    pub(super) fn is_element(&self, id: NodeId) -> bool {
        !self.has(id, flag::OTHER)
    }

    /// Something that stays in one place while the tree is only read, one for each node.
    pub(super) fn anchor(&self, id: NodeId) -> &impl Sized {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn depth(&self, id: NodeId) -> u16 {
        self.nodes[id.0 as usize].depth
    }

    fn link(n: u32) -> Option<NodeId> {
        (n != NONE).then_some(NodeId(n))
    }

    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.nodes[id.0 as usize].parent)
    }
    pub(super) fn prev(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.nodes[id.0 as usize].prev)
    }
    pub(super) fn next(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.nodes[id.0 as usize].next)
    }
    pub(super) fn last(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.nodes[id.0 as usize].last)
    }
    pub(super) fn first(&self, id: NodeId) -> Option<NodeId> {
        Self::link(self.nodes[id.0 as usize].first)
    }

    /// The next node in document order below `root`, which is not itself returned; `into`: children of `id` too.
    pub(super) fn following(&self, id: NodeId, root: NodeId, into: bool) -> Option<NodeId> {
        if into && let Some(child) = self.first(id) {
            return Some(child);
        }
        let mut at = id;
        loop {
            if at == root {
                return None;
            }
            if let Some(next) = self.next(at) {
                return Some(next);
            }
            at = self.parent(at)?;
        }
    }

    pub(super) fn detach(&mut self, id: NodeId) {
        let Node { parent, prev, next, .. } = self.nodes[id.0 as usize];
        if parent == NONE {
            return;
        }
        match prev {
            NONE => self.nodes[parent as usize].first = next,
            p => self.nodes[p as usize].next = next,
        }
        match next {
            NONE => self.nodes[parent as usize].last = prev,
            n => self.nodes[n as usize].prev = prev,
        }
        let node = &mut self.nodes[id.0 as usize];
        (node.parent, node.prev, node.next) = (NONE, NONE, NONE);
    }

    fn adopted(&mut self, id: NodeId, parent: NodeId) {
        let Node { flags, depth, .. } = self.nodes[parent.0 as usize];
        let node = &mut self.nodes[id.0 as usize];
        node.parent = parent.0;
        node.depth = depth.saturating_add(1);
        node.flags = (node.flags & !flag::LIVE) | (flags & flag::LIVE);
    }

    pub(super) fn append(&mut self, parent: NodeId, id: NodeId) {
        self.detach(id);
        self.adopted(id, parent);
        let last = self.nodes[parent.0 as usize].last;
        self.nodes[id.0 as usize].prev = last;
        match last {
            NONE => self.nodes[parent.0 as usize].first = id.0,
            l => self.nodes[l as usize].next = id.0,
        }
        self.nodes[parent.0 as usize].last = id.0;
    }

    pub(super) fn insert_before(&mut self, sibling: NodeId, id: NodeId) {
        self.detach(id);
        let Some(parent) = self.parent(sibling) else { return };
        self.adopted(id, parent);
        let prev = self.nodes[sibling.0 as usize].prev;
        self.nodes[id.0 as usize].prev = prev;
        self.nodes[id.0 as usize].next = sibling.0;
        self.nodes[sibling.0 as usize].prev = id.0;
        match prev {
            NONE => self.nodes[parent.0 as usize].first = id.0,
            p => self.nodes[p as usize].next = id.0,
        }
    }

    /// A node that belongs to `parent` without being among its children: a shadow root, a template's contents.
    pub(super) fn attach(&mut self, parent: NodeId, id: NodeId, live: bool) {
        self.adopted(id, parent);
        if !live {
            self.nodes[id.0 as usize].flags &= !flag::LIVE;
        }
    }
}
