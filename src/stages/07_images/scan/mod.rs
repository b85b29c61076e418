//! From a page's bytes to its references: which pictures, style sheets and frames a browser with scripting off would fetch.
//!
//! Pure: bytes go in as they arrive, [`Reference`]s come out as early as they are certain; nothing is read, written or asked here.
//! What follows from an answer (a style sheet's pictures, a frame's) comes from the call that hands the answer in.
//!
//! ```text
//!  bytes ─► kind (is it a page?) ─► encoding ─► html5ever | wellformed, xml5ever ─► sink ─► page ─► references
//!                                                                                    │       ▲
//!                                                                         tree (elements)    ├── srcset, media, policy
//!                                                                                    └─► css ┘   (sheets, cascade: at the end)
//! ```
//!
//! Spec: HTML §13.2 (parsing), §4.8.4.3 (images), Fetch §4.1, CSP 3, Referrer Policy, CSS Cascade 5, Media Queries 5.
//! Where these leave a choice, it is Chromium's.

mod budget;
mod calc;
mod css;
mod elements;
mod embedded;
mod encoding;
mod frames;
mod icons;
mod instance;
mod kind;
mod media;
mod origin;
mod page;
mod plugins;
mod policy;
mod refer;
mod reference;
mod refresh;
mod sandbox;
mod shared;
mod sink;
mod srcset;
mod tree;
mod wellformed;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ::url::Url;
use encoding_rs::Encoding;
use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use xml5ever::tokenizer::{XmlTokenizer, XmlTokenizerOpts};
use xml5ever::tree_builder::{XmlTreeBuilder, XmlTreeBuilderOpts};

use crate::stages::response::Fields;
use encoding::Decoding;
use frames::Frame;
use kind::Document;
use media::Screen;
use page::Page;
use policy::ReferrerPolicy;
use shared::Shared;
use sink::{Guard, Sink};
use tree::NodeId;
use wellformed::Wellformed;

pub(crate) use kind::is_no_document;
pub use plugins::may_be_page;
pub use policy::{Gate, Hop};
pub use reference::{
    Candidate, FrameAnswer, FrameId, IconId, Kind, ObjectAnswer, ObjectId, Order, Reference, SheetAnswer, SheetId, SkipReason,
    Source, Verdict, Why,
};

/// What is known of a page before its first byte.
#[derive(Debug, Clone)]
pub struct PageContext {
    /// Its address, after redirects.
    pub url: Url,
    /// `Content-Type`, as received; the one of `fields` goes first.
    pub content_type: Option<Vec<u8>>,
    /// All fields of its response.
    pub fields: Fields,
    /// Width and height in CSS pixels, device pixels per CSS pixel in thousandths.
    pub viewport: (u32, u32, u32),
    /// Most references that are told.
    pub most: usize,
    /// Are frames entered?
    pub frames: bool,
    /// Is a refresh without delay followed?
    pub follow: bool,
    /// Asked now and then while styles are worked out: does nobody wait for the page any more?
    pub given_up: fn() -> bool,
}

/// A piece of text is handed to a parser at most this long, so that a page that is given up is given up soon.
const PIECE: usize = 16 * 1024;
/// Most characters of one token (a tag, a comment): whatever is longer ends the search.
const TOKEN: usize = 8 * 1024 * 1024;

/// Most blanks in one tag, hence most attributes: the parser compares each with all before it.
const ATTRIBUTES: usize = 20_000;

impl PageContext {
    /// A page of which nothing is known but where it is, seen in a usual window; neither frames nor refreshes are followed.
    pub fn of(url: Url) -> Self {
        Self {
            url,
            content_type: None,
            fields: Fields::default(),
            viewport: (1280, 720, 1000),
            most: 100_000,
            frames: false,
            follow: false,
            given_up: || false,
        }
    }
}

/// Finds the references of one page. Lives on one thread.
pub struct Scanner {
    page: Rc<RefCell<Page>>,
    document: Document,
    /// Bytes until it is known what the document is.
    head: Vec<u8>,
    content_type: Option<Vec<u8>>,
    parent_encoding: Option<&'static Encoding>,
    decoding: Option<Decoding>,
    machine: Option<Machine>,
    ended: bool,
    finished: bool,
    children: HashMap<FrameId, Frame>,
}

/// Text since the last token: a tag or a comment that has not ended.
#[derive(Default)]
struct Unfinished {
    bytes: usize,
    blanks: usize,
    comment: bool,
}

enum Machine {
    Html { tokenizer: Box<Tokenizer<Guard>>, input: BufferQueue, tokens: u64, since: Unfinished },
    Xml { tokenizer: Box<XmlTokenizer<XmlTreeBuilder<NodeId, Sink>>>, input: BufferQueue, wellformed: Wellformed },
}

impl Scanner {
    /// For a page that has just begun to arrive.
    pub fn new(context: PageContext) -> Self {
        let PageContext { url, content_type, fields, viewport, most, frames, follow, given_up } = context;
        let content_type = kind::content_type(&fields).or(content_type);
        let shared = Rc::new(RefCell::new(Shared::new(most, given_up)));
        let gate = Gate::new(&url, &fields);
        let sandbox = gate.sandbox();
        let from = (!sandbox.opaque).then(|| url.clone());
        let referrer = ReferrerPolicy::of_fields(&fields).unwrap_or_default();
        let mut page = Page::new(url, gate, from, referrer, Screen::new(viewport), shared, frames, true);
        page.follow = follow;
        page.sandbox = sandbox;
        let document = kind::declared(content_type.as_deref(), &fields);
        page.heed(document, &fields);
        Self::of(page, document, content_type, None)
    }

    fn of(page: Page, document: Document, content_type: Option<Vec<u8>>, parent_encoding: Option<&'static Encoding>) -> Self {
        let page = Rc::new(RefCell::new(page));
        let (head, decoding, machine) = (Vec::new(), None, None);
        let mut scanner = Self {
            page,
            document,
            head,
            content_type,
            parent_encoding,
            decoding,
            machine,
            ended: false,
            finished: false,
            children: HashMap::new(),
        };
        scanner.begin();
        scanner
    }

    /// Is there anything to look for? (No: a download, plain text, a picture.)
    pub fn is_page(&self) -> bool {
        self.document != Document::Other
    }

    /// References that were not told because there were too many.
    pub fn cut(&self) -> u64 {
        self.page.borrow().shared.borrow().cut
    }

    /// After how many steps the page's styles were given up, if they were, before all elements had theirs.
    pub fn styles_given_up(&self) -> Option<u64> {
        self.page.borrow().shared.borrow().budget.is_spent().then_some(budget::STEPS)
    }

    /// Does it wait for answers of style sheets or frames?
    pub fn waits(&self) -> bool {
        !self.page.borrow().sheets.waiting.is_empty()
            || self.children.values().any(|c| match c {
                Frame::Waiting { .. } => true,
                Frame::Held { .. } => false,
                Frame::Entered { scanner: s, .. } => s.waits(),
            })
    }

    /// More of the page, decoded from transfer and content codings. Returns what is certain now.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Reference> {
        if !self.ended {
            self.advance(bytes, false);
        }
        self.take()
    }

    /// The page is over, whole or not. What depends on style sheets comes when the last of them is answered.
    pub fn end(&mut self) -> Vec<Reference> {
        if !self.ended {
            self.advance(b"", true);
            self.page.borrow_mut().read_deferred();
            self.ended = true;
            self.machine = None;
            self.decoding = None;
        }
        self.settle();
        self.take()
    }

    /// The answer of a style sheet that was asked for; None when there is none.
    pub fn sheet(&mut self, id: SheetId, answer: Option<SheetAnswer>) -> Vec<Reference> {
        let own = self.page.borrow_mut().sheet_answer(id, answer.clone());
        if own {
            self.settle();
            return self.take();
        }
        self.in_frames(|s| s.sheet(id, answer.clone()))
    }

    /// The sizes of the pictures that an icon's answer holds, in pixels; none when it is no picture.
    pub fn icon(&mut self, id: IconId, sizes: &[(u32, u32)]) -> Vec<Reference> {
        let own = self.page.borrow_mut().icon_answer(id, sizes);
        if own {
            return self.take();
        }
        self.in_frames(|s| s.icon(id, sizes))
    }

    /// An answer that is not for this page is for one of those in its frames.
    fn in_frames(&mut self, answered: impl FnMut(&mut Self) -> Vec<Reference>) -> Vec<Reference> {
        let entered = self.children.values_mut().filter_map(|child| match child {
            Frame::Entered { scanner, .. } => Some(&mut **scanner),
            Frame::Waiting { .. } | Frame::Held { .. } => None,
        });
        entered.flat_map(answered).collect()
    }

    fn begin(&mut self) {
        let xml = match self.document {
            Document::Html => false,
            Document::Xml => true,
            Document::Other | Document::Unsaid => return,
        };
        self.page.borrow_mut().xml = xml;
        self.page.borrow_mut().svg = self.content_type.as_deref().is_some_and(|t| kind::essence(t) == "image/svg+xml");
        self.decoding = Some(Decoding::new(self.content_type.as_deref(), xml, self.parent_encoding));
        let sink = Sink::new(self.page.clone(), xml);
        let input = BufferQueue::default();
        self.machine = Some(if xml {
            let builder = XmlTreeBuilder::new(sink, XmlTreeBuilderOpts::default());
            let tokenizer = Box::new(XmlTokenizer::new(builder, XmlTokenizerOpts::default()));
            Machine::Xml { tokenizer, input, wellformed: Wellformed::default() }
        } else {
            let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
            let guard = Guard::new(TreeBuilder::new(sink, options));
            let tokenizer = Box::new(Tokenizer::new(guard, TokenizerOpts::default()));
            Machine::Html { tokenizer, input, tokens: 0, since: Unfinished::default() }
        });
    }

    fn advance(&mut self, bytes: &[u8], last: bool) {
        if self.document == Document::Unsaid {
            self.head.extend_from_slice(bytes);
            if self.head.len() < kind::SNIFFED && !last {
                return;
            }
            self.document = kind::sniffed(&self.head);
            self.begin();
            let head = std::mem::take(&mut self.head);
            return self.advance(&head, last);
        }
        let (Some(decoding), Some(machine)) = (&mut self.decoding, &mut self.machine) else { return };
        let page = &self.page;
        let mut encoding_known = false;
        decoding.feed(bytes, last, |text, encoding| {
            if !encoding_known {
                page.borrow_mut().encoding = encoding;
                encoding_known = true;
            }
            let mut rest = text;
            while !rest.is_empty() && !page.borrow().stopped {
                let end = (0..=PIECE.min(rest.len())).rev().find(|i| rest.is_char_boundary(*i)).unwrap_or(rest.len());
                machine.read(&rest[..end], page);
                rest = &rest[end..];
            }
        });
        let stopped = self.page.borrow().stopped;
        if last && !stopped {
            machine.end();
        }
        if stopped {
            // What held text, tags and open elements is not needed any more.
            self.machine = None;
        }
        self.enter();
    }

    /// What can only be decided at the end, once everything it depends on is there.
    fn settle(&mut self) {
        if !self.ended {
            return;
        }
        if self.page.borrow().used_by_another {
            return self.settle_used();
        }
        let mut page = self.page.borrow_mut();
        if !page.sheets.waiting.is_empty() {
            return;
        }
        if !self.finished {
            self.finished = true;
            page.choose_icons();
            page.lead_on();
        }
        loop {
            page.finish_styles();
            if !page.sheets.waiting.is_empty() {
                return;
            }
            page.load_plugins();
            if !page.sheets.stale {
                break;
            }
        }
        drop(page);
        self.enter();
        self.settle_children();
    }

    fn take(&mut self) -> Vec<Reference> {
        let mut found = std::mem::take(&mut self.page.borrow_mut().out);
        for child in self.children.values_mut() {
            if let Frame::Entered { scanner: s, .. } = child {
                found.append(&mut s.take());
            }
        }
        found
    }
}

impl Machine {
    fn read(&mut self, text: &str, page: &RefCell<Page>) {
        match self {
            Self::Html { tokenizer, input, tokens, since } => {
                input.push_back(StrTendril::from_slice(text));
                while !matches!(tokenizer.feed(input), TokenizerResult::Done) {}
                let now = tokenizer.sink.tokens.get();
                if now == *tokens {
                    since.bytes += text.len();
                    since.blanks += text.bytes().filter(u8::is_ascii_whitespace).count();
                } else {
                    // A comment that begins here has any number of blanks; a tag has as many as it has attributes.
                    let comment = text.contains("<!--") && text.rfind("<!--") > text.rfind("-->");
                    *since = Unfinished { comment, ..Unfinished::default() };
                }
                *tokens = now;
                if since.bytes > TOKEN || (since.blanks > ATTRIBUTES && !since.comment) {
                    page.borrow_mut().stop();
                }
            }
            Self::Xml { tokenizer, input, wellformed } => {
                let mut good = String::new();
                let whole = wellformed.read(text, &mut good).is_ok();
                input.push_back(StrTendril::from(good));
                while !matches!(tokenizer.feed(input), TokenizerResult::Done) {}
                if !whole {
                    page.borrow_mut().stop();
                }
            }
        }
    }

    fn end(&mut self) {
        match self {
            Self::Html { tokenizer, input, .. } => {
                while !matches!(tokenizer.feed(input), TokenizerResult::Done) {}
                tokenizer.end();
            }
            Self::Xml { tokenizer, input, .. } => {
                while !matches!(tokenizer.feed(input), TokenizerResult::Done) {}
                tokenizer.end();
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
