//! Pages that belong to a page: its frames, and the one that it leads on to (`next`), which takes its place and is no part of it.
//! Each has a scanner of its own.

use ::url::Url;

use crate::stages::response::Fields;

use super::encoding::Decoding;
use super::kind::{self, Document};
use super::page::{Framed, Page};
use super::policy::{Gate, ReferrerPolicy};
use super::sandbox::Sandbox;
use super::tree::NodeId;
use super::{FrameAnswer, FrameId, Order, Reference, Scanner};

/// A page that belongs to another.
pub(super) enum Frame {
    /// Its answer is awaited.
    Waiting { order: Order, sandbox: Sandbox, next: bool, node: NodeId },
    /// It is there, and is read when it is known how large it is.
    Held { order: Order, sandbox: Sandbox, node: NodeId, content: Content },
    /// It is a page itself.
    Entered { scanner: Box<Scanner>, next: bool, node: NodeId },
}

/// Where the page of a frame comes from.
pub(super) enum Content {
    /// `srcdoc`
    Own(String),
    /// A `data:` URL.
    Data(Url),
    Answer(FrameAnswer),
}

impl Scanner {
    /// Frames that were met while reading.
    pub(super) fn enter(&mut self) {
        let framed = std::mem::take(&mut self.page.borrow_mut().framed);
        for frame in framed {
            let Framed { id, order, sandbox, next, node, .. } = frame;
            let content = match (frame.srcdoc, frame.url) {
                (Some(text), _) => Content::Own(text),
                (None, Some(url)) if url.scheme() == "data" => Content::Data(url),
                _ => {
                    self.children.insert(id, Frame::Waiting { order, sandbox, next, node });
                    continue;
                }
            };
            if self.holds() {
                self.children.insert(id, Frame::Held { order, sandbox, node, content });
            } else if let Some(child) = self.child(node, order, sandbox, content) {
                self.children.insert(id, Frame::Entered { scanner: Box::new(child), next: false, node });
            }
        }
    }

    /// Is it not known yet how large frames are?
    fn holds(&self) -> bool {
        self.page.borrow().sizes_frames() && !self.settled()
    }

    fn settled(&self) -> bool {
        self.finished && self.page.borrow().sheets.waiting.is_empty()
    }

    fn child(&self, node: NodeId, order: Order, sandbox: Sandbox, content: Content) -> Option<Self> {
        match content {
            Content::Own(text) => Some(self.child_of_own(node, order, sandbox, &text)),
            Content::Data(url) => self.child_of_data(node, order, &url),
            Content::Answer(answer) => self.child_of_answer(node, order, sandbox, false, answer),
        }
    }

    pub(super) fn child_page(
        &self,
        node: NodeId,
        url: Url,
        gate: Gate,
        from: Option<Url>,
        referrer: ReferrerPolicy,
        order: Order,
    ) -> Page {
        let page = self.page.borrow();
        let mut child = Page::new(url, gate, from, referrer, page.frame_screen(node), page.shared.clone(), true, false);
        child.place = (order.0 + 1, 0);
        child.sandbox = page.sandbox;
        child.required = page.required_of(node);
        child.around = page.around.iter().cloned().chain([page.url.clone()]).collect();
        child
    }

    /// `srcdoc`: a page with its parent's address, base and policies.
    fn child_of_own(&self, node: NodeId, order: Order, sandbox: Sandbox, text: &str) -> Self {
        let page = self.page.borrow();
        let sandbox = sandbox.and(page.sandbox);
        let from = page.from.clone().filter(|_| !sandbox.opaque);
        let gate = page.inherited_gate(node);
        let mut child = self.child_page(node, page.base.clone(), gate, from, page.referrer, order);
        child.url = page.url.clone();
        (child.sandbox, child.outer_sandbox) = (sandbox, sandbox);
        child.encoding = encoding_rs::UTF_8;
        drop(page);
        let mut scanner = Self::of(child, Document::Html, None, None);
        scanner.decoding = Some(Decoding::known(encoding_rs::UTF_8));
        scanner.advance(text.as_bytes(), false);
        scanner
    }

    /// A page in a `data:` URL has no address: nothing in it is relative to anything, and no Referer is sent.
    fn child_of_data(&self, node: NodeId, order: Order, url: &Url) -> Option<Self> {
        let data = data_url::DataUrl::process(url.as_str()).ok()?;
        let (body, _) = data.decode_to_vec().ok()?;
        let content_type = data.mime_type().to_string().into_bytes();
        let gate = self.page.borrow().inherited_gate(node);
        let child = self.child_page(node, url.clone(), gate, None, ReferrerPolicy::default(), order);
        let document = kind::declared(Some(&content_type), &Fields::default());
        let mut scanner = Self::of(child, document, Some(content_type), None);
        scanner.advance(&body, false);
        Some(scanner)
    }

    /// The page of a frame that was asked for; None when there is none.
    pub fn frame(&mut self, id: FrameId, answer: Option<FrameAnswer>) -> Vec<Reference> {
        match self.children.get(&id) {
            Some(&Frame::Waiting { order, sandbox, next, node }) => {
                // HTML §4.8.7: an error is no page that an object shows.
                let object = !next && self.page.borrow().tree.is_html(node, "object");
                let answer = answer.filter(|a| !object || a.status < 400);
                let answer = match answer {
                    Some(answer) if !next && !object && self.holds() => {
                        let content = Content::Answer(answer);
                        self.children.insert(id, Frame::Held { order, sandbox, node, content });
                        return self.take();
                    }
                    other => other,
                };
                let child = answer.and_then(|a| self.child_of_answer(node, order, sandbox, next, a));
                let shown = child.is_some();
                match child {
                    Some(child) => {
                        self.children.insert(id, Frame::Entered { scanner: Box::new(child), next, node });
                    }
                    None => {
                        self.children.remove(&id);
                    }
                }
                if object {
                    self.page.borrow_mut().object_page_answer(node, shown);
                    self.settle();
                } else {
                    self.settle_children();
                }
                self.take()
            }
            Some(Frame::Entered { .. } | Frame::Held { .. }) => Vec::new(),
            None => {
                let children = self.children.values_mut();
                let mut found = Vec::new();
                for child in children {
                    if let Frame::Entered { scanner: s, .. } = child {
                        found.extend(s.frame(id, answer.clone()));
                    }
                }
                found
            }
        }
    }

    pub(super) fn child_of_answer(
        &self,
        node: NodeId,
        order: Order,
        sandbox: Sandbox,
        next: bool,
        answer: FrameAnswer,
    ) -> Option<Self> {
        let FrameAnswer { url, status, fields, body } = answer;
        let mut gate = Gate::new(&url, &fields);
        let page = self.page.borrow();
        if kind::is_no_document(status) || !next && !gate.framed_by(&page.url, &fields) {
            return None;
        }
        if let Some(required) = page.required_of(node)
            && !page.enforce(&required, &mut gate, &fields)
        {
            return None;
        }
        let outer = if next { sandbox } else { sandbox.and(page.sandbox) };
        let sandbox = outer.and(gate.sandbox());
        let from = (!sandbox.opaque).then(|| url.clone());
        let referrer = ReferrerPolicy::of_fields(&fields).unwrap_or_default();
        let content_type = kind::content_type(&fields);
        let parent = (!next && url.origin() == page.url.origin()).then_some(page.encoding);
        let mut child = self.child_page(node, url, gate, from, referrer, order);
        (child.sandbox, child.outer_sandbox) = (sandbox, outer);
        if next {
            (child.top, child.follow, child.enter_frames) = (page.top, page.follow, page.enter_frames);
        }
        drop(page);
        let document = kind::declared(content_type.as_deref(), &fields);
        child.heed(document, &fields);
        let mut scanner = Self::of(child, document, content_type, parent);
        scanner.advance(&body.0, false);
        Some(scanner)
    }

    /// Whether a frame is rendered is known when this page's styles are.
    pub(super) fn settle_children(&mut self) {
        if !self.settled() {
            return;
        }
        let mut held: Vec<_> = self.children.extract_if(|_, c| matches!(c, Frame::Held { .. })).collect();
        held.sort_by_key(|(id, _)| id.0);
        for (id, frame) in held {
            if let Frame::Held { order, sandbox, node, content } = frame
                && let Some(child) = self.child(node, order, sandbox, content)
            {
                self.children.insert(id, Frame::Entered { scanner: Box::new(child), next: false, node });
            }
        }
        for child in self.children.values_mut() {
            if let Frame::Entered { scanner, next, node } = child
                && !scanner.ended
            {
                scanner.page.borrow_mut().parts = self.page.borrow().parts_of(*node);
                scanner.page.borrow_mut().rendered =
                    *next || self.page.borrow().is_rendered(*node) && self.page.borrow().rendered;
                let found = scanner.end();
                self.page.borrow_mut().out.extend(found);
            }
        }
    }
}
