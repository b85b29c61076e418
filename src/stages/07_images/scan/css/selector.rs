//! Selectors over the page's tree: the grammar that Chromium knows, and what matches in a page that nobody touches.
//! Spec: Selectors 4, CSS Pseudo-Elements 4, CSS Scoping 1.

use std::fmt;
use std::rc::Rc;

use cssparser::{CowRcStr, ParseError, Parser as CssParser, ToCss};
use precomputed_hash::PrecomputedHash;
use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::matching::{ElementSelectorFlags, MatchingContext};
use selectors::parser::{NonTSPseudoClass, ParseRelative, PseudoElement, SelectorImpl, SelectorList, SelectorParseErrorKind};
use selectors::{Element, OpaqueElement};

use super::super::tree::{NodeId, Space, Tree, flag};

/// A word of a selector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Word(Rc<str>);

impl Word {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl ToCss for Word {
    fn to_css<W: fmt::Write>(&self, to: &mut W) -> fmt::Result {
        cssparser::serialize_identifier(&self.0, to)
    }
}

impl PrecomputedHash for Word {
    fn precomputed_hash(&self) -> u32 {
        // FNV-1a; only filters use it, which we do not.
        self.0.bytes().fold(0x811C_9DC5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
    }
}

/// Pseudo-elements: those that can have pictures, and the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pseudo {
    Before,
    After,
    FirstLine,
    FirstLetter,
    Marker,
    Placeholder,
    FileSelectorButton,
    DetailsContent,
    Scrollbar,
    /// Known, and never with a picture that is fetched.
    Other,
}

impl ToCss for Pseudo {
    fn to_css<W: fmt::Write>(&self, to: &mut W) -> fmt::Result {
        write!(to, "::{self:?}")
    }
}

impl PseudoElement for Pseudo {
    fn accepts_state_pseudo_classes(&self) -> bool {
        matches!(self, Self::Scrollbar | Self::Other)
    }
    fn is_before_or_after(&self) -> bool {
        matches!(self, Self::Before | Self::After)
    }
    fn valid_after_before_or_after(&self) -> bool {
        matches!(self, Self::Marker)
    }
    fn valid_after_slotted(&self) -> bool {
        self.is_before_or_after()
    }
}

/// Pseudo-classes that are not about structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Link,
    Target,
    Enabled,
    Disabled,
    Checked,
    Required,
    Optional,
    ReadOnly,
    ReadWrite,
    PlaceholderShown,
    Default,
    Valid,
    Defined,
    Open,
    Lang(Vec<String>),
    Dir(bool),
    /// User action: nobody hovers.
    Action,
    /// Known, and not so in a page that has just been loaded.
    Never,
}

impl ToCss for Class {
    fn to_css<W: fmt::Write>(&self, to: &mut W) -> fmt::Result {
        write!(to, ":{self:?}")
    }
}

impl NonTSPseudoClass for Class {
    fn is_active_or_hover(&self) -> bool {
        // The quirk of `:hover` is about a state that never holds.
        false
    }
    fn is_user_action_state(&self) -> bool {
        matches!(self, Self::Action)
    }
}

/// The types of our selectors.
#[derive(Clone, Debug)]
pub(super) struct Css;

impl SelectorImpl for Css {
    type ExtraMatchingData<'a> = ();
    type AttrValue = Word;
    type Identifier = Word;
    type LocalName = Word;
    type NamespaceUrl = Word;
    type NamespacePrefix = Word;
    type BorrowedNamespaceUrl = Word;
    type BorrowedLocalName = Word;
    type NonTSPseudoClass = Class;
    type PseudoElement = Pseudo;
}

/// Reads selectors; knows the sheet's namespaces.
#[derive(Default)]
pub(super) struct Grammar {
    pub(super) default_namespace: Option<Word>,
    pub(super) prefixes: Vec<(Word, Word)>,
}

type Parsed<T> = Result<T, ParseError<SelectorParseErrorKind>>;

fn unknown<T>() -> Parsed<T> {
    Err(ParseError::custom(SelectorParseErrorKind::UnsupportedPseudoClassOrElement))
}

impl<'i> selectors::parser::Parser<'i> for Grammar {
    type Impl = Css;
    type Error = SelectorParseErrorKind;

    fn parse_slotted(&self) -> bool {
        true
    }
    fn parse_part(&self) -> bool {
        true
    }
    fn parse_nth_child_of(&self) -> bool {
        true
    }
    fn parse_is_and_where(&self) -> bool {
        true
    }
    fn parse_has(&self) -> bool {
        true
    }
    fn parse_parent_selector(&self) -> bool {
        true
    }
    fn is_is_alias(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case("-webkit-any")
    }
    fn parse_host(&self) -> bool {
        true
    }

    fn parse_non_ts_pseudo_class(&self, name: &str) -> Parsed<Class> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "link" | "any-link" | "-webkit-any-link" => Class::Link,
            "target" => Class::Target,
            "enabled" => Class::Enabled,
            "disabled" => Class::Disabled,
            "checked" => Class::Checked,
            "required" => Class::Required,
            "optional" => Class::Optional,
            "read-only" => Class::ReadOnly,
            "read-write" => Class::ReadWrite,
            "placeholder-shown" => Class::PlaceholderShown,
            "default" => Class::Default,
            "valid" => Class::Valid,
            "defined" => Class::Defined,
            "open" => Class::Open,
            "hover" | "active" | "focus" | "focus-visible" | "focus-within" => Class::Action,
            "visited"
            | "target-within"
            | "indeterminate"
            | "invalid"
            | "in-range"
            | "out-of-range"
            | "user-valid"
            | "user-invalid"
            | "modal"
            | "fullscreen"
            | "-webkit-full-screen"
            | "picture-in-picture"
            | "autofill"
            | "-webkit-autofill"
            | "popover-open"
            | "playing"
            | "paused"
            | "muted"
            | "seeking"
            | "stalled"
            | "buffering"
            | "volume-locked"
            | "horizontal"
            | "vertical"
            | "start"
            | "end"
            | "increment"
            | "decrement"
            | "single-button"
            | "double-button"
            | "no-button"
            | "corner-present"
            | "window-inactive"
            | "past"
            | "future"
            | "current"
            | "-webkit-drag"
            | "-internal-list-box"
            | "has-slotted"
            | "target-current"
            | "active-view-transition"
            | "xr-overlay" => Class::Never,
            _ => return unknown(),
        })
    }

    fn parse_non_ts_functional_pseudo_class(&self, name: &str, input: &mut CssParser<'i>, _: bool) -> Parsed<Class> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "lang" => Class::Lang(
                input
                    .parse_comma_separated(|i| i.expect_ident_or_string().map(|s| s.to_ascii_lowercase()).map_err(Into::into))?,
            ),
            "dir" => match input.expect_ident()?.to_ascii_lowercase().as_str() {
                "ltr" => Class::Dir(true),
                "rtl" => Class::Dir(false),
                _ => Class::Never,
            },
            "state" | "active-view-transition-type" | "nth-col" | "nth-last-col" => {
                while input.next().is_ok() {}
                Class::Never
            }
            _ => return unknown(),
        })
    }

    fn parse_pseudo_element(&self, name: &str) -> Parsed<Pseudo> {
        let name = name.to_ascii_lowercase();
        Ok(match name.as_str() {
            "before" => Pseudo::Before,
            "after" => Pseudo::After,
            "first-line" => Pseudo::FirstLine,
            "first-letter" => Pseudo::FirstLetter,
            "marker" => Pseudo::Marker,
            "placeholder" | "-webkit-input-placeholder" => Pseudo::Placeholder,
            "file-selector-button" | "-webkit-file-upload-button" => Pseudo::FileSelectorButton,
            "details-content" => Pseudo::DetailsContent,
            "-webkit-scrollbar" => Pseudo::Scrollbar,
            "selection"
            | "backdrop"
            | "cue"
            | "grammar-error"
            | "spelling-error"
            | "target-text"
            | "search-text"
            | "view-transition"
            | "scroll-marker"
            | "scroll-marker-group"
            | "column"
            | "checkmark"
            | "picker-icon" => Pseudo::Other,
            // A name of its own maker's that it does not know is still one for Chromium.
            other if other.starts_with("-webkit-") => Pseudo::Other,
            _ => return unknown(),
        })
    }

    fn parse_functional_pseudo_element(&self, name: &str, input: &mut CssParser<'i>) -> Parsed<Pseudo> {
        match name.to_ascii_lowercase().as_str() {
            "highlight"
            | "cue"
            | "view-transition-group"
            | "view-transition-image-pair"
            | "view-transition-old"
            | "view-transition-new"
            | "picker"
            | "scroll-button" => {
                while input.next().is_ok() {}
                Ok(Pseudo::Other)
            }
            _ => unknown(),
        }
    }

    fn default_namespace(&self) -> Option<Word> {
        self.default_namespace.clone()
    }

    fn namespace_for_prefix(&self, prefix: &Word) -> Option<Word> {
        self.prefixes.iter().find(|(p, _)| p == prefix).map(|(_, url)| url.clone())
    }
}

impl Grammar {
    /// A selector list; `nested` and `scoped` say what `&` may stand for.
    pub(super) fn list(&self, input: &mut CssParser<'_>, relative: ParseRelative) -> Parsed<SelectorList<Css>> {
        SelectorList::parse(self, input, relative)
    }

    /// `@namespace` with or without prefix.
    pub(super) fn declare(&mut self, prefix: Option<CowRcStr<'_>>, url: &str) {
        match prefix {
            Some(p) => self.prefixes.push((Word::from(&*p), Word::from(url))),
            None => self.default_namespace = Some(Word::from(url)),
        }
    }
}

/// What matching needs to know besides the tree.
pub(super) struct View<'t> {
    pub(super) tree: &'t Tree,
    pub(super) xml: bool,
    pub(super) fragment: Option<&'t str>,
}

/// An element, as `selectors` sees it.
#[derive(Clone, Copy)]
pub(super) struct El<'t> {
    pub(super) view: &'t View<'t>,
    pub(super) id: NodeId,
}

impl fmt::Debug for El<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.tree().local(self.id), self.id.0)
    }
}

impl<'t> El<'t> {
    fn tree(&self) -> &'t Tree {
        self.view.tree
    }

    fn at(self, id: NodeId) -> Self {
        Self { id, ..self }
    }

    fn attr(&self, name: &str) -> Option<&'t str> {
        self.tree().attr(self.id, name)
    }

    fn html(&self, names: &[&str]) -> bool {
        self.tree().space(self.id) == Space::Html && names.contains(&self.tree().local(self.id))
    }

    fn siblings(self, mut next: Option<NodeId>, step: impl Fn(NodeId) -> Option<NodeId>) -> Option<Self> {
        while let Some(id) = next {
            if self.tree().is_element(id) {
                return Some(self.at(id));
            }
            next = step(id);
        }
        None
    }

    fn can_be_disabled(&self) -> bool {
        self.html(&["button", "input", "select", "textarea", "optgroup", "option", "fieldset"])
    }

    fn disabled(&self) -> bool {
        if !self.can_be_disabled() {
            return false;
        }
        if self.attr("disabled").is_some() {
            return true;
        }
        let mut at = self.parent_element();
        while let Some(parent) = at {
            if parent.html(&["fieldset"]) && parent.attr("disabled").is_some() {
                return true;
            }
            at = parent.parent_element();
        }
        false
    }

    fn language(&self) -> Option<&'t str> {
        let mut at = Some(*self);
        while let Some(el) = at {
            if let Some(lang) = el.attr("lang").or_else(|| el.attr("xml:lang")) {
                return Some(lang);
            }
            at = el.parent_element();
        }
        None
    }

    fn left_to_right(&self) -> bool {
        let mut at = Some(*self);
        while let Some(el) = at {
            match el.attr("dir").map(str::to_ascii_lowercase).as_deref() {
                Some("ltr") => return true,
                Some("rtl") => return false,
                _ => at = el.parent_element(),
            }
        }
        true
    }

    fn editable(&self) -> bool {
        let text = self.html(&["textarea"])
            || (self.html(&["input"])
                && !matches!(
                    self.attr("type").unwrap_or("text").to_ascii_lowercase().as_str(),
                    "hidden" | "range" | "color" | "checkbox" | "radio" | "file" | "submit" | "image" | "reset" | "button"
                ));
        (text && self.attr("readonly").is_none() && !self.disabled())
            || self.attr("contenteditable").is_some_and(|v| !v.eq_ignore_ascii_case("false"))
    }

    fn required_kind(&self) -> bool {
        self.html(&["input", "select", "textarea"])
    }
}

impl Element for El<'_> {
    type Impl = Css;

    fn opaque(&self) -> OpaqueElement {
        OpaqueElement::new(self.tree().anchor(self.id))
    }

    fn parent_element(&self) -> Option<Self> {
        self.tree().parent(self.id).filter(|p| self.tree().is_element(*p)).map(|p| self.at(p))
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        self.tree().parent(self.id).is_some_and(|p| self.tree().has(p, flag::SHADOW))
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        let mut at = self.tree().parent(self.id);
        while let Some(id) = at {
            if self.tree().has(id, flag::SHADOW) {
                return self.tree().parent(id).map(|h| self.at(h));
            }
            at = self.tree().parent(id);
        }
        None
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.siblings(self.tree().prev(self.id), |id| self.tree().prev(id))
    }

    fn next_sibling_element(&self) -> Option<Self> {
        self.siblings(self.tree().next(self.id), |id| self.tree().next(id))
    }

    fn first_element_child(&self) -> Option<Self> {
        self.siblings(self.tree().first(self.id), |id| self.tree().next(id))
    }

    fn is_html_element_in_html_document(&self) -> bool {
        !self.view.xml && self.tree().space(self.id) == Space::Html
    }

    fn has_local_name(&self, name: &Word) -> bool {
        self.tree().local(self.id) == name.as_str()
    }

    fn has_namespace(&self, ns: &Word) -> bool {
        &*self.tree().name(self.id).ns == ns.as_str()
    }

    fn is_same_type(&self, other: &Self) -> bool {
        self.tree().name(self.id) == self.tree().name(other.id)
    }

    fn attr_matches(&self, ns: &NamespaceConstraint<&Word>, name: &Word, operation: &AttrSelectorOperation<&Word>) -> bool {
        self.tree().attributes(self.id).any(|(n, value)| {
            let space = match ns {
                NamespaceConstraint::Any => true,
                NamespaceConstraint::Specific(url) => &*n.ns == url.as_str(),
            };
            space && &*n.local == name.as_str() && operation.eval_str(value)
        })
    }

    fn match_non_ts_pseudo_class(&self, class: &Class, _: &mut MatchingContext<'_, Css>) -> bool {
        match class {
            Class::Link => self.is_link(),
            Class::Target => self.view.fragment.is_some_and(|f| !f.is_empty() && self.attr("id") == Some(f)),
            Class::Enabled => self.can_be_disabled() && !self.disabled(),
            Class::Disabled => self.disabled(),
            Class::Checked => {
                let box_kind =
                    || self.attr("type").is_some_and(|t| t.eq_ignore_ascii_case("checkbox") || t.eq_ignore_ascii_case("radio"));
                (self.html(&["input"]) && self.attr("checked").is_some() && box_kind())
                    || (self.html(&["option"]) && self.attr("selected").is_some())
            }
            Class::Required => self.required_kind() && self.attr("required").is_some(),
            Class::Optional => self.required_kind() && self.attr("required").is_none(),
            Class::ReadWrite => self.editable(),
            Class::ReadOnly => !self.editable(),
            Class::PlaceholderShown => {
                self.html(&["input", "textarea"])
                    && self.attr("placeholder").is_some_and(|p| !p.is_empty())
                    && self.attr("value").is_none_or(str::is_empty)
                    && !self.tree().has(self.id, flag::TEXT)
            }
            Class::Default => self.attr("checked").is_some() || self.attr("selected").is_some(),
            Class::Valid => {
                self.html(&["input", "select", "textarea", "form", "fieldset", "button"]) && self.attr("required").is_none()
            }
            Class::Defined => self.tree().space(self.id) != Space::Html || !self.tree().local(self.id).contains('-'),
            Class::Open => self.html(&["details", "dialog"]) && self.attr("open").is_some(),
            Class::Lang(wanted) => self.language().is_some_and(|lang| {
                let lang = lang.to_ascii_lowercase();
                wanted.iter().any(|w| {
                    let w = w.trim_start_matches("*-");
                    w == "*" || lang == w || lang.strip_prefix(w).is_some_and(|rest| rest.starts_with('-'))
                })
            }),
            Class::Dir(ltr) => self.left_to_right() == *ltr,
            Class::Action | Class::Never => false,
        }
    }

    fn match_pseudo_element(&self, _: &Pseudo, _: &mut MatchingContext<'_, Css>) -> bool {
        false
    }

    fn apply_selector_flags(&self, _: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        (self.html(&["a", "area"]) && self.attr("href").is_some())
            || (self.tree().space(self.id) == Space::Svg && self.tree().local(self.id) == "a")
    }

    fn is_html_slot_element(&self) -> bool {
        self.html(&["slot"])
    }

    fn has_id(&self, id: &Word, case: CaseSensitivity) -> bool {
        self.attr("id").is_some_and(|v| case.eq(v.as_bytes(), id.as_str().as_bytes()))
    }

    fn has_class(&self, name: &Word, case: CaseSensitivity) -> bool {
        self.attr("class").is_some_and(|v| v.split_ascii_whitespace().any(|c| case.eq(c.as_bytes(), name.as_str().as_bytes())))
    }

    fn has_custom_state(&self, _: &Word) -> bool {
        false
    }

    fn imported_part(&self, _: &Word) -> Option<Word> {
        None
    }

    fn is_part(&self, name: &Word) -> bool {
        self.attr("part").is_some_and(|v| v.split_ascii_whitespace().any(|p| p == name.as_str()))
    }

    fn is_empty(&self) -> bool {
        self.first_element_child().is_none() && !self.tree().has(self.id, flag::TEXT)
    }

    fn is_root(&self) -> bool {
        self.tree().parent(self.id) == Some(Tree::DOCUMENT)
    }

    fn add_element_unique_hashes(&self, _: &mut BloomFilter) -> bool {
        false
    }
}
