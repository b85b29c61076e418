//! `<use>` of something in another file: what it names there is drawn here, and so are the pictures in it (SVG 2 §5.5).
//!
//! The file is asked for where the first `use` of it is met. What is drawn of it is known when all of them have been.

use std::collections::{HashMap, HashSet};

use super::Scanner;
use super::frames::Frame;
use super::kind::{self, Document};
use super::page::{DEEPEST, FRAMES, Page, same_page};
use super::refer::{Manner, resolve};
use super::reference::{FrameAnswer, Kind, Source};
use super::tree::{NodeId, Space, Tree};

/// What a page draws of another file.
pub(super) struct Used {
    /// The `use` that asked for it.
    node: NodeId,
    /// What it is called there; empty for the whole.
    parts: Vec<String>,
}

/// Elements that are drawn (Chromium's `SVGUseElement`): whatever else is in what is used is left out, with all that it contains.
const DRAWN: [&str; 21] = [
    "a", "circle", "desc", "ellipse", "g", "image", "line", "metadata", "path", "polygon", "polyline", "rect", "svg", "switch",
    "symbol", "text", "textPath", "title", "tref", "tspan", "use",
];

impl Page {
    pub(super) fn svg_use(&mut self, node: NodeId) {
        let href = self.tree.attributes(node).find(|(n, _)| &*n.local == "href").map(|(_, v)| v.trim().to_owned());
        let Some(href) = href.filter(|h| !h.is_empty() && !h.starts_with('#')) else { return };
        let Some(mut url) = resolve(&href, &self.base, self.encoding) else { return };
        if url.origin() != self.url.origin() || same_page(&url, &self.url) {
            return;
        }
        let part = url.fragment().map(decoded).unwrap_or_default();
        url.set_fragment(None);
        let first = !self.used.contains_key(&url);
        self.used.entry(url).or_insert_with(|| Used { node, parts: Vec::new() }).parts.push(part);
        let kind = if first { Kind::Object(self.new_object(node)) } else { Kind::Image };
        let r = self.refer(self.order(node, 0), &href, Manner { kind, ..self.manner(Source::SvgImage) });
        if first && !r.fetched() {
            self.objects.pop();
        }
        self.push(r);
    }

    /// Takes the pictures of what others draw of this file.
    pub(super) fn draw(&mut self) {
        let mut names: HashMap<String, NodeId> = HashMap::new();
        let mut root = None;
        let mut at = Some(Tree::DOCUMENT);
        while let Some(node) = at {
            if self.tree.is_element(node) {
                root = root.or(Some(node));
                if let Some(id) = self.tree.attr(node, "id") {
                    names.entry(id.to_owned()).or_insert(node);
                }
            }
            at = self.tree.following(node, Tree::DOCUMENT, true);
        }
        let named = |part: &str| if part.is_empty() { root } else { names.get(part).copied() };
        let mut todo: Vec<NodeId> = self.parts.iter().filter_map(|p| named(p)).collect();
        let mut seen = HashSet::new();
        while let Some(top) = todo.pop() {
            let mut at = Some(top);
            while let Some(node) = at {
                let drawn = self.tree.space(node) == Space::Svg && DRAWN.contains(&self.tree.local(node)) && seen.insert(node);
                if drawn {
                    match self.tree.local(node) {
                        "image" => self.svg_image(node),
                        "use" => match self.own_part(node) {
                            Some(part) => todo.extend(named(&part)),
                            None => self.svg_use(node),
                        },
                        _ => {}
                    }
                }
                at = self.tree.following(node, top, drawn);
            }
        }
    }

    /// What a `use` names, if that is in this file.
    fn own_part(&self, node: NodeId) -> Option<String> {
        let href = self.tree.attributes(node).find(|(n, _)| &*n.local == "href").map(|(_, v)| v.trim())?;
        href.strip_prefix('#').map(decoded)
    }

    /// What is drawn of the file that this `use` asked for.
    pub(super) fn parts_of(&self, node: NodeId) -> Vec<String> {
        self.used.values().find(|used| used.node == node).map(|used| used.parts.clone()).unwrap_or_default()
    }
}

impl Scanner {
    /// The file has been read: what is used of it is drawn.
    pub(super) fn settle_used(&mut self) {
        if !self.finished {
            self.finished = true;
            self.page.borrow_mut().draw();
        }
        self.settle_children();
    }

    /// A file that something in is used has come. Its pictures are this page's: they are asked for by it, under its policies.
    pub(super) fn enter_used(&mut self, node: NodeId, answer: FrameAnswer) {
        let FrameAnswer { url, status, fields, body } = answer;
        let content_type = kind::content_type(&fields);
        if status >= 400 || kind::declared(content_type.as_deref(), &fields) != Document::Xml {
            return;
        }
        let id = self.page.borrow_mut().new_frame();
        let page = self.page.borrow();
        if id.0 > FRAMES || page.around.len() > DEEPEST {
            return;
        }
        let gate = (*page.gate).clone();
        let mut child = self.child_page(node, url, gate, page.from.clone(), page.referrer, page.order(node, 0));
        child.used_by_another = true;
        drop(page);
        let mut scanner = Self::of(child, Document::Xml, content_type, None);
        scanner.advance(&body.0, false);
        self.children.insert(id, Frame::Entered { scanner: Box::new(scanner), next: false, node });
    }
}

fn decoded(fragment: &str) -> String {
    percent_encoding::percent_decode_str(fragment).decode_utf8_lossy().into_owned()
}
