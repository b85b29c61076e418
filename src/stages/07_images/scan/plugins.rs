//! `object` and `embed`: fetched only when they are rendered, and as what their type says (HTML §4.8.6, §4.8.7).

use super::elements::is_image_type;
use super::frames::Frame;
use super::page::{DEEPEST, FRAMES, Page, same_page};
use super::policy::Destination;
use super::refer::Manner;
use super::reference::{FrameAnswer, FrameId, Kind, ObjectAnswer, ObjectId, Order, Reference, SkipReason, Source};
use super::sandbox::Sandbox;
use super::tree::{NodeId, Space, flag};
use super::{Scanner, kind};
use crate::stages::response::Fields;
use kind::Document;

/// What an element holds.
enum Content {
    Image,
    /// SVG
    Drawing,
    /// What is shown as a frame is: a page, text, a film, PDF.
    Page,
    /// Nothing is known: a browser asks, to see what it is.
    Unsaid,
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
        match self.content(node, &typed) {
            Content::Unknown(kind) => {
                self.skip(order, &typed, source, Kind::Image, SkipReason::Type(kind));
                self.falls_back(node);
            }
            Content::Page => self.plugin_page(node, order, &typed),
            // An SVG document shows pictures of its own, as a frame does.
            Content::Drawing if self.enter_frames => self.plugin_page(node, order, &typed),
            // What is in the address has come already.
            Content::Unsaid if self.enter_frames && is_data(&typed) => self.plugin_page(node, order, &typed),
            content => {
                // A picture that proves to be a page is shown as one by an `object`, and by an `embed` that says nothing.
                let awaited = object || matches!(content, Content::Unsaid) && self.enter_frames;
                let kind = if awaited { Kind::Object(self.new_object(node)) } else { Kind::Image };
                let what = if matches!(content, Content::Unsaid | Content::Drawing) {
                    Destination::ObjectFrame
                } else {
                    Destination::Object
                };
                let manner = Manner { what, kind, ..self.manner(source) };
                let r = self.refer(order, &typed, manner);
                if awaited && !r.fetched() {
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

    fn content(&self, node: NodeId, address: &str) -> Content {
        // Blanks are a part of it, as in Chromium: what has some is no type that is known.
        let kind = self.tree.attr(node, "type").and_then(|t| t.split(';').next()).unwrap_or_default();
        content(&kind.to_ascii_lowercase(), address)
    }

    fn plugin_page(&mut self, node: NodeId, order: Order, typed: &str) {
        let awaited = self.framed_page(node, order, typed, None, Sandbox::default(), Destination::ObjectFrame);
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

    /// An object's fetch has ended: the element, if it is one of this page.
    fn answered_object(&mut self, id: ObjectId) -> Option<NodeId> {
        let i = self.objects.iter().position(|(o, _)| *o == id)?;
        Some(self.objects.swap_remove(i).1)
    }

    /// A page may be entered there, and has this number.
    fn entered(&mut self, url: &::url::Url) -> Option<FrameId> {
        let circle = self.around.iter().chain([&self.url]).any(|a| same_page(a, url));
        if !self.enter_frames || self.around.len() > DEEPEST || circle {
            return None;
        }
        Some(self.new_frame()).filter(|id| id.0 <= FRAMES)
    }
}

impl Scanner {
    /// How the fetch of an `object` ended: was it something that could be shown? If not, what the element contains is shown instead.
    pub fn object(&mut self, id: ObjectId, answer: ObjectAnswer) -> Vec<Reference> {
        let own = self.page.borrow_mut().answered_object(id);
        if let Some(node) = own {
            if self.page.borrow().tree.space(node) == Space::Svg {
                if let ObjectAnswer::Page(file) = answer {
                    self.enter_used(node, file);
                }
                self.settle();
                return self.take();
            }
            let shown = match answer {
                ObjectAnswer::Nothing => false,
                ObjectAnswer::Picture => true,
                ObjectAnswer::Page(page) => self.enter_object(node, page),
            };
            let mut page = self.page.borrow_mut();
            if shown {
                page.tree.set(node, flag::LOADED)
            } else {
                page.falls_back(node)
            }
            drop(page);
            self.settle();
            return self.take();
        }
        self.in_frames(|s| s.object(id, answer.clone()))
    }

    /// The page that came for an `object` or `embed` is one in this page. False: an error, or one that may not be shown here.
    fn enter_object(&mut self, node: NodeId, answer: FrameAnswer) -> bool {
        let (order, id) = {
            let mut page = self.page.borrow_mut();
            let object = page.tree.is_html(node, "object");
            if object && answer.status >= 400 {
                return false;
            }
            // A drawing is a document of its own unless a picture was expected.
            let address = page.tree.attr(node, if object { "data" } else { "src" }).unwrap_or_default();
            let picture = kind::content_type(&answer.fields).is_some_and(|t| kind::essence(&t).starts_with("image/"));
            if picture && !matches!(page.content(node, address), Content::Unsaid) {
                return true;
            }
            let Some(id) = page.entered(&answer.url) else { return true };
            (page.order(node, 0), id)
        };
        let Some(child) = self.child_of_answer(node, order, Sandbox::default(), false, answer) else { return false };
        self.children.insert(id, Frame::Entered { scanner: Box::new(child), next: false, node });
        true
    }
}

/// Could an answer with these fields be a page?
pub fn may_be_page(fields: &Fields) -> bool {
    kind::declared(kind::content_type(fields).as_deref(), fields) != Document::Other
}

fn is_data(typed: &str) -> bool {
    typed.trim_start().get(..5).is_some_and(|s| s.eq_ignore_ascii_case("data:"))
}

/// What Chromium takes it for, by its type, else by the extension of its address (`HTMLPlugInElement::GetObjectContentType`).
fn content(kind: &str, url: &str) -> Content {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let file = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let extension = file.rsplit_once('.').map(|(_, e)| e.trim_ascii_end().to_ascii_lowercase());
    let named = extension.as_deref().map_or(Content::Unsaid, of_extension);
    if kind.is_empty() {
        return named;
    }
    match of_type(kind) {
        // The name says something else: whatever comes is looked at.
        Content::Page if matches!(named, Content::Image | Content::Drawing) => Content::Unsaid,
        content => content,
    }
}

fn of_type(kind: &str) -> Content {
    /// Text that is not shown.
    const UNSHOWN: [&str; 19] = [
        "text/calendar",
        "text/comma-separated-values",
        "text/csv",
        "text/directory",
        "text/ldif",
        "text/ofx",
        "text/qif",
        "text/rtf",
        "text/tab-separated-values",
        "text/tsv",
        "text/vcalendar",
        "text/vcard",
        "text/x-calendar",
        "text/x-csv",
        "text/x-qif",
        "text/x-vcalendar",
        "text/x-vcard",
        "text/x-vcf",
        "text/vnd.sun.j2me.app-descriptor",
    ];
    if kind == "image/svg+xml" {
        return Content::Drawing;
    }
    if is_image_type(kind) {
        return Content::Image;
    }
    let page = match kind.split_once('/') {
        Some(("text", _)) => !UNSHOWN.contains(&kind),
        Some(("application", subtype)) => {
            subtype.ends_with("+json")
                || matches!(
                    subtype,
                    "atom+xml"
                        | "ecmascript"
                        | "javascript"
                        | "json"
                        | "ogg"
                        | "pdf"
                        | "rss+xml"
                        | "vnd.apple.mpegurl"
                        | "x-ecmascript"
                        | "x-javascript"
                        | "x-mpegurl"
                        | "xhtml+xml"
                        | "xml"
                )
        }
        Some(("audio", subtype)) => matches!(
            subtype,
            "aac"
                | "flac"
                | "mp3"
                | "mp4"
                | "mpeg"
                | "mpegurl"
                | "ogg"
                | "wav"
                | "webm"
                | "x-m4a"
                | "x-mp3"
                | "x-mpegurl"
                | "x-wav"
        ),
        Some(("video", subtype)) => matches!(subtype, "3gpp" | "mp4" | "ogg" | "webm" | "x-m4v" | "x-matroska"),
        _ => matches!(kind, "message/rfc822" | "multipart/related" | "multipart/x-mixed-replace"),
    };
    if page { Content::Page } else { Content::Unknown(kind.to_owned()) }
}

fn of_extension(extension: &str) -> Content {
    match extension {
        "apng" | "avif" | "bmp" | "gif" | "ico" | "jfif" | "jpeg" | "jpg" | "jxl" | "pjp" | "pjpeg" | "png" | "webp" | "xbm" => {
            Content::Image
        }
        "svg" | "svgz" => Content::Drawing,
        "css" | "ehtml" | "eml" | "flac" | "htm" | "html" | "js" | "json" | "m3u8" | "m4a" | "m4v" | "mht" | "mhtml" | "mjs"
        | "mp3" | "mp4" | "mpga" | "oga" | "ogg" | "ogm" | "ogv" | "opus" | "pdf" | "rss" | "shtm" | "shtml" | "text" | "txt"
        | "wav" | "webm" | "xbl" | "xht" | "xhtm" | "xhtml" | "xml" | "xsl" | "xslt" => Content::Page,
        "ai" | "apk" | "bin" | "cer" | "com" | "crx" | "csv" | "doc" | "docx" | "eps" | "epub" | "exe" | "gz" | "ics"
        | "mpeg" | "mpg" | "p7s" | "ppt" | "pptx" | "ps" | "rdf" | "rtf" | "swf" | "swl" | "tar" | "tgz" | "tif" | "tiff"
        | "wasm" | "woff" | "xls" | "xlsx" | "xul" | "zip" => Content::Unknown(format!(".{extension}")),
        _ => Content::Unsaid,
    }
}
