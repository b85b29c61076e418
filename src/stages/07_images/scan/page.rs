//! A page while it is read: its tree, its base, its policies, and the references it has made so far.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::rc::Rc;
use std::sync::Arc;

use ::url::Url;
use encoding_rs::{Encoding, UTF_8};

use super::css::Sheets;
use super::icons::Icons;
use super::media::Screen;
use super::origin::same_origin;
use super::policy::{Destination, Gate, ReferrerPolicy, SharedGate};
use super::reference::{Candidate, FrameId, IconId, Kind, ObjectId, Order, Reference, SheetId, SkipReason, Source, Verdict};
use super::tree::{NodeId, Tree, flag};

/// Most elements of a page that are looked at.
const ELEMENTS: usize = 1_000_000;
/// Most bytes of `<style>` in a page that are looked at.
const STYLES: usize = 16 * 1024 * 1024;

/// What the page and the frames in it have in common.
pub(super) struct Shared {
    asked: HashSet<u64, foldhash::fast::RandomState>,
    hasher: RandomState,
    /// The Referer of the reference before: mostly the next one's too.
    referer: Arc<str>,
    most: usize,
    told: usize,
    pub(super) cut: u64,
    sheets: u32,
    objects: u32,
    pub(super) frame_ids: u32,
    icons: u32,
    /// What `link rel=icon` names, by the hash of its address: the id under which it was asked for, if it was.
    pub(super) icons_named: HashMap<u64, Option<IconId>>,
    /// How well those fit that were asked for, once they have come.
    pub(super) icons_seen: HashMap<IconId, Option<f64>>,
}

impl Shared {
    pub(super) fn new(most: usize) -> Self {
        Self {
            asked: HashSet::default(),
            hasher: RandomState::new(),
            referer: Arc::default(),
            most,
            told: 0,
            cut: 0,
            sheets: 0,
            objects: 0,
            frame_ids: 0,
            icons: 0,
            icons_named: HashMap::new(),
            icons_seen: HashMap::new(),
        }
    }

    pub(super) fn hash(&self, url: &Url) -> u64 {
        self.hasher.hash_one(url.as_str())
    }

    /// What an icon link names is asked for, there or as a picture.
    pub(super) fn icon_asked(&mut self, hash: u64) -> IconId {
        self.icons += 1;
        let id = IconId(self.icons);
        self.icons_named.insert(hash, Some(id));
        self.icons_seen.insert(id, None);
        id
    }

    /// `referer`, held once however many references have it.
    fn one_of(&mut self, referer: Cow<'_, str>) -> Arc<str> {
        if *self.referer != *referer {
            self.referer = referer.into();
        }
        self.referer.clone()
    }
}

/// A frame that was met.
pub(super) struct Framed {
    pub(super) id: FrameId,
    pub(super) order: Order,
    pub(super) url: Option<Url>,
    pub(super) srcdoc: Option<String>,
    pub(super) sandboxed: bool,
    /// It takes the page's place and is no part of it.
    pub(super) next: bool,
    pub(super) node: NodeId,
}

/// Where a page leads on to.
#[derive(Debug)]
struct Next {
    seconds: u32,
    /// Empty for the page itself.
    address: String,
    base: Url,
    node: NodeId,
}

/// How a reference is fetched, apart from where.
pub(super) struct Manner<'m> {
    pub(super) what: Destination,
    pub(super) source: Source,
    pub(super) base: &'m Url,
    pub(super) encoding: &'static Encoding,
    pub(super) candidate: Option<Candidate>,
    pub(super) policy: ReferrerPolicy,
    /// Whose address the Referer tells.
    pub(super) from: Option<&'m Url>,
    /// `crossorigin`: may credentials go to other origins?
    pub(super) cors: Option<bool>,
    pub(super) nonce: &'m str,
    pub(super) kind: Kind,
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
    open: HashSet<(NodeId, String)>,
    /// The base before a `base` element was met.
    pub(super) fallback: Url,
    pub(super) gate: SharedGate,
    /// Whose address a Referer tells; None for a page with an origin of its own.
    pub(super) from: Option<Url>,
    /// It has an origin of its own because it is sandboxed; so have the pages in it.
    pub(super) sandboxed: bool,
    /// Does `<meta name=color-scheme>` say that it is made for a dark screen? The first one counts.
    pub(super) dark: Option<bool>,
    pub(super) referrer: ReferrerPolicy,
    pub(super) encoding: &'static Encoding,
    pub(super) quirks: bool,
    pub(super) xml: bool,
    /// Depth of the element that was put in last.
    pub(super) depth: u16,
    pub(super) stopped: bool,
    pub(super) out: Vec<Reference>,
    pub(super) shadows: Vec<(NodeId, NodeId)>,
    pub(super) enter_frames: bool,
    /// Is a refresh without delay followed?
    pub(super) follow: bool,
    next: Option<Next>,
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
            sandboxed: false,
            dark: None,
            encoding: UTF_8,
            quirks: false,
            xml: false,
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
        if self.tree.is_element(parent) && self.tree.local(parent) == "style" && self.tree.style_bytes + text.len() <= STYLES {
            self.tree.style_bytes += text.len();
            self.tree.styles.entry(parent).or_default().push_str(text);
        }
    }

    /// `<?xml-stylesheet href="…"?>`
    pub(super) fn instruction(&mut self, target: &str, data: &str) {
        if target != "xml-stylesheet" || self.stopped {
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
        let css = get("type").is_none_or(|t| t.is_empty() || t.eq_ignore_ascii_case("text/css"));
        if let Some(href) = get("href").filter(|_| css) {
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
        if node.0 != u32::MAX && !self.stopped && self.tree.is_element(node) && self.tree.local(node) == "style" {
            self.style_element(node);
        }
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
        self.element(node);
        self.tree.trim(node);
    }

    /// HTML §4.11.1: of the `details` of one name in a tree only one is open, here the first.
    fn close_if_another_is_open(&mut self, details: NodeId) {
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

    fn in_template(&mut self, node: NodeId) {
        let src = if self.tree.is_html(node, "img") { self.tree.attr(node, "src").map(str::to_owned) } else { None };
        if let Some(src) = src {
            self.skip(self.order(node, 0), &src, Source::ImgSrc, Kind::Image, SkipReason::Template);
        }
    }

    fn element(&mut self, node: NodeId) {
        use super::tree::Space;
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

    fn attr(&self, node: NodeId, name: &str) -> Option<String> {
        self.tree.attr(node, name).map(str::to_owned)
    }

    /// `crossorigin`: None without, else whether credentials go along.
    fn cors(&self, node: NodeId) -> Option<bool> {
        self.tree.attr(node, "crossorigin").map(|v| v.eq_ignore_ascii_case("use-credentials"))
    }

    fn policy(&self, node: NodeId) -> ReferrerPolicy {
        // Unlike HTML §2.5.6: Chromium knows the older words here too, though not on a link.
        let parse = if self.tree.is_html(node, "link") { ReferrerPolicy::parse } else { ReferrerPolicy::parse_legacy };
        self.tree.attr(node, "referrerpolicy").and_then(parse).unwrap_or(self.referrer)
    }

    fn simple(&mut self, node: NodeId, name: &str, source: Source) {
        if let Some(typed) = self.attr(node, name) {
            let manner = self.manner(source);
            let r = self.refer(self.order(node, 0), &typed, manner);
            self.push(r);
        }
    }

    fn svg_image(&mut self, node: NodeId) {
        let href = self.attr(node, "href").or_else(|| {
            let mut all = self.tree.attributes(node);
            all.find(|(n, _)| &*n.local == "href" && &*n.ns == "http://www.w3.org/1999/xlink").map(|(_, v)| v.to_owned())
        });
        if let Some(typed) = href {
            let manner = Manner { cors: self.cors(node), ..self.manner(Source::SvgImage) };
            let r = self.refer(self.order(node, 0), &typed, manner);
            self.push(r);
        }
    }

    /// `use` of something in another file of the same origin; most are of this document.
    fn svg_use(&mut self, node: NodeId) {
        let href = self.tree.attributes(node).find(|(n, _)| &*n.local == "href").map(|(_, v)| v.trim().to_owned());
        let Some(href) = href.filter(|h| !h.is_empty() && !h.starts_with('#')) else { return };
        let Some(url) = resolve(&href, &self.base, self.encoding) else { return };
        if url.origin() == self.url.origin() && !same_page(&url, &self.url) {
            self.svg_image(node);
        }
    }

    fn base_element(&mut self, node: NodeId) {
        if self.based {
            return;
        }
        let Some(href) = self.attr(node, "href") else { return };
        self.based = true;
        // HTML §4.2.3: its own base is the document's fallback base.
        let found = resolve(&href, &self.base, self.encoding);
        // Unlike HTML §4.2.3: in Chromium nothing is relative to a base that is no URL.
        let found = found.or_else(|| Url::parse("about:invalid").ok());
        if let Some(url) = found.filter(|u| !matches!(u.scheme(), "data" | "javascript") && self.gate.base(u)) {
            self.base = url;
        }
    }

    fn meta(&mut self, node: NodeId) {
        let content = self.attr(node, "content").unwrap_or_default();
        let is = |name: &str, value: &str| self.tree.attr(node, name).is_some_and(|v| v.eq_ignore_ascii_case(value));
        if is("name", "referrer") {
            if let Some(policy) = ReferrerPolicy::parse_legacy(content.trim()) {
                self.referrer = policy;
            }
        } else if is("name", "color-scheme") {
            let has = |word: &str| content.split_ascii_whitespace().any(|w| w.eq_ignore_ascii_case(word));
            self.dark.get_or_insert(has("dark") && !has("light") && !has("normal"));
        } else if is("http-equiv", "refresh") {
            self.refresh(Some(node), &content);
        } else if is("http-equiv", "default-style") {
            self.default_style(&content);
        } else if is("http-equiv", "content-security-policy")
            && self.tree.parent(node).is_some_and(|p| self.tree.is_html(p, "head"))
        {
            Arc::make_mut(&mut self.gate).add_meta(&content);
        }
    }

    fn img(&mut self, node: NodeId) {
        if let Some(parent) = self.tree.parent(node).filter(|p| self.tree.is_html(*p, "picture")) {
            let mut at = self.tree.first(parent);
            while let Some(source) = at.filter(|s| *s != node) {
                if self.tree.is_html(source, "source") && self.picture_source(node, source) {
                    return;
                }
                at = self.tree.next(source);
            }
        }
        let (srcset, src, sizes) = (self.attr(node, "srcset"), self.attr(node, "src"), self.attr(node, "sizes"));
        if srcset.is_none() && src.is_none() {
            return;
        }
        let Some(chosen) = super::srcset::choose(srcset.as_deref(), src.as_deref(), sizes.as_deref(), &self.screen) else {
            let typed = src.or(srcset).unwrap_or_default();
            return self.skip(self.order(node, 0), &typed, Source::ImgSrc, Kind::Image, SkipReason::Empty);
        };
        let set = srcset.is_some();
        let manner = Manner {
            source: if chosen.is_src { Source::ImgSrc } else { Source::ImgSrcset },
            what: if set { Destination::ImageSet } else { Destination::Image },
            candidate: chosen.candidate,
            policy: self.policy(node),
            cors: self.cors(node),
            ..self.manner(Source::ImgSrc)
        };
        let r = self.refer(self.order(node, 0), chosen.url, manner);
        self.push(r);
    }

    /// Is it this `source` that `img` shows?
    fn picture_source(&mut self, img: NodeId, source: NodeId) -> bool {
        let Some(srcset) = self.attr(source, "srcset") else { return false };
        if super::srcset::parse(&srcset).is_empty() {
            return false;
        }
        let order = self.order(source, 0);
        if let Some(media) = self.attr(source, "media").filter(|m| !self.screen.matches(m)) {
            self.skip(order, &srcset, Source::PictureSource, Kind::Image, SkipReason::Media(short(&media)));
            return false;
        }
        if let Some(kind) = self.attr(source, "type").filter(|t| !shown(t)) {
            self.skip(order, &srcset, Source::PictureSource, Kind::Image, SkipReason::Type(short(&kind)));
            return false;
        }
        let sizes = self.attr(source, "sizes");
        let Some(chosen) = super::srcset::choose(Some(&srcset), None, sizes.as_deref(), &self.screen) else { return false };
        let manner = Manner {
            candidate: chosen.candidate,
            what: Destination::ImageSet,
            policy: self.policy(img),
            cors: self.cors(img),
            ..self.manner(Source::PictureSource)
        };
        let r = self.refer(self.order(img, 0), chosen.url, manner);
        self.push(r);
        true
    }

    fn link(&mut self, node: NodeId) {
        let rel = self.attr(node, "rel").unwrap_or_default().to_ascii_lowercase();
        let rels: Vec<&str> = rel.split_ascii_whitespace().collect();
        let has = |word: &str| rels.contains(&word);
        let href = self.attr(node, "href");
        let media = self.attr(node, "media").unwrap_or_default();
        if has("preload") && self.attr(node, "as").is_some_and(|a| a.eq_ignore_ascii_case("image")) {
            let (set, sizes) = (self.attr(node, "imagesrcset"), self.attr(node, "imagesizes"));
            let kind = self.attr(node, "type").unwrap_or_default();
            let policy = self.policy(node);
            self.preload(
                self.order(node, 0),
                href.as_deref(),
                set.as_deref(),
                sizes.as_deref(),
                &media,
                &kind,
                policy,
                self.cors(node),
                Source::Preload,
            );
        }
        if has("stylesheet") {
            let css = self.attr(node, "type").is_none_or(|t| {
                let t = t.split(';').next().unwrap_or_default().trim();
                t.is_empty() || t.eq_ignore_ascii_case("text/css")
            });
            if let (Some(href), true, None) = (&href, css, self.tree.attr(node, "disabled")) {
                let title = self.attr(node, "title").unwrap_or_default();
                let nonce = self.nonce(node);
                let integrity = self.attr(node, "integrity").unwrap_or_default();
                let charset = self.attr(node, "charset").unwrap_or_default();
                let (policy, cors) = (self.policy(node), self.cors(node));
                self.linked_sheet(node, href, &media, &title, has("alternate"), policy, cors, &nonce, &integrity, &charset);
            }
        }
        // Unlike HTML §4.6.7.8: Chromium looks for icons among the children of `head` only.
        let in_head = self.tree.parent(node).is_some_and(|p| self.tree.is_html(p, "head"));
        if self.top && in_head && (has("icon") || has("apple-touch-icon") || has("apple-touch-icon-precomposed")) {
            let Some(href) = href else { return };
            let order = self.order(node, 1);
            if !has("icon") {
                self.skip(order, &href, Source::AppleTouchIcon, Kind::Image, SkipReason::OtherIcon);
            } else if !self.screen.matches(&media) {
                self.skip(order, &href, Source::Icon, Kind::Image, SkipReason::Media(short(&media)));
            } else {
                let sizes = self.attr(node, "sizes").unwrap_or_default();
                self.icon_link(node, href, &sizes);
            }
        }
    }

    pub(super) fn nonce(&self, node: NodeId) -> String {
        if self.tree.has(node, flag::DOUBLED) { String::new() } else { self.attr(node, "nonce").unwrap_or_default() }
    }

    #[expect(clippy::too_many_arguments, reason = "a link's attributes, or a Link field's parameters")]
    fn preload(
        &mut self,
        order: Order,
        href: Option<&str>,
        srcset: Option<&str>,
        sizes: Option<&str>,
        media: &str,
        kind: &str,
        policy: ReferrerPolicy,
        cors: Option<bool>,
        source: Source,
    ) {
        let typed = href.or(srcset).unwrap_or_default();
        if !self.screen.matches(media) {
            return self.skip(order, typed, source, Kind::Image, SkipReason::Media(short(media)));
        }
        if !shown(kind) {
            return self.skip(order, typed, source, Kind::Image, SkipReason::Type(short(kind)));
        }
        // HTML §4.2.4.3: `href` beside `imagesrcset` is what `src` is beside `srcset`.
        let Some(chosen) = super::srcset::choose(srcset, href, sizes, &self.screen) else {
            if href.is_some() || srcset.is_some() {
                self.skip(order, typed, source, Kind::Image, SkipReason::Empty);
            }
            return;
        };
        let manner = Manner { candidate: chosen.candidate, policy, cors, ..self.manner(source) };
        let r = self.refer(order, chosen.url, manner);
        self.push(r);
    }

    /// `Link:` fields of the response; they are met before the page.
    pub(super) fn link_field(&mut self, value: &str) {
        for link in split_links(value) {
            let Some((url, parameters)) = link.trim().strip_prefix('<').and_then(|r| r.split_once('>')) else { continue };
            let parameters = parse_parameters(parameters);
            let get = |name: &str| parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
            // RFC 8288 §3.2: with an anchor it is about another page. Chromium drops links with an empty target or condition.
            if url.trim().is_empty() || get("anchor").is_some() || get("media") == Some("") {
                continue;
            }
            let rel = get("rel").unwrap_or_default().to_ascii_lowercase();
            let order = Order(self.place.0);
            if rel.split_ascii_whitespace().any(|r| r == "preload") && get("as").is_some_and(|a| a.eq_ignore_ascii_case("image"))
            {
                let policy = get("referrerpolicy").and_then(ReferrerPolicy::parse).unwrap_or(self.referrer);
                let cors = get("crossorigin").map(|v| v.eq_ignore_ascii_case("use-credentials"));
                let (media, kind) = (get("media").unwrap_or_default(), get("type").unwrap_or_default());
                self.preload(
                    order,
                    Some(url),
                    get("imagesrcset"),
                    get("imagesizes"),
                    media,
                    kind,
                    policy,
                    cors,
                    Source::LinkHeader,
                );
            }
        }
    }

    fn frame_element(&mut self, node: NodeId) {
        let srcdoc = if self.tree.local(node) == "iframe" { self.attr(node, "srcdoc") } else { None };
        let src = self.attr(node, "src");
        let order = self.order(node, 0);
        let sandboxed = self
            .tree
            .attr(node, "sandbox")
            .is_some_and(|s| !s.split_ascii_whitespace().any(|w| w.eq_ignore_ascii_case("allow-same-origin")));
        if srcdoc.is_none() && src.is_none() {
            return;
        }
        let typed = src.unwrap_or_default();
        self.framed_page(node, order, &typed, srcdoc, sandboxed, Destination::Frame);
    }

    /// Where the page leads on to, by a `meta` element or a field of its answer. Unlike HTML §4.2.5.3: in Chromium the soonest one
    /// counts, and of several the last.
    pub(super) fn refresh(&mut self, node: Option<NodeId>, content: &str) {
        let Some((seconds, address)) = super::refresh::parse(content) else { return };
        if self.next.as_ref().is_none_or(|next| seconds <= next.seconds) {
            let node = node.unwrap_or(Tree::DOCUMENT);
            self.next = Some(Next { seconds, address: address.unwrap_or_default().to_owned(), base: self.base.clone(), node });
        }
    }

    /// The page has come: it leads on.
    pub(super) fn lead_on(&mut self) {
        let Some(Next { seconds, address, base, node }) = self.next.take().filter(|next| !next.address.is_empty()) else {
            return;
        };
        let (order, id) = (self.order(node, 0), self.new_frame());
        // In a frame it is a frame.
        let kind = if self.top { Kind::Page(id) } else { Kind::Frame(id) };
        let reason = match seconds {
            _ if self.top && !self.follow => Some(SkipReason::NotFollowed),
            1.. => Some(SkipReason::Later(seconds)),
            0 if self.around.len() > 8 => Some(SkipReason::TooMany),
            0 => None,
        };
        if let Some(reason) = reason {
            return self.skip(order, &address, Source::Refresh, kind, reason);
        }
        let manner = Manner { what: Destination::Page, kind, base: &base, ..self.manner(Source::Refresh) };
        let mut r = self.refer(order, &address, manner);
        if let Some(url) = r.url.clone() {
            if self.around.iter().chain([&self.url]).any(|a| same_page(a, &url)) {
                r.verdict = Verdict::Skip { reason: SkipReason::Cycle };
            } else {
                // The sandbox of a frame stays, whatever is shown in it.
                let sandboxed = self.sandboxed && !self.top;
                self.framed.push(Framed { id, order, url: Some(url), srcdoc: None, sandboxed, next: true, node });
            }
        }
        self.push(r);
    }

    fn new_frame(&mut self) -> FrameId {
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
        sandboxed: bool,
        what: Destination,
    ) -> bool {
        let id = self.new_frame();
        let kind = Kind::Frame(id);
        let shown = if srcdoc.is_some() { "about:srcdoc" } else { typed };
        if !self.enter_frames {
            self.skip(order, shown, Source::Frame, kind, SkipReason::FrameNotEntered);
            return false;
        }
        const FRAMES: u32 = 200;
        if id.0 > FRAMES || self.around.len() > 8 {
            self.skip(order, shown, Source::Frame, kind, SkipReason::TooMany);
            return false;
        }
        if srcdoc.is_some() {
            self.framed.push(Framed { id, order, url: None, srcdoc, sandboxed, next: false, node });
            return false;
        }
        let manner = Manner { what, kind, policy: self.policy(node), ..self.manner(Source::Frame) };
        let mut r = self.refer(order, typed, manner);
        if let Some(url) = &r.url {
            let mut around = self.around.iter().chain([&self.url]);
            if around.any(|a| same_page(a, url)) {
                r.verdict = Verdict::Skip { reason: SkipReason::Cycle };
            } else {
                self.framed.push(Framed { id, order, url: Some(url.clone()), srcdoc: None, sandboxed, next: false, node });
            }
        } else if let Some(url) = resolve(typed, &self.base, self.encoding).filter(|u| u.scheme() == "data") {
            self.framed.push(Framed { id, order, url: Some(url), srcdoc: None, sandboxed: true, next: false, node });
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

    pub(super) fn skip(&mut self, order: Order, typed: &str, source: Source, kind: Kind, reason: SkipReason) {
        let r =
            Reference { order, typed: cut(typed), url: None, source, candidate: None, kind, verdict: Verdict::Skip { reason } };
        self.push(r);
    }

    /// Tells a reference, or that there are too many.
    pub(super) fn push(&mut self, mut r: Reference) {
        let mut shared = self.shared.borrow_mut();
        shared.told += 1;
        if shared.told > shared.most {
            shared.cut += 1;
            if shared.cut > 1 {
                return;
            }
            r.verdict = Verdict::Skip { reason: SkipReason::TooMany };
        }
        drop(shared);
        self.out.push(r);
    }

    /// Decides about one reference.
    pub(super) fn refer(&self, order: Order, typed: &str, manner: Manner<'_>) -> Reference {
        let Manner { what, source, base, encoding, candidate, policy, from, cors, nonce, kind } = manner;
        let mut r = Reference {
            order,
            typed: cut(typed),
            url: None,
            source,
            candidate,
            kind,
            verdict: Verdict::Skip { reason: SkipReason::Empty },
        };
        let text = typed.trim_matches(|c: char| c.is_ascii_whitespace());
        if text.is_empty() {
            return r;
        }
        let mut refuse = |reason| {
            r.verdict = Verdict::Skip { reason };
            r.clone()
        };
        if text.get(..5).is_some_and(|s| s.eq_ignore_ascii_case("data:")) {
            return refuse(SkipReason::Inline(text.len() as u64));
        }
        let Some(url) = resolve(text, base, encoding) else { return refuse(SkipReason::BadUrl) };
        let mut url = self.gate.upgraded(url, what);
        if let Err(reason) = self.gate.allows(&url, what, false, nonce) {
            return refuse(reason);
        }
        url.set_fragment(None);
        if matches!(kind, Kind::Image | Kind::Icon(_) | Kind::Object(_)) {
            let mut shared = self.shared.borrow_mut();
            let hash = shared.hash(&url);
            if !shared.asked.insert(hash) {
                r.verdict = Verdict::Skip { reason: SkipReason::Repeated };
                r.url = Some(url);
                return r;
            }
            // It depends on this one's sizes too whether another icon is asked for.
            if kind == Kind::Image && source != Source::Icon && shared.icons_named.contains_key(&hash) {
                r.kind = Kind::Icon(shared.icon_asked(hash));
            }
        }
        let cross = self.from.as_ref().is_none_or(|f| !same_origin(f, &url));
        r.verdict = Verdict::Fetch {
            referer: policy.referer(from, &url).map(|text| self.shared.borrow_mut().one_of(text)),
            origin: (cors.is_some() && cross)
                .then(|| self.from.as_ref().map_or("null".to_owned(), |f| f.origin().ascii_serialization())),
            credentials: cors.is_none_or(|c| c || !cross),
            gate: self.gate.clone(),
        };
        r.url = Some(url);
        r
    }
}

/// Can `::first-letter` begin with it? Spaces and punctuation cannot.
fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || "$+<=>^`|~".contains(c);
    }
    let mark = matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{301f}');
    !mark && !c.is_whitespace() && !c.is_control()
}

/// URL parsing with the query encoding of the document (HTML §2.4.3, URL §4.4).
pub(super) fn resolve(text: &str, base: &Url, encoding: &'static Encoding) -> Option<Url> {
    // URL §4.4, "special authority ignore slashes": behind the base's scheme any number of slashes is two.
    let slashes = text.trim_start_matches(|c: char| c <= ' ').bytes().take_while(|b| matches!(b, b'/' | b'\\')).count();
    let authority;
    let text = if slashes > 2 && matches!(base.scheme(), "http" | "https") {
        authority = format!("//{}", &text.trim_start_matches(|c: char| c <= ' ')[slashes..]);
        &authority
    } else {
        text
    };
    let mut url = parsed(text, base, encoding)?;
    // URL §1.3: `^` belongs to the path percent-encode set; the parser leaves it.
    if !url.cannot_be_a_base() && url.path().contains('^') {
        let path = url.path().replace('^', "%5E");
        url.set_path(&path);
    }
    Some(url)
}

fn parsed(text: &str, base: &Url, encoding: &'static Encoding) -> Option<Url> {
    let encoding = encoding.output_encoding();
    if encoding == UTF_8 || text.is_ascii() {
        return Url::options().base_url(Some(base)).parse(text).ok();
    }
    let encode = encoder(move |query| encoded(query, encoding).into());
    Url::options().base_url(Some(base)).encoding_override(Some(&encode)).parse(text).ok()
}

/// Gives a closure the type that the parser asks for.
fn encoder<F: Fn(&str) -> Cow<'_, [u8]>>(f: F) -> F {
    f
}

/// "Percent-encode after encoding": what the encoding lacks becomes `%26%23…%3B`, a numeric reference.
fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let mut encoder = encoding.new_encoder();
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut rest = text;
    loop {
        let room = encoder.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(rest.len() * 4 + 16);
        out.reserve(room);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut out, true);
        rest = &rest[read..];
        match result {
            encoding_rs::EncoderResult::InputEmpty => return out,
            encoding_rs::EncoderResult::OutputFull => {}
            encoding_rs::EncoderResult::Unmappable(c) => out.extend_from_slice(format!("%26%23{}%3B", u32::from(c)).as_bytes()),
        }
    }
}

/// Types that a browser shows as pictures; an empty one may be anything.
pub(super) fn shown(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.is_empty() || is_image_type(&essence)
}

pub(super) fn is_image_type(essence: &str) -> bool {
    matches!(
        essence,
        "image/png"
            | "image/x-png"
            | "image/apng"
            | "image/jpeg"
            | "image/jpg"
            | "image/pjpeg"
            | "image/gif"
            | "image/webp"
            | "image/avif"
            | "image/bmp"
            | "image/x-icon"
            | "image/vnd.microsoft.icon"
            | "image/svg+xml"
            | "image/x-xbitmap"
            | "image/jxl"
    )
}

fn same_page(a: &Url, b: &Url) -> bool {
    let (mut a, mut b) = (a.clone(), b.clone());
    a.set_fragment(None);
    b.set_fragment(None);
    a == b
}

/// `text`, not longer than is kept of it.
pub(super) fn cut(text: &str) -> String {
    upto(text, Reference::TYPED)
}

fn short(text: &str) -> String {
    upto(text.trim(), 200)
}

fn upto(text: &str, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    text[..end].to_owned()
}

/// The links of a `Link` field: commas inside `<…>` and quotes do not separate.
fn split_links(value: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let (mut start, mut quoted, mut angle, mut escaped) = (0, false, false, false);
    for (i, c) in value.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !angle => quoted = !quoted,
            '<' if !quoted => angle = true,
            '>' if !quoted => angle = false,
            ',' if !quoted && !angle => {
                links.push(&value[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    links.push(&value[start..]);
    links
}

/// `; name=value; name="value"`, names in lower case.
fn parse_parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(i) = rest.find(';') {
        rest = rest[i + 1..].trim_start();
        let end = rest.find([';', '=']).unwrap_or(rest.len());
        let name = rest[..end].trim().to_ascii_lowercase();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(r) = rest.strip_prefix('=') {
            rest = r.trim_start();
            if let Some(r) = rest.strip_prefix('"') {
                let mut escaped = false;
                let mut end = r.len();
                for (i, c) in r.char_indices() {
                    match c {
                        _ if escaped => {
                            value.push(c);
                            escaped = false;
                        }
                        '\\' => escaped = true,
                        '"' => {
                            end = i;
                            break;
                        }
                        c => value.push(c),
                    }
                }
                rest = &r[end..];
            } else {
                let end = rest.find(';').unwrap_or(rest.len());
                value = rest[..end].trim().to_owned();
                rest = &rest[end..];
            }
        }
        found.push((name, value));
    }
    found
}
