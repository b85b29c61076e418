//! What each kind of element asks for, and what a `Link` field does.

use std::sync::Arc;

use ::url::Url;

use super::kind::Document;
use super::page::Page;
use super::policy::{Destination, ReferrerPolicy};
use super::refer::{Manner, resolve, short};
use super::reference::{Kind, Order, SkipReason, Source};
use super::tree::{NodeId, Space, flag};
use crate::stages::response::Fields;

impl Page {
    pub(super) fn simple(&mut self, node: NodeId, name: &str, source: Source) {
        if let Some(typed) = self.attr(node, name) {
            let manner = self.manner(source);
            let r = self.refer(self.order(node, 0), &typed, manner);
            self.push(r);
        }
    }

    pub(super) fn svg_image(&mut self, node: NodeId) {
        let href = self.attr(node, "href").or_else(|| {
            let mut all = self.tree.attributes(node);
            all.find(|(n, _)| &*n.local == "href" && &*n.ns == "http://www.w3.org/1999/xlink").map(|(_, v)| v.to_owned())
        });
        if let Some(typed) = href {
            self.svg_address(node, &typed);
        }
    }

    fn svg_address(&mut self, node: NodeId, typed: &str) {
        let manner = Manner { cors: self.cors(node), ..self.manner(Source::SvgImage) };
        let r = self.refer(self.order(node, 0), typed, manner);
        self.push(r);
    }

    /// `set` or `animate` of the address of the image that it is in, from the beginning on.
    fn is_animation(&self, node: NodeId) -> bool {
        let zero = |begin: &str| matches!(begin.trim(), "0" | "0s");
        self.tree.space(node) == Space::Svg
            && matches!(self.tree.local(node), "set" | "animate")
            && self.tree.attr(node, "attributeName") == Some("href")
            && self.tree.attr(node, "begin").is_none_or(|begins| begins.split(';').any(zero))
    }

    pub(super) fn animation(&mut self, node: NodeId) {
        let image = self.tree.parent(node).filter(|p| matches!(self.tree.local(*p), "image" | "feImage"));
        let image = image.filter(|_| self.is_animation(node));
        self.animated.extend(image.filter(|image| self.animated.last() != Some(image)));
    }

    /// What animations make of the address of an image when the page is shown (SMIL 3.0 §12.4.4); of several the last counts.
    pub(super) fn animated_image(&mut self, image: NodeId) {
        let children = std::iter::successors(self.tree.first(image), |child| self.tree.next(*child));
        let animations = children.filter(|a| self.is_animation(*a));
        let values = animations.filter_map(|a| match self.tree.local(a) {
            "set" => self.tree.attr(a, "to"),
            // With `to` alone it stays as it is until half of the time has passed.
            "animate" => {
                let first = self.tree.attr(a, "values").and_then(|values| values.split(';').next());
                first.or_else(|| self.tree.attr(a, "from")).map(str::trim)
            }
            _ => None,
        });
        if let Some(typed) = values.last().map(str::to_owned) {
            self.svg_address(image, &typed);
        }
    }

    pub(super) fn base_element(&mut self, node: NodeId) {
        if self.based || self.in_shadow(node) {
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

    /// Not in the document's own tree: there `base` and `meta` do nothing.
    fn in_shadow(&self, node: NodeId) -> bool {
        std::iter::successors(self.tree.parent(node), |n| self.tree.parent(*n)).any(|n| self.tree.has(n, flag::SHADOW))
    }

    pub(super) fn meta(&mut self, node: NodeId) {
        if self.in_shadow(node) {
            return;
        }
        let content = self.attr(node, "content").unwrap_or_default();
        let is = |name: &str, value: &str| self.tree.attr(node, name).is_some_and(|v| v.eq_ignore_ascii_case(value));
        if is("name", "referrer") {
            if let Some(policy) = ReferrerPolicy::parse_legacy(content.trim()) {
                self.referrer = policy;
            }
        } else if is("name", "color-scheme") {
            let has = |word: &str| content.split_ascii_whitespace().any(|w| w.eq_ignore_ascii_case(word));
            self.dark.get_or_insert(has("dark") && !has("light") && !has("normal"));
        } else if is("http-equiv", "refresh") && !self.sandbox.still {
            self.refresh(Some(node), &content);
        } else if is("http-equiv", "default-style") {
            self.default_style(&content);
        } else if is("http-equiv", "content-security-policy")
            && self.tree.parent(node).is_some_and(|p| self.tree.is_html(p, "head"))
        {
            Arc::make_mut(&mut self.gate).add_meta(&content);
        }
    }

    pub(super) fn img(&mut self, node: NodeId) {
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
    pub(super) fn picture_source(&mut self, img: NodeId, source: NodeId) -> bool {
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

    pub(super) fn link(&mut self, node: NodeId) {
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
        // Unlike HTML §4.6.7.8: Chromium looks for icons among the children of `head` only, and anywhere in a drawing.
        let in_head = self.tree.parent(node).is_some_and(|p| self.tree.is_html(p, "head"));
        if self.top
            && (in_head || self.is_drawing())
            && (has("icon") || has("apple-touch-icon") || has("apple-touch-icon-precomposed"))
        {
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

    fn is_drawing(&self) -> bool {
        self.svg && self.root().is_some_and(|n| self.tree.space(n) == Space::Svg && self.tree.local(n) == "svg")
    }

    pub(super) fn nonce(&self, node: NodeId) -> String {
        if self.tree.has(node, flag::DOUBLED) { String::new() } else { self.attr(node, "nonce").unwrap_or_default() }
    }

    #[expect(clippy::too_many_arguments, reason = "a link's attributes, or a Link field's parameters")]
    pub(super) fn preload(
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

    /// What the fields of the answer say that markup could say as well.
    pub(super) fn heed(&mut self, document: Document, fields: &Fields) {
        if document == Document::Other {
            return;
        }
        for link in fields.all("link") {
            // Fields are Latin-1, whatever the page is in.
            self.link_field(&encoding_rs::mem::decode_latin1(link));
        }
        if let Some(refresh) = fields.get("refresh") {
            self.refresh(None, &encoding_rs::mem::decode_latin1(refresh));
        }
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
                // Unlike an attribute, in Chromium a parameter is compared as it stands.
                if !kind.is_empty() && !is_image_type(&kind.to_ascii_lowercase()) {
                    self.skip(order, url, Source::LinkHeader, Kind::Image, SkipReason::Type(short(kind)));
                    continue;
                }
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
