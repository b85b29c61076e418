//! Between the parsers and the page: every element that enters the document is looked at once.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::TreeBuilder;
use html5ever::{Attribute, QualName, local_name};

use super::page::Page;
use super::tree::{Name, NodeId, Tree, flag};

/// The page, as the parsers see it.
pub(super) struct Sink {
    pub(super) page: Rc<RefCell<Page>>,
    /// XML stops at the first error, as browsers do.
    xml: bool,
    template_contents: RefCell<std::collections::HashMap<NodeId, NodeId>>,
}

impl Sink {
    pub(super) fn new(page: Rc<RefCell<Page>>, xml: bool) -> Self {
        Self { page, xml, template_contents: RefCell::default() }
    }

    fn put(&self, child: NodeOrText<NodeId>, at: NodeId, place: impl FnOnce(&mut Tree, NodeId)) {
        let mut page = self.page.borrow_mut();
        match child {
            NodeOrText::AppendNode(node) => {
                place(&mut page.tree, node);
                page.inserted(node);
            }
            NodeOrText::AppendText(text) => page.text(at, &text),
        }
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = ();
    type ElemName<'a> = Name;

    fn finish(self) {}

    fn parse_error(&self, error: Cow<'static, str>) {
        // A prefix that nothing declares is an error of namespaces, which a browser reads over.
        if self.xml && error != "No appropriate namespace found" {
            self.page.borrow_mut().stop();
        }
    }

    fn get_document(&self) -> NodeId {
        Tree::DOCUMENT
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Name {
        self.page.borrow().tree.name(*target).clone()
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        let mut own = 0;
        if flags.mathml_annotation_xml_integration_point {
            own |= flag::HTML_POINT;
        }
        if flags.had_duplicate_attributes {
            own |= flag::DOUBLED;
        }
        let mut page = self.page.borrow_mut();
        let id = page.tree.element(Name { ns: name.ns, local: name.local }, &attrs, own);
        page.created(id);
        if flags.template && !self.xml {
            let contents = page.tree.other(flag::CONTENTS);
            page.tree.attach(id, contents, false);
            self.template_contents.borrow_mut().insert(id, contents);
        }
        id
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        // Comments match nothing: one node stands for all of them, and is never put anywhere.
        NodeId(u32::MAX)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.page.borrow_mut().instruction(&target, &data);
        NodeId(u32::MAX)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        if matches!(child, NodeOrText::AppendNode(NodeId(u32::MAX))) {
            return;
        }
        self.put(child, *parent, |tree, node| tree.append(*parent, node));
    }

    fn append_based_on_parent_node(&self, element: &NodeId, prev_element: &NodeId, child: NodeOrText<NodeId>) {
        let has_parent = self.page.borrow().tree.parent(*element).is_some();
        if has_parent { self.append_before_sibling(element, child) } else { self.append(prev_element, child) }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, node: &NodeId) {
        self.page.borrow_mut().popped(*node);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.template_contents.borrow().get(target).copied().unwrap_or(*target)
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.page.borrow_mut().quirks = mode == QuirksMode::Quirks;
    }

    fn append_before_sibling(&self, sibling: &NodeId, new_node: NodeOrText<NodeId>) {
        if matches!(new_node, NodeOrText::AppendNode(NodeId(u32::MAX))) {
            return;
        }
        let parent = self.page.borrow().tree.parent(*sibling).unwrap_or(Tree::DOCUMENT);
        self.put(new_node, parent, |tree, node| tree.insert_before(*sibling, node));
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        self.page.borrow_mut().tree.add_missing(*target, &attrs);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.page.borrow_mut().tree.detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let tree = &mut self.page.borrow_mut().tree;
        while let Some(child) = tree.first(*node) {
            tree.append(*new_parent, child);
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &NodeId) -> bool {
        self.page.borrow().tree.has(*handle, flag::HTML_POINT)
    }

    fn allow_declarative_shadow_roots(&self, intended_parent: &NodeId) -> bool {
        let _ = intended_parent;
        true
    }

    fn attach_declarative_shadow(&self, location: &NodeId, template: &NodeId, _: &[Attribute]) -> bool {
        const HOSTS: [&str; 18] = [
            "article",
            "aside",
            "blockquote",
            "body",
            "div",
            "footer",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "main",
            "nav",
            "p",
            "section",
            "span",
        ];
        let page = &mut *self.page.borrow_mut();
        let local = page.tree.local(*location);
        let host = page.tree.is_element(*location) && (HOSTS.contains(&local) || local.contains('-'));
        if !host || page.tree.has(*location, flag::HOST) {
            return false;
        }
        let live = page.tree.has(*location, flag::LIVE);
        let root = page.tree.other(flag::SHADOW);
        page.tree.attach(*location, root, live);
        page.tree.set(*location, flag::HOST);
        page.shadows.push((*location, root));
        self.template_contents.borrow_mut().insert(*template, root);
        true
    }
}

/// Elements deeper than this are not nested further: their tags are left out, as is done in browsers.
const DEEP: u16 = 512;

/// In front of the tree builder: keeps its work for each tag bounded.
pub(super) struct Guard {
    pub(super) builder: TreeBuilder<NodeId, Sink>,
    swallowed: Cell<u32>,
    pub(super) tokens: Cell<u64>,
}

impl Guard {
    pub(super) fn new(builder: TreeBuilder<NodeId, Sink>) -> Self {
        Self { builder, swallowed: Cell::new(0), tokens: Cell::new(0) }
    }

    /// Is this tag to be left out?
    fn swallows(&self, tag: &Tag) -> bool {
        let page = &self.builder.sink.page;
        if page.borrow().depth <= DEEP {
            return false;
        }
        // Elements that end where they must, without an end tag of their own.
        let implied = matches!(&*tag.name, "p" | "li" | "dd" | "dt" | "option" | "optgroup");
        let plain = implied
            || matches!(
                &*tag.name,
                "div"
                    | "span"
                    | "b"
                    | "i"
                    | "u"
                    | "s"
                    | "em"
                    | "strong"
                    | "small"
                    | "big"
                    | "font"
                    | "tt"
                    | "code"
                    | "strike"
                    | "center"
                    | "blockquote"
                    | "section"
                    | "article"
                    | "main"
                    | "nav"
                    | "header"
                    | "footer"
                    | "ul"
                    | "ol"
                    | "dl"
                    | "dir"
                    | "menu"
                    | "a"
                    | "nobr"
                    | "sub"
                    | "sup"
                    | "q"
            );
        match tag.kind {
            TagKind::StartTag if plain => {
                if !implied {
                    self.swallowed.set(self.swallowed.get() + 1);
                }
                true
            }
            TagKind::EndTag if plain && implied => true,
            TagKind::EndTag if plain && self.swallowed.get() > 0 => {
                self.swallowed.set(self.swallowed.get() - 1);
                true
            }
            TagKind::EndTag => {
                // Something closes: how deep it is now, the next element tells.
                page.borrow_mut().depth = 0;
                false
            }
            TagKind::StartTag => false,
        }
    }
}

/// HTML §2.3.3: keywords of an enumerated attribute match without regard to case; the tree builder compares them as they stand.
fn lower_mode(template: &mut Tag) {
    for mode in template.attrs.iter_mut().filter(|a| a.name.local == local_name!("shadowrootmode")) {
        mode.value = mode.value.to_ascii_lowercase().into();
    }
}

impl TokenSink for Guard {
    type Handle = NodeId;

    fn process_token(&self, mut token: Token, line_number: u64) -> TokenSinkResult<NodeId> {
        if matches!(token, Token::ParseError(_)) {
            return TokenSinkResult::Continue;
        }
        self.tokens.set(self.tokens.get() + 1);
        if let Token::TagToken(tag) = &token
            && self.swallows(tag)
        {
            return TokenSinkResult::Continue;
        }
        if let Token::TagToken(tag) = &mut token
            && tag.name == local_name!("template")
        {
            lower_mode(tag);
        }
        match self.builder.process_token(token, line_number) {
            // Scripts do not run, and the encoding is settled before the parser starts.
            TokenSinkResult::Script(_) | TokenSinkResult::EncodingIndicator(_) => TokenSinkResult::Continue,
            other => other,
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}
