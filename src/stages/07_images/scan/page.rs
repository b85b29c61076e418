//! A page while it is read: its tree, its base, its policies, and the references it has made so far.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use ::url::Url;
use encoding_rs::{Encoding, UTF_8};

use super::css::Sheets;
use super::icons::Icons;
use super::instance::Used;
use super::media::Screen;
use super::policy::{Destination, Gate, ReferrerPolicy, SharedGate};
use super::refer::{Manner, resolve};
use super::reference::{FrameId, Kind, ObjectId, Order, Reference, SheetId, SkipReason, Source, Verdict};
use super::refresh::Next;
use super::sandbox::Sandbox;
use super::shared::Shared;
use super::tree::{NodeId, Space, Tree, flag};

/// Most elements of a page that are looked at.
const ELEMENTS: usize = 1_000_000;
/// Most bytes of `<style>` in a page that are looked at.
const STYLES: usize = 16 * 1024 * 1024;
/// Most frames of a page, with those in them.
pub(super) const FRAMES: u32 = 200;
/// Frames in frames are entered so deep.
pub(super) const DEEPEST: usize = 8;

/// A frame that was met.
pub(super) struct Framed {
    pub(super) id: FrameId,
    pub(super) order: Order,
    pub(super) url: Option<Url>,
    pub(super) srcdoc: Option<String>,
    pub(super) sandbox: Sandbox,
    /// It takes the page's place and is no part of it.
    pub(super) next: bool,
    pub(super) node: NodeId,
}

/// See the module.
pub(super) struct Page {
    pub(super) tree: Tree,
    pub(super) shared: Rc<RefCell<Shared>>,
    pub(super) screen: Screen,
    pub(super) url: Url,
    pub(super) base: Url,
    pub(super) based: bool,
    /// `details` that are open: the root of their tree, and their name.
    pub(super) open: HashSet<(NodeId, String)>,
    /// The base before a `base` element was met.
    pub(super) fallback: Url,
    pub(super) gate: SharedGate,
    /// Whose address a Referer tells; None for a page with an origin of its own.
    pub(super) from: Option<Url>,
    /// The policy that this page is held to by the one around it (`<iframe csp>`), and holds those in it to.
    pub(super) required: Option<String>,
    /// In which sandbox it is, and so are the pages in it.
    pub(super) sandbox: Sandbox,
    /// The part of it that is around the page, and stays when another takes the page's place.
    pub(super) outer_sandbox: Sandbox,
    /// Does `<meta name=color-scheme>` say that it is made for a dark screen? The first one counts.
    pub(super) dark: Option<bool>,
    pub(super) referrer: ReferrerPolicy,
    pub(super) encoding: &'static Encoding,
    pub(super) quirks: bool,
    pub(super) xml: bool,
    /// Its type is SVG's.
    pub(super) svg: bool,
    /// Pictures of an XML document, until its base is known.
    deferred: Vec<NodeId>,
    /// SVG images whose address is animated.
    pub(super) animated: Vec<NodeId>,
    /// Depth of the element that was put in last.
    pub(super) depth: u16,
    pub(super) stopped: bool,
    pub(super) out: Vec<Reference>,
    pub(super) shadows: Vec<(NodeId, NodeId)>,
    pub(super) enter_frames: bool,
    /// Is a refresh without delay followed?
    pub(super) follow: bool,
    pub(super) next: Option<Next>,
    /// Frames do not fetch icons; hidden ones have no styles.
    pub(super) top: bool,
    pub(super) rendered: bool,
    pub(super) framed: Vec<Framed>,
    pub(super) sheets: Sheets,
    /// `object` and `embed`: whether they are rendered is known at the end.
    pub(super) plugins: Vec<NodeId>,
    pub(super) objects: Vec<(ObjectId, NodeId)>,
    pub(super) icons: Icons,
    /// Place of the page among the references: frames lie inside their element.
    pub(super) place: (u64, u32),
    /// Files of which it draws something.
    pub(super) used: HashMap<Url, Used>,
    /// It is such a file itself, and no page: nothing of it is looked at but what is drawn.
    pub(super) used_by_another: bool,
    /// What that is.
    pub(super) parts: Vec<String>,
    /// Addresses of the pages around this one.
    pub(super) around: Vec<Url>,
}

impl Page {
    #[expect(clippy::too_many_arguments, reason = "called in two places, with what a page and a frame differ in")]
    pub(super) fn new(
        url: Url,
        gate: Gate,
        from: Option<Url>,
        referrer: ReferrerPolicy,
        screen: Screen,
        shared: Rc<RefCell<Shared>>,
        enter_frames: bool,
        top: bool,
    ) -> Self {
        Self {
            tree: Tree::new(),
            shared,
            screen,
            base: url.clone(),
            fallback: url.clone(),
            url,
            based: false,
            open: HashSet::new(),
            gate: Arc::new(gate),
            from,
            referrer,
            required: None,
            sandbox: Sandbox::default(),
            outer_sandbox: Sandbox::default(),
            dark: None,
            encoding: UTF_8,
            quirks: false,
            xml: false,
            svg: false,
            deferred: Vec::new(),
            animated: Vec::new(),
            depth: 0,
            stopped: false,
            out: Vec::new(),
            shadows: Vec::new(),
            enter_frames,
            follow: false,
            next: None,
            top,
            rendered: true,
            framed: Vec::new(),
            sheets: Sheets::default(),
            plugins: Vec::new(),
            objects: Vec::new(),
            icons: Icons::default(),
            place: (0, 24),
            used: HashMap::new(),
            used_by_another: false,
            parts: Vec::new(),
            around: Vec::new(),
        }
    }

    /// No more is looked at.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    pub(super) fn order(&self, node: NodeId, part: u64) -> Order {
        let (base, shift) = self.place;
        Order(base + (u64::from(node.0) << shift) + part.min((1 << shift) - 1))
    }

    pub(super) fn new_sheet_id(&self) -> SheetId {
        let mut shared = self.shared.borrow_mut();
        shared.sheets += 1;
        SheetId(shared.sheets)
    }

    /// An element was made; it may never enter the document.
    pub(super) fn created(&mut self, _: NodeId) {
        if self.tree.len() > ELEMENTS {
            self.stop();
        }
    }

    /// Text of an element.
    pub(super) fn text(&mut self, parent: NodeId, text: &str) {
        if self.stopped {
            return;
        }
        self.tree.set(parent, flag::TEXT);
        if self.tree.first(parent).is_none() && !self.tree.has(parent, flag::LETTERED) && text.chars().any(is_letter) {
            self.tree.set(parent, flag::LETTERED);
        }
        self.tree.text_direction(parent, text);
        if self.holds_styles(parent) && self.tree.style_bytes + text.len() <= STYLES {
            self.tree.style_bytes += text.len();
            self.tree.styles.entry(parent).or_default().push_str(text);
        }
    }

    /// `<?xml-stylesheet href="…"?>`
    pub(super) fn instruction(&mut self, target: &str, data: &str) {
        if target != "xml-stylesheet" || self.stopped || self.used_by_another {
            return;
        }
        let get = |name: &str| {
            let at = data
                .match_indices(name)
                .map(|(i, _)| &data[i + name.len()..])
                .find_map(|rest| rest.trim_start().strip_prefix('='))?;
            let at = at.trim_start();
            let quote = at.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            at[1..].split(quote).next().map(|v| v.replace("&amp;", "&"))
        };
        let kind = get("type").unwrap_or_default();
        let prolog = self.root().is_none();
        if let Some(href) = get("href").filter(|_| prolog && makes_another_page(&kind)) {
            if self.svg {
                return;
            }
            let sheet = Kind::Sheet(self.new_sheet_id());
            self.skip(self.order(Tree::DOCUMENT, 0), &href, Source::Stylesheet, sheet, SkipReason::Type(kind));
            return self.stop();
        }
        if let Some(href) = get("href").filter(|_| kind.is_empty() || kind.eq_ignore_ascii_case("text/css")) {
            let node = self.tree.other(0);
            self.tree.append(Tree::DOCUMENT, node);
            let media = get("media").unwrap_or_default();
            let title = get("title").unwrap_or_default();
            let alternate = get("alternate").is_some_and(|a| a == "yes");
            self.linked_sheet(node, &href, &media, &title, alternate, self.referrer, None, "", "", "");
        }
    }

    /// An element was taken off the stack of open elements: it has all its text.
    pub(super) fn popped(&mut self, node: NodeId) {
        if node.0 != u32::MAX && !self.stopped && !self.used_by_another && self.holds_styles(node) {
            self.style_element(node);
        }
    }

    /// A `style` element, of HTML or SVG.
    fn holds_styles(&self, node: NodeId) -> bool {
        self.tree.is_element(node)
            && self.tree.local(node) == "style"
            && matches!(self.tree.space(node), Space::Html | Space::Svg)
    }

    /// A node has come into the tree, or has moved in it.
    pub(super) fn inserted(&mut self, node: NodeId) {
        if self.stopped || !self.tree.is_element(node) {
            return;
        }
        self.depth = self.tree.depth(node);
        if self.xml && self.depth > 5000 {
            return self.stop();
        }
        if self.tree.has(node, flag::SEEN) {
            return;
        }
        if self.xml
            && let Some(parent) = self.tree.parent(node)
            && self.tree.is_html(parent, "template")
        {
            let contents = self.tree.other(flag::CONTENTS);
            self.tree.attach(parent, contents, false);
            self.tree.append(contents, node);
        }
        self.tree.set(node, flag::SEEN);
        if self.based {
            self.tree.set(node, flag::BASED);
        }
        if !self.tree.has(node, flag::LIVE) {
            return self.in_template(node);
        }
        if self.tree.is_html(node, "details") {
            self.close_if_another_is_open(node);
        }
        if self.used_by_another {
            if self.tree.is_html(node, "base") {
                self.base_element(node);
            }
            return;
        }
        if self.defers(node) {
            return self.deferred.push(node);
        }
        self.element(node);
        self.tree.trim(node);
    }

    /// A picture's address is read when the parser pauses, and of XML there is mostly one pause, the end. (Of HTML a scanner that runs
    /// ahead has asked for it long before.)
    fn defers(&self, node: NodeId) -> bool {
        let picture = match self.tree.space(node) {
            Space::Html => matches!(self.tree.local(node), "img" | "input" | "video"),
            Space::Svg => self.tree.local(node) == "image",
            _ => false,
        };
        picture && self.xml && !self.based
    }

    /// The document has ended.
    pub(super) fn read_deferred(&mut self) {
        for node in std::mem::take(&mut self.deferred) {
            self.element(node);
        }
        for image in std::mem::take(&mut self.animated) {
            self.animated_image(image);
        }
    }

    /// HTML §4.11.1: of the `details` of one name in a tree only one is open, here the first.
    pub(super) fn close_if_another_is_open(&mut self, details: NodeId) {
        let name = self.tree.attr(details, "name").filter(|n| !n.is_empty());
        let Some(name) = name.filter(|_| self.tree.attr(details, "open").is_some()) else { return };
        let mut root = details;
        while let Some(parent) = self.tree.parent(root) {
            root = parent;
            if self.tree.has(root, flag::SHADOW) {
                break;
            }
        }
        let name = name.to_owned();
        if !self.open.insert((root, name)) {
            self.tree.remove_attribute(details, "open");
        }
    }

    pub(super) fn in_template(&mut self, node: NodeId) {
        let src = if self.tree.is_html(node, "img") { self.tree.attr(node, "src").map(str::to_owned) } else { None };
        if let Some(src) = src {
            self.skip(self.order(node, 0), &src, Source::ImgSrc, Kind::Image, SkipReason::Template);
        }
    }

    pub(super) fn element(&mut self, node: NodeId) {
        let local = self.tree.local(node);
        match (self.tree.space(node), local) {
            (Space::Html, "img") => self.img(node),
            (Space::Html, "base") => self.base_element(node),
            (Space::Html, "meta") => self.meta(node),
            (Space::Html, "link") => self.link(node),
            (Space::Html, "input") if self.tree.attr(node, "type").is_some_and(|t| t.eq_ignore_ascii_case("image")) => {
                self.simple(node, "src", Source::InputImage);
            }
            (Space::Html, "video") => self.simple(node, "poster", Source::VideoPoster),
            (Space::Html, "object" | "embed") => self.plugins.push(node),
            (Space::Html, "iframe" | "frame") => self.frame_element(node),
            (Space::Svg, "image" | "feImage") => self.svg_image(node),
            (Space::Svg, "use") => self.svg_use(node),
            (Space::Svg, "set" | "animate") => self.animation(node),
            _ => {}
        }
    }

    /// The manner of most references of a page.
    pub(super) fn manner(&self, source: Source) -> Manner<'_> {
        Manner {
            what: Destination::Image,
            source,
            base: &self.base,
            encoding: self.encoding,
            candidate: None,
            policy: self.referrer,
            from: self.from.as_ref(),
            cors: None,
            nonce: "",
            kind: Kind::Image,
        }
    }

    /// The document's element.
    pub(super) fn root(&self) -> Option<NodeId> {
        let mut nodes = std::iter::successors(self.tree.first(Tree::DOCUMENT), |node| self.tree.next(*node));
        nodes.find(|node| self.tree.is_element(*node))
    }

    pub(super) fn attr(&self, node: NodeId, name: &str) -> Option<String> {
        self.tree.attr(node, name).map(str::to_owned)
    }

    /// `crossorigin`: None without, else whether credentials go along.
    pub(super) fn cors(&self, node: NodeId) -> Option<bool> {
        self.tree.attr(node, "crossorigin").map(|v| v.eq_ignore_ascii_case("use-credentials"))
    }

    pub(super) fn policy(&self, node: NodeId) -> ReferrerPolicy {
        // Unlike HTML §2.5.6: Chromium knows the older words here too, though not on a link.
        let parse = if self.tree.is_html(node, "link") { ReferrerPolicy::parse } else { ReferrerPolicy::parse_legacy };
        self.tree.attr(node, "referrerpolicy").and_then(parse).unwrap_or(self.referrer)
    }

    pub(super) fn frame_element(&mut self, node: NodeId) {
        let srcdoc = if self.tree.local(node) == "iframe" { self.attr(node, "srcdoc") } else { None };
        let src = self.attr(node, "src");
        let order = self.order(node, 0);
        let sandbox = self.tree.attr(node, "sandbox").map(|words| Sandbox::of(words.split_ascii_whitespace()));
        if srcdoc.is_none() && src.is_none() {
            return;
        }
        let typed = src.unwrap_or_default();
        self.framed_page(node, order, &typed, srcdoc, sandbox.unwrap_or_default(), Destination::Frame);
    }

    pub(super) fn new_frame(&mut self) -> FrameId {
        let mut shared = self.shared.borrow_mut();
        shared.frame_ids += 1;
        FrameId(shared.frame_ids)
    }

    /// A page in the page. Is its answer awaited?
    pub(super) fn framed_page(
        &mut self,
        node: NodeId,
        order: Order,
        typed: &str,
        srcdoc: Option<String>,
        sandbox: Sandbox,
        what: Destination,
    ) -> bool {
        let id = self.new_frame();
        let kind = Kind::Frame(id);
        let shown = if srcdoc.is_some() { "about:srcdoc" } else { typed };
        if !self.enter_frames {
            self.skip(order, shown, Source::Frame, kind, SkipReason::FrameNotEntered);
            return false;
        }
        if id.0 > FRAMES || self.around.len() > DEEPEST {
            self.skip(order, shown, Source::Frame, kind, SkipReason::TooMany);
            return false;
        }
        if srcdoc.is_some() {
            self.framed.push(Framed { id, order, url: None, srcdoc, sandbox, next: false, node });
            return false;
        }
        let manner = Manner { what, kind, policy: self.policy(node), ..self.manner(Source::Frame) };
        let mut r = self.refer(order, typed, manner);
        if let Some(url) = &r.url {
            let mut around = self.around.iter().chain([&self.url]);
            if around.any(|a| same_page(a, url)) {
                r.verdict = Verdict::Skip { reason: SkipReason::Cycle };
            } else {
                self.framed.push(Framed { id, order, url: Some(url.clone()), srcdoc: None, sandbox, next: false, node });
            }
        } else if let Some(url) = resolve(typed, &self.base, self.encoding).filter(|u| u.scheme() == "data") {
            self.framed.push(Framed { id, order, url: Some(url), srcdoc: None, sandbox, next: false, node });
        }
        let awaited = r.fetched();
        self.push(r);
        awaited
    }

    pub(super) fn new_object(&mut self, node: NodeId) -> ObjectId {
        let id = {
            let mut shared = self.shared.borrow_mut();
            shared.objects += 1;
            ObjectId(shared.objects)
        };
        self.objects.push((id, node));
        id
    }
}

/// A style sheet of this type is taken for XSLT: it makes the page that is shown, and of the one that names it nothing is.
/// (What it makes is not known here: no transformation is done.)
fn makes_another_page(kind: &str) -> bool {
    matches!(
        kind,
        "text/xsl" | "text/xml" | "application/xml" | "application/xhtml+xml" | "application/rss+xml" | "application/atom+xml"
    )
}

/// Can `::first-letter` begin with it? Spaces and punctuation cannot.
fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || "$+<=>^`|~".contains(c);
    }
    let mark = matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{301f}');
    !mark && !c.is_whitespace() && !c.is_control()
}

pub(super) fn same_page(a: &Url, b: &Url) -> bool {
    let (mut a, mut b) = (a.clone(), b.clone());
    a.set_fragment(None);
    b.set_fragment(None);
    a == b
}
