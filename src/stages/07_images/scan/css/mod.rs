//! Style sheets of a page: where they come from, when all are there, and what they make the page fetch.
//! Spec: HTML §4.2.6 (`style`), §4.6.7.24 (`link rel=stylesheet`), CSSOM §6.2 (sets of sheets), CSS Syntax 3 §3.2 (encoding).

mod animation;
mod apply;
mod attribute;
mod boxes;
mod cascade;
mod color;
mod content;
mod declaration;
mod density;
mod direction;
mod early;
mod element;
mod forms;
mod frame;
mod function;
mod gradient;
mod math;
mod position;
mod property;
mod query;
mod registered;
mod rendering;
mod rule;
mod selector;
mod shadows;
mod sheet;
mod substitute;
mod supports;
mod value;
mod winners;
mod within;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use ::url::Url;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::kind;
use super::page::Page;
use super::policy::{Destination, ReferrerPolicy, integrity_holds};
use super::refer::{Manner, resolve};
use super::reference::{Kind, Order, SheetAnswer, SheetId, SkipReason, Source};
use super::tree::{NodeId, flag};
pub(super) use density::resolution;
use sheet::Sheet;

/// What reading a value comes to.
type Parsed<T> = Result<T, cssparser::ParseError<()>>;

/// It is not what it should be; nobody asks what is wrong with it.
fn wrong<T>() -> Parsed<T> {
    Err(cssparser::ParseError::unexpected_token())
}

/// Most sheets of a page, and most that import one another in a row.
const SHEETS: usize = 1000;
const DEEP: usize = 32;

/// All sheets of a page.
#[derive(Default)]
pub(super) struct Sheets {
    /// Sheets whose answer is awaited.
    pub(super) waiting: Vec<SheetId>,
    slots: Vec<Slot>,
    fetches: HashMap<SheetId, Fetch>,
    by_url: HashMap<(String, bool), SheetId>,
    anonymous: u32,
    /// The title of the set of sheets that is in use.
    preferred: Option<String>,
    /// `style` elements that were read.
    read: HashSet<NodeId>,
    /// Elements that are rendered, of those that it matters for, and how large they are.
    rendered: Option<HashMap<NodeId, (f64, f64)>>,
    /// Elements whose pictures were told.
    styled: HashSet<NodeId>,
    /// The pictures of what is drawn at first were told.
    early: bool,
    /// Something has changed that decides what is rendered.
    pub(super) stale: bool,
}

struct Fetch {
    slots: Vec<usize>,
    answer: Option<Option<Rc<SheetAnswer>>>,
}

/// A place for a sheet in the page.
struct Slot {
    owner: NodeId,
    parent: Option<usize>,
    /// What its URLs are relative to.
    base: Url,
    /// Its own address; none for `<style>`.
    url: Option<Url>,
    encoding: &'static Encoding,
    /// What pictures of it send as Referer.
    from: Option<Url>,
    policy: ReferrerPolicy,
    /// And what its imports are asked for with.
    passed_on: ReferrerPolicy,
    source: Source,
    charset: String,
    integrity: String,
    cors: Option<bool>,
    sheet: Option<Sheet>,
    /// The slots of its imports.
    imports: Vec<Option<usize>>,
}

/// What a link says about the sheet it names.
struct Asked<'a> {
    href: &'a str,
    order: Order,
    policy: ReferrerPolicy,
    cors: Option<bool>,
    nonce: &'a str,
}

impl Page {
    /// `link rel=stylesheet` and `<?xml-stylesheet?>`.
    #[expect(clippy::too_many_arguments, reason = "the attributes of a link")]
    pub(super) fn linked_sheet(
        &mut self,
        node: NodeId,
        href: &str,
        media: &str,
        title: &str,
        alternate: bool,
        policy: ReferrerPolicy,
        cors: Option<bool>,
        nonce: &str,
        integrity: &str,
        charset: &str,
    ) {
        let order = self.order(node, 0);
        let kind = Kind::Sheet(SheetId(0));
        if !self.in_use(title, alternate) {
            return self.skip(order, href, Source::Stylesheet, kind, SkipReason::Alternate(title.to_owned()));
        }
        // A browser fetches what does not apply now, late, in case it should; no picture comes of it.
        if !self.screen.matches(media) {
            return self.skip(order, href, Source::Stylesheet, kind, SkipReason::Media(media.trim().to_owned()));
        }
        let slot = Slot {
            owner: node,
            parent: None,
            base: self.base.clone(),
            url: None,
            encoding: self.encoding,
            from: self.from.clone(),
            policy: self.referrer,
            passed_on: self.referrer,
            source: Source::LinkedSheet,

            charset: charset.to_owned(),
            integrity: integrity.to_owned(),
            cors,
            sheet: None,
            imports: Vec::new(),
        };
        let (base, encoding, from) = (self.base.clone(), self.encoding, self.from.clone());
        self.ask(slot, &Asked { href, order, policy, cors, nonce }, &base, encoding, from.as_ref(), Source::Stylesheet);
    }

    /// Is a sheet of that title among those in use? The first title there is names the set.
    fn in_use(&mut self, title: &str, alternate: bool) -> bool {
        if title.is_empty() {
            return !alternate;
        }
        if self.sheets.preferred.is_none() && !alternate {
            self.sheets.preferred = Some(title.to_owned());
        }
        self.sheets.preferred.as_deref() == Some(title)
    }

    /// `meta http-equiv=default-style`: the title of the set in use (HTML §4.2.5.3).
    pub(super) fn default_style(&mut self, title: &str) {
        if !title.is_empty() {
            self.sheets.preferred = Some(title.to_owned());
        }
    }

    fn ask(
        &mut self,
        mut slot: Slot,
        asked: &Asked<'_>,
        base: &Url,
        encoding: &'static Encoding,
        from: Option<&Url>,
        source: Source,
    ) -> Option<usize> {
        let mut around = slot.parent;
        let mut depth = 0;
        let url = resolve(asked.href.trim(), base, encoding).map(|mut u| {
            u.set_fragment(None);
            u
        });
        let kind = Kind::Sheet(SheetId(0));
        while let Some(n) = around {
            depth += 1;
            if url.is_some() && self.sheets.slots[n].url == url {
                self.skip(asked.order, asked.href, source, kind, SkipReason::Cycle);
                return None;
            }
            around = self.sheets.slots[n].parent;
        }
        if depth > DEEP || self.sheets.slots.len() >= SHEETS {
            self.skip(asked.order, asked.href, source, kind, SkipReason::TooMany);
            return None;
        }
        if let Some(data) = url.as_ref().filter(|u| u.scheme() == "data") {
            if let Err(reason) = self.gate.permits(data, Destination::Style, false, asked.nonce) {
                self.skip(asked.order, asked.href, source, kind, reason);
                return None;
            }
            return self.inline_sheet(slot, asked, data, source);
        }
        let n = self.sheets.slots.len();
        if let Some(url) = &url {
            slot.url = Some(url.clone());
            let key = (url.as_str().to_owned(), asked.cors.is_some());
            if let Some(id) = self.sheets.by_url.get(&key).copied() {
                self.skip(asked.order, asked.href, source, Kind::Sheet(id), SkipReason::Repeated);
                self.sheets.slots.push(slot);
                let answer = self.sheets.fetches.get_mut(&id).and_then(|f| {
                    f.slots.push(n);
                    f.answer.clone()
                });
                if let Some(answer) = answer {
                    self.fill(n, answer.as_deref());
                }
                return Some(n);
            }
        }
        let id = self.new_sheet_id();
        let manner = Manner {
            what: Destination::Style,
            source,
            base,
            encoding,
            policy: asked.policy,
            from,
            cors: asked.cors,
            nonce: asked.nonce,
            kind: Kind::Sheet(id),
            candidate: None,
        };
        let r = self.refer(asked.order, asked.href, manner);
        let fetched = r.fetched();
        if let (true, Some(found)) = (fetched, &r.url) {
            slot.url = Some(found.clone());
            let asked_as = url.as_ref().map_or_else(|| found.as_str().to_owned(), |u| u.as_str().to_owned());
            self.sheets.by_url.insert((asked_as, asked.cors.is_some()), id);
            self.sheets.fetches.insert(id, Fetch { slots: vec![n], answer: None });
            self.sheets.waiting.push(id);
            self.sheets.slots.push(slot);
        }
        self.push(r);
        fetched.then_some(n)
    }

    /// A sheet in a `data:` URL.
    fn inline_sheet(&mut self, mut slot: Slot, asked: &Asked<'_>, url: &Url, source: Source) -> Option<usize> {
        self.skip(asked.order, asked.href, source, Kind::Sheet(SheetId(0)), SkipReason::Inline(asked.href.len() as u64));
        let data = data_url::DataUrl::process(url.as_str()).ok()?;
        let css = data.mime_type().type_ == "text" && data.mime_type().subtype == "css";
        let (body, _) = data.decode_to_vec().ok().filter(|_| css || self.quirks)?;
        let content_type = data.mime_type().to_string();
        let (text, encoding) = decoded(&body, Some(content_type.as_bytes()), &slot.charset, slot.encoding);
        slot.encoding = encoding;
        // Unlike CSS Values 4 §4.5.1: in Chromium what it names is relative to what named it. It tells no address.
        slot.from = None;
        let n = self.sheets.slots.len();
        self.sheets.slots.push(slot);
        self.read_sheet(n, &text);
        Some(n)
    }

    /// A `style` element that has all its text.
    pub(super) fn style_element(&mut self, node: NodeId) {
        if !self.tree.has(node, flag::LIVE) || !self.sheets.read.insert(node) || self.sheets.slots.len() >= SHEETS {
            return;
        }
        let attr = |name| self.tree.attr(node, name).unwrap_or_default();
        let kind = attr("type");
        let (media, title) = (attr("media").to_owned(), attr("title").to_owned());
        if !(kind.is_empty() || kind.eq_ignore_ascii_case("text/css"))
            || !self.screen.matches(&media)
            || !self.in_use(&title, false)
        {
            return;
        }
        let text = self.tree.styles.remove(&node).unwrap_or_default();
        let nonce = self.nonce(node);
        if self.gate.inline_style(false, &text, &nonce).is_err() {
            return;
        }
        let n = self.sheets.slots.len();
        self.sheets.slots.push(Slot {
            owner: node,
            parent: None,
            base: self.base.clone(),
            url: None,
            encoding: self.encoding,
            from: self.from.clone(),
            policy: self.referrer,
            passed_on: self.referrer,
            source: Source::StyleElement,

            charset: String::new(),
            integrity: String::new(),
            cors: None,
            sheet: None,
            imports: Vec::new(),
        });
        self.read_sheet(n, &text);
    }

    /// The answer of a sheet. False: not one of this page.
    pub(super) fn sheet_answer(&mut self, id: SheetId, answer: Option<SheetAnswer>) -> bool {
        let Some(i) = self.sheets.waiting.iter().position(|w| *w == id) else { return false };
        self.sheets.waiting.swap_remove(i);
        let answer = answer.map(Rc::new);
        let Some(fetch) = self.sheets.fetches.get_mut(&id) else { return true };
        fetch.answer = Some(answer.clone());
        for n in fetch.slots.clone() {
            self.fill(n, answer.as_deref());
        }
        true
    }

    /// Gives a slot its sheet, if the answer is one.
    fn fill(&mut self, n: usize, answer: Option<&SheetAnswer>) {
        let Some(answer) = answer else { return };
        let slot = &self.sheets.slots[n];
        let field = |name: &str| answer.fields.get(name);
        let page = self.from.as_ref().unwrap_or(&self.url);
        let same = self.from.is_some() && page.origin() == answer.url.origin();
        let content_type = kind::content_type(&answer.fields);
        let content_type = content_type.as_deref();
        let essence = content_type.map(kind::essence).unwrap_or_default();
        let certain = field("x-content-type-options").is_some_and(|v| v.trim_ascii().eq_ignore_ascii_case(b"nosniff"));
        let strict = !self.quirks || !same || certain;
        // Fetch, `X-Content-Type-Options`: what is not to be guessed has to say that it is a sheet.
        let untyped = essence.is_empty() && !certain;
        // Unlike HTML §4.6.7.24: what servers once said of types that they did not know is a sheet too, in Chromium.
        let typed = matches!(&*essence, "text/css" | "application/x-unknown-content-type");
        if !(200..300).contains(&answer.status) || (strict && !untyped && !typed) {
            return;
        }
        if let Some(credentials) = slot.cors.filter(|_| !same) {
            let allowed = field("access-control-allow-origin").unwrap_or_default();
            let own = self.from.as_ref().map_or("null".to_owned(), |f| f.origin().ascii_serialization());
            if !(allowed == own.as_bytes() || (allowed == b"*" && !credentials)) {
                return;
            }
        }
        if !slot.integrity.trim().is_empty()
            && ((!same && slot.cors.is_none()) || !integrity_holds(&slot.integrity, &answer.body.0))
        {
            return;
        }
        let (text, encoding) = decoded(&answer.body.0, content_type, &slot.charset, slot.encoding);
        let policy = ReferrerPolicy::of_fields(&answer.fields);
        let slot = &mut self.sheets.slots[n];
        slot.encoding = encoding;
        slot.base = answer.url.clone();
        slot.url = Some(answer.url.clone());
        slot.from = Some(answer.url.clone());
        slot.policy = policy.unwrap_or_default();
        // Unlike CSSOM: where the sheet says nothing, the page's policy is for its imports, in Chromium.
        slot.passed_on = policy.unwrap_or(self.referrer);
        self.read_sheet(n, &text);
    }

    fn read_sheet(&mut self, n: usize, text: &str) {
        let sheet = sheet::read(text, &self.screen, &mut self.sheets.anonymous);
        let mut imports = Vec::with_capacity(sheet.imports.len());
        for import in &sheet.imports {
            let slot = &self.sheets.slots[n];
            let (owner, base, encoding, from, policy) =
                (slot.owner, slot.base.clone(), slot.encoding, slot.from.clone(), slot.passed_on);
            let order = self.order(owner, 1);
            let kind = Kind::Sheet(SheetId(0));
            if import.unsupported {
                self.skip(order, &import.url, Source::Import, kind, SkipReason::Media("supports()".to_owned()));
                imports.push(None);
                continue;
            }
            if let Some(media) = &import.refused {
                self.skip(order, &import.url, Source::Import, kind, SkipReason::Media(media.clone()));
                imports.push(None);
                continue;
            }
            let slot = Slot {
                owner,
                parent: Some(n),
                base: base.clone(),
                url: None,
                encoding,
                from: from.clone(),
                policy,
                passed_on: policy,
                source: Source::LinkedSheet,

                charset: String::new(),
                integrity: String::new(),
                cors: None,
                sheet: None,
                imports: Vec::new(),
            };
            let asked = Asked { href: &import.url, order, policy, cors: None, nonce: "" };
            imports.push(self.ask(slot, &asked, &base, encoding, from.as_ref(), Source::Import));
        }
        let slot = &mut self.sheets.slots[n];
        slot.imports = imports;
        slot.sheet = Some(sheet);
    }
}

/// CSS Syntax 3 §3.2: byte order mark, header, `@charset`, the link's attribute, the page.
fn decoded(body: &[u8], content_type: Option<&[u8]>, charset: &str, page: &'static Encoding) -> (String, &'static Encoding) {
    let rule = || {
        // Exactly so, or it is none.
        let rest = body.strip_prefix(b"@charset \"")?;
        let (label, end) = rest.split_at(memchr::memchr(b'"', rest)?);
        let found = Encoding::for_label(label).filter(|_| end.starts_with(b"\";"))?;
        Some(if found == UTF_16LE || found == UTF_16BE { UTF_8 } else { found })
    };
    let header = content_type.and_then(kind::charset).and_then(|l| Encoding::for_label(l.as_bytes()));
    let encoding = header.or_else(rule).or_else(|| Encoding::for_label(charset.trim().as_bytes())).unwrap_or(page);
    let (text, encoding, _) = encoding.decode(body);
    (text.into_owned(), encoding)
}
