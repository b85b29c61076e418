//! Selectors over the page's tree: the grammar that Chromium knows, and what matches in a page that nobody touches.
//! Spec: Selectors 4, CSS Pseudo-Elements 4, CSS Scoping 1.

use std::fmt;
use std::rc::Rc;

use cssparser::{CowRcStr, ParseError, Parser as CssParser, ToCss};
use precomputed_hash::PrecomputedHash;
use selectors::attr::{ParsedAttrSelectorOperation, ParsedCaseSensitivity};
use selectors::parser::{
    Component, NonTSPseudoClass, ParseRelative, PseudoElement, SelectorImpl, SelectorList, SelectorParseErrorKind,
};

use super::within::{WITHIN, with_host_context};

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
    ScrollbarThumb,
    ScrollbarTrack,
    ScrollbarTrackPiece,
    ScrollbarButton,
    PickerIcon,
    /// Parts of form controls.
    SearchCancel,
    SliderContainer,
    SliderTrack,
    SliderThumb,
    CalendarIndicator,
    DatetimeEdit,
    DatetimeFields,
    DatetimeYear,
    DatetimeHour,
    DatetimeText,
    TextDecoration,
    Spin,
    MeterInner,
    MeterBar,
    MeterOptimum,
    ProgressInner,
    ProgressBar,
    ProgressValue,
    Resizer,
    SwatchWrapper,
    Swatch,
    /// Known, and never with a picture that is fetched.
    Other,
}

impl Pseudo {
    pub(super) fn is_scrollbar_part(self) -> bool {
        matches!(self, Self::ScrollbarThumb | Self::ScrollbarTrack | Self::ScrollbarTrackPiece | Self::ScrollbarButton)
    }
}

impl ToCss for Pseudo {
    fn to_css<W: fmt::Write>(&self, to: &mut W) -> fmt::Result {
        write!(to, "::{self:?}")
    }
}

impl PseudoElement for Pseudo {
    fn accepts_state_pseudo_classes(&self) -> bool {
        // Those that stand for parts of a control, and those of the window.
        !matches!(
            self,
            Self::Before
                | Self::After
                | Self::FirstLine
                | Self::FirstLetter
                | Self::Marker
                | Self::Placeholder
                | Self::FileSelectorButton
                | Self::DetailsContent
                | Self::PickerIcon
        )
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
    Invalid,
    InRange,
    OutOfRange,
    Indeterminate,
    Defined,
    Open,
    Lang(String),
    Dir(bool),
    /// `:-webkit-any()`
    Any(SelectorList<Css>),
    /// It, or something around it, is one of those: `:host-context()`.
    Within(SelectorList<Css>),
    /// `:focus`, `:focus-visible`
    Focus,
    FocusWithin,
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
        matches!(self, Self::Action | Self::Focus | Self::FocusWithin)
    }
}

/// The types of our selectors.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Every selector in it has to be known, for `@supports selector()`.
    pub(super) strict: bool,
    /// `:host-context()` may be in it.
    pub(super) within: bool,
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
    fn parse_host(&self) -> bool {
        true
    }
    fn allow_forgiving_selectors(&self) -> bool {
        !self.strict
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
            "invalid" => Class::Invalid,
            "in-range" => Class::InRange,
            "out-of-range" => Class::OutOfRange,
            "indeterminate" => Class::Indeterminate,
            "defined" => Class::Defined,
            "open" => Class::Open,
            "focus" | "focus-visible" => Class::Focus,
            "focus-within" => Class::FocusWithin,
            "hover" | "active" => Class::Action,
            "visited"
            | "target-within"
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
            // Unlike Selectors 4 §11.2: Chromium knows one identifier, no list and no strings.
            "lang" => {
                let wanted = input.expect_ident()?.to_ascii_lowercase();
                input.expect_exhausted()?;
                Class::Lang(wanted)
            }
            "dir" => match input.expect_ident()?.to_ascii_lowercase().as_str() {
                "ltr" => Class::Dir(true),
                "rtl" => Class::Dir(false),
                _ => Class::Never,
            },
            // Unlike `:is()`: nothing in it is forgiven, nor counts, and nothing in it is a relation.
            "-webkit-any" => {
                let list = SelectorList::parse(self, input, ParseRelative::No)?;
                input.expect_exhausted()?;
                let related = |part: &Component<Css>| matches!(part, Component::Combinator(_));
                if list.slice().iter().any(|s| s.iter_raw_match_order().any(related)) {
                    return unknown();
                }
                Class::Any(list)
            }
            WITHIN => {
                let list = SelectorList::parse(self, input, ParseRelative::No)?;
                input.expect_exhausted()?;
                Class::Within(list)
            }
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
            "picker-icon" => Pseudo::PickerIcon,
            "-webkit-scrollbar" => Pseudo::Scrollbar,
            "-webkit-scrollbar-thumb" => Pseudo::ScrollbarThumb,
            "-webkit-scrollbar-track" => Pseudo::ScrollbarTrack,
            "-webkit-scrollbar-track-piece" => Pseudo::ScrollbarTrackPiece,
            "-webkit-scrollbar-button" => Pseudo::ScrollbarButton,
            "-webkit-search-cancel-button" => Pseudo::SearchCancel,
            "-webkit-slider-container" => Pseudo::SliderContainer,
            "-webkit-slider-runnable-track" => Pseudo::SliderTrack,
            "-webkit-slider-thumb" => Pseudo::SliderThumb,
            "-webkit-calendar-picker-indicator" => Pseudo::CalendarIndicator,
            "-webkit-datetime-edit" => Pseudo::DatetimeEdit,
            "-webkit-datetime-edit-fields-wrapper" => Pseudo::DatetimeFields,
            "-webkit-datetime-edit-year-field" => Pseudo::DatetimeYear,
            "-webkit-datetime-edit-hour-field" => Pseudo::DatetimeHour,
            "-webkit-datetime-edit-text" => Pseudo::DatetimeText,
            "-webkit-textfield-decoration-container" => Pseudo::TextDecoration,
            "-webkit-inner-spin-button" => Pseudo::Spin,
            "-webkit-meter-inner-element" => Pseudo::MeterInner,
            "-webkit-meter-bar" => Pseudo::MeterBar,
            "-webkit-meter-optimum-value" => Pseudo::MeterOptimum,
            "-webkit-progress-inner-element" => Pseudo::ProgressInner,
            "-webkit-progress-bar" => Pseudo::ProgressBar,
            "-webkit-progress-value" => Pseudo::ProgressValue,
            "-webkit-resizer" => Pseudo::Resizer,
            "-webkit-color-swatch-wrapper" => Pseudo::SwatchWrapper,
            "-webkit-color-swatch" => Pseudo::Swatch,
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
            | "checkmark" => Pseudo::Other,
            // A name of its own maker's that it does not know is still one for Chromium, unless it is asked for it.
            other if other.starts_with("-webkit-") && (!self.strict || is_known_part(other)) => Pseudo::Other,
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

/// Is it a pseudo-element of Chromium's own, besides those above?
fn is_known_part(name: &str) -> bool {
    const PARTS: &str = " scrollbar-corner datetime-edit-ampm-field datetime-edit-day-field \
        datetime-edit-millisecond-field datetime-edit-minute-field datetime-edit-month-field datetime-edit-second-field \
        datetime-edit-week-field date-and-time-value meter-suboptimum-value meter-even-less-good-value details-marker ";
    let part = name.trim_start_matches("-webkit-");
    part.starts_with("media-") || PARTS.contains(&format!(" {part} "))
}

impl Grammar {
    /// A selector list; `nested` and `scoped` say what `&` may stand for.
    pub(super) fn list(&self, input: &mut CssParser<'_>, relative: ParseRelative) -> Parsed<SelectorList<Css>> {
        let around = if self.within { with_host_context(input) } else { None };
        let list = match around {
            Some(text) => {
                let mut input = CssParser::new(&text);
                let list = SelectorList::parse(self, &mut input, relative)?;
                input.expect_exhausted()?;
                list
            }
            None => SelectorList::parse(self, input, relative)?,
        };
        // Unlike Selectors 4 §6.3: Chromium knows `i`, and no `s`.
        let sensitive = |part: &Component<Css>| {
            let said = match part {
                Component::AttributeInNoNamespace { case_sensitivity, .. } => *case_sensitivity,
                Component::AttributeOther(other) => match other.operation {
                    ParsedAttrSelectorOperation::WithValue { case_sensitivity, .. } => case_sensitivity,
                    ParsedAttrSelectorOperation::Exists => return false,
                },
                _ => return false,
            };
            said == ParsedCaseSensitivity::ExplicitCaseSensitive
        };
        if list.slice().iter().any(|s| s.iter_raw_match_order().any(sensitive)) {
            return Err(ParseError::custom(SelectorParseErrorKind::UnexpectedIdent));
        }
        Ok(list)
    }

    /// `@namespace` with or without prefix.
    pub(super) fn declare(&mut self, prefix: Option<CowRcStr<'_>>, url: &str) {
        match prefix {
            Some(p) => self.prefixes.push((Word::from(&*p), Word::from(url))),
            None => self.default_namespace = Some(Word::from(url)),
        }
    }
}
