//! `object` and `embed`: fetched only when they are rendered, and as what their type says (HTML §4.8.6, §4.8.7).

use super::elements::is_image_type;
use super::page::Page;
use super::policy::Destination;
use super::refer::Manner;
use super::reference::{Kind, ObjectId, Order, SkipReason, Source};
use super::tree::{NodeId, flag};

/// What an element holds.
enum Content {
    Image,
    /// SVG
    Drawing,
    Page,
    /// Nothing that is shown.
    Unknown(String),
}

impl Page {
    /// Asks for those that are rendered and were not asked for before. An `object` inside another waits for how that one ends.
    pub(super) fn load_plugins(&mut self) {
        let plugins = std::mem::take(&mut self.plugins);
        let mut waiting = Vec::new();
        for node in plugins {
            match self.in_object(node) {
                // Inside one that is shown it never will be.
                Some(true) => self.unshown(node),
                Some(false) => waiting.push(node),
                None => self.plugin(node),
            }
        }
        self.plugins = waiting;
    }

    /// Is it inside an `object` that is shown (true), or of which that is not known (false)?
    fn in_object(&self, node: NodeId) -> Option<bool> {
        let mut at = self.tree.parent(node);
        let mut open = None;
        if !self.shared.borrow().budget.pay(u64::from(self.tree.depth(node))) {
            return None;
        }
        while let Some(n) = at {
            if self.tree.is_html(n, "object") {
                if self.tree.has(n, flag::LOADED) {
                    return Some(true);
                }
                // While styles are out of date, what is in it is not known to be rendered.
                if !self.tree.has(n, flag::FAILED) || self.sheets.stale {
                    open = Some(false);
                }
            }
            at = self.tree.parent(n);
        }
        open
    }

    fn unshown(&mut self, node: NodeId) {
        let object = self.tree.is_html(node, "object");
        let typed = self.tree.attr(node, if object { "data" } else { "src" }).unwrap_or_default().to_owned();
        let source = if object { Source::Object } else { Source::Embed };
        self.skip(self.order(node, 0), &typed, source, Kind::Image, SkipReason::NotRendered);
    }

    /// What it contains is shown instead.
    fn falls_back(&mut self, node: NodeId) {
        if self.tree.is_html(node, "object") {
            self.tree.set(node, flag::FAILED);
            self.sheets.stale |= self.tree.first(node).is_some();
        }
    }

    fn plugin(&mut self, node: NodeId) {
        let object = self.tree.is_html(node, "object");
        let source = if object { Source::Object } else { Source::Embed };
        let typed = self.tree.attr(node, if object { "data" } else { "src" }).unwrap_or_default().to_owned();
        let kind = self.tree.attr(node, "type").unwrap_or_default().trim().to_ascii_lowercase();
        if typed.trim().is_empty() {
            if self.tree.attr(node, if object { "data" } else { "src" }).is_some() {
                self.skip(self.order(node, 0), &typed, source, Kind::Image, SkipReason::Empty);
            }
            return self.falls_back(node);
        }
        let order = self.order(node, 0);
        if !self.is_rendered(node) {
            // What is in it is not rendered either.
            self.falls_back(node);
            return self.skip(order, &typed, source, Kind::Image, SkipReason::NotRendered);
        }
        match content(&kind, &typed) {
            Content::Unknown(kind) => {
                self.skip(order, &typed, source, Kind::Image, SkipReason::Type(kind));
                self.falls_back(node);
            }
            Content::Page => self.plugin_page(node, order, &typed),
            // An SVG document shows pictures of its own, as a frame does.
            Content::Drawing if self.enter_frames => self.plugin_page(node, order, &typed),
            Content::Image | Content::Drawing => {
                let kind = if object { Kind::Object(self.new_object(node)) } else { Kind::Image };
                let manner = Manner { what: Destination::Object, kind, ..self.manner(source) };
                let r = self.refer(order, &typed, manner);
                if object && !r.fetched() {
                    // Nobody will tell how it ended: what is asked for elsewhere is taken to be shown, what is refused is not.
                    let shown = matches!(
                        r.verdict,
                        super::reference::Verdict::Skip { reason: SkipReason::Repeated | SkipReason::Inline(_) }
                    );
                    self.objects.pop();
                    if shown {
                        self.tree.set(node, flag::LOADED);
                    } else {
                        self.falls_back(node);
                    }
                }
                self.push(r);
            }
        }
    }

    fn plugin_page(&mut self, node: NodeId, order: Order, typed: &str) {
        let awaited = self.framed_page(node, order, typed, None, false, Destination::Object);
        if awaited && self.tree.is_html(node, "object") {
            self.new_object(node);
        } else {
            self.tree.set(node, flag::LOADED);
        }
    }

    /// The page in an object has come, or has not.
    pub(super) fn object_page_answer(&mut self, node: NodeId, shown: bool) {
        self.objects.retain(|(_, o)| *o != node);
        if shown { self.tree.set(node, flag::LOADED) } else { self.falls_back(node) }
    }

    /// How an object's fetch ended. False: not one of this page.
    pub(super) fn object_answer(&mut self, id: ObjectId, shown: bool) -> bool {
        let Some(i) = self.objects.iter().position(|(o, _)| *o == id) else { return false };
        let (_, node) = self.objects.swap_remove(i);
        if shown {
            self.tree.set(node, flag::LOADED);
        } else {
            self.falls_back(node);
        }
        true
    }
}

fn content(kind: &str, url: &str) -> Content {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    let extension = file.rsplit_once('.').map(|(_, e)| e.trim().to_ascii_lowercase()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = if kind.is_empty() {
        match extension.as_str() {
            "png" | "gif" | "jpg" | "jpeg" | "jfif" | "pjpeg" | "pjp" | "webp" | "avif" | "bmp" | "ico" | "apng" | "xbm"
            | "jxl" => "image/png",
            "svg" | "svgz" => "image/svg+xml",
            "html" | "htm" | "shtml" | "shtm" | "xhtml" | "xht" | "xml" | "txt" | "text" | "js" | "mjs" | "css" | "json"
            | "xsl" => "text/html",
            "swf" => "application/x-shockwave-flash",
            "pdf" => "application/pdf",
            "bin" | "com" | "dll" | "deb" | "rpm" | "tar" | "gz" | "tgz" | "bz2" | "xz" | "7z" | "rar" | "tif" | "tiff"
            | "mp4" | "webm" | "ogg" | "ogv" | "mp3" | "wav" | "mov" | "avi" | "mid" | "midi" | "class" | "jar" | "zip"
            | "exe" | "wmv" | "mpg" | "mpeg" => "application/octet-stream",
            // Nothing is known: a browser asks, to see what it is.
            _ => "image/png",
        }
    } else {
        kind
    };
    let pictured = matches!(extension.as_str(), "png" | "gif" | "jpg" | "jpeg" | "webp" | "avif" | "bmp" | "ico" | "svg");
    let page =
        kind.starts_with("text/") || kind.ends_with("xml") || matches!(kind, "application/json" | "application/javascript");
    if kind == "image/svg+xml" {
        Content::Drawing
    } else if is_image_type(kind) || (page && pictured) {
        Content::Image
    } else if page {
        Content::Page
    } else {
        Content::Unknown(kind.to_owned())
    }
}
