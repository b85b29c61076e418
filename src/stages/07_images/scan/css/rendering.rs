//! What the browser's own style says: which elements are rendered, which pseudo-elements they can have, and what attributes
//! say in the place of style.
//! Spec: HTML §15.3 (hidden elements, presentational hints), SVG 2 §6.6 (presentation attributes).

use std::rc::Rc;

use cssparser::Parser;

use super::super::tree::{NodeId, Space, flag};
use super::cascade::Cascade;
use super::property::{Property, Setting, What, may_name, read};
use super::selector::Pseudo;
use super::value::Values;
use super::winners::Display;

/// SVG attributes that are style and can name something to be fetched.
pub(super) const PAINTS: [&str; 9] =
    ["fill", "stroke", "filter", "mask", "clip-path", "marker-start", "marker-mid", "marker-end", "cursor"];

impl Cascade<'_> {
    pub(super) fn closed_details(&self, node: NodeId) -> bool {
        self.view.tree.is_html(node, "details") && self.view.tree.attr(node, "open").is_none()
    }

    pub(super) fn shows_children(&self, node: NodeId) -> bool {
        let tree = self.view.tree;
        if tree.space(node) != Space::Html {
            return true;
        }
        match tree.local(node) {
            "video" | "audio" | "iframe" | "embed" => false,
            "object" => !tree.has(node, flag::LOADED) && !(self.pending)(node),
            _ => true,
        }
    }

    /// Is it left out whatever the page's style says?
    pub(super) fn never_shown(&self, node: NodeId) -> bool {
        let tree = self.view.tree;
        // SVG 2 §5.8.4: what is written for other languages than the browser's, which are English.
        let foreign = |node| {
            let languages = tree.attr(node, "systemLanguage").filter(|_| tree.space(node) == Space::Svg);
            let english =
                |l: &str| l.get(..2).is_some_and(|l| l.eq_ignore_ascii_case("en")) && !l[2..].starts_with(char::is_alphanumeric);
            languages.is_some_and(|l| !l.split(',').any(|l| english(l.trim())))
        };
        foreign(node)
            || (tree.is_html(node, "input") && tree.attr(node, "type").is_some_and(|t| t.eq_ignore_ascii_case("hidden")))
    }

    /// Is it left out by the browser's own style?
    pub(super) fn hidden(&self, node: NodeId) -> bool {
        let tree = self.view.tree;
        let attr = |name| tree.attr(node, name);
        if tree.space(node) != Space::Html {
            return false;
        }
        let local = tree.local(node);
        match local {
            "area" | "base" | "basefont" | "datalist" | "head" | "link" | "meta" | "noembed" | "noframes" | "param" | "rp"
            | "script" | "style" | "template" | "title" => return true,
            "dialog" if attr("open").is_none() => return true,
            "audio" if attr("controls").is_none() => return true,
            _ => {}
        }
        attr("popover").is_some() || (local != "embed" && attr("hidden").is_some_and(|v| !v.eq_ignore_ascii_case("until-found")))
    }

    /// Is what is in it left out? `visibility` and `display` as its style says, if it does.
    pub(super) fn skips_content(&self, node: NodeId, visibility: Option<&Display>, display: Option<&str>) -> bool {
        let tree = self.view.tree;
        let skips = match visibility {
            // What is `auto` is as a rule far below, and left out until it comes near.
            Some(Display::Word(w)) => matches!(&**w, "hidden" | "auto"),
            Some(Display::Shown) => false,
            None => {
                let hidden = tree.attr(node, "hidden").filter(|_| tree.space(node) == Space::Html);
                hidden.is_some_and(|v| v.eq_ignore_ascii_case("until-found"))
            }
        };
        // CSS Containment 2 §4: what has no box of its own that could be contained leaves nothing out.
        let within_a_line = || tree.space(node) == Space::Html && self.inline(node);
        skips && !display.map_or_else(within_a_line, |d| matches!(d, "inline" | "contents"))
    }

    /// Can the element have that pseudo-element? `display` as its style says, if it does.
    /// `drawn`: it looks as the page says and not as the system does.
    pub(super) fn has_pseudo(&self, node: NodeId, pseudo: Pseudo, display: Option<&str>, drawn: bool) -> bool {
        let tree = self.view.tree;
        let kind = || tree.attr(node, "type").unwrap_or_default().to_ascii_lowercase();
        let input = |kinds: &[&str]| tree.is_html(node, "input") && kinds.contains(&kind().as_str());
        match pseudo {
            Pseudo::Placeholder => {
                let filled = || tree.attr(node, "value").is_some_and(|v| !v.is_empty());
                tree.attr(node, "placeholder").is_some()
                    && ((tree.is_html(node, "textarea") && !tree.has(node, flag::TEXT))
                        || (tree.is_html(node, "input")
                            && !filled()
                            && !input(&["checkbox", "radio", "file", "submit", "image", "reset", "button", "range", "color"])))
            }
            Pseudo::FileSelectorButton => input(&["file"]),
            Pseudo::PickerIcon => tree.is_html(node, "select") && tree.attr(node, "multiple").is_none(),
            Pseudo::DetailsContent => tree.is_html(node, "details"),
            Pseudo::SearchCancel => input(&["search"]),
            Pseudo::SliderContainer | Pseudo::SliderTrack | Pseudo::SliderThumb => input(&["range"]),
            Pseudo::DatetimeYear => input(&["date", "month", "week", "datetime-local"]),
            Pseudo::DatetimeHour => input(&["time", "datetime-local"]),
            Pseudo::CalendarIndicator | Pseudo::DatetimeEdit | Pseudo::DatetimeFields | Pseudo::DatetimeText => {
                input(&["date", "time", "month", "week", "datetime-local"])
            }
            Pseudo::TextDecoration => input(&["search", "number"]),
            Pseudo::Spin => input(&["number"]),
            Pseudo::MeterInner | Pseudo::MeterBar | Pseudo::MeterOptimum => tree.is_html(node, "meter"),
            Pseudo::ProgressInner | Pseudo::ProgressBar | Pseudo::ProgressValue => drawn && tree.is_html(node, "progress"),
            Pseudo::Resizer => tree.is_html(node, "textarea"),
            Pseudo::Marker => display.map_or_else(|| matches!(tree.local(node), "li" | "summary"), |d| d.contains("list-item")),
            Pseudo::FirstLine | Pseudo::FirstLetter => {
                // What holds lines of its own; a letter must begin one of them.
                const NO_LINE: &str = " audio canvas embed iframe img object rt select table tbody tfoot thead tr video ";
                const NO_LETTER: &str = " details fieldset hr input meter ol progress textarea ul ";
                let local = format!(" {} ", tree.local(node));
                let lines = !NO_LINE.contains(&local) && (pseudo == Pseudo::FirstLine || !NO_LETTER.contains(&local));
                let block = |d: &str| d != "inline" && d != "contents" && !d.contains("flex") && !d.contains("grid");
                lines && display.map_or_else(|| !self.inline(node), block)
            }
            Pseudo::Swatch | Pseudo::SwatchWrapper => input(&["color"]),
            // The window's; those within a page look as the system has them.
            Pseudo::Scrollbar
            | Pseudo::ScrollbarThumb
            | Pseudo::ScrollbarTrack
            | Pseudo::ScrollbarTrackPiece
            | Pseudo::ScrollbarButton => matches!(tree.local(node), "html" | "body"),
            Pseudo::Before | Pseudo::After | Pseudo::Other => true,
        }
    }

    /// CSS Pseudo-Elements 4 §2.2: is the first thing in it a letter, as far as can be told without layout?
    pub(super) fn begins_with_letter(&self, node: NodeId) -> bool {
        /// Nothing in a line of text, and nothing to look into.
        const OBJECTS: &str =
            " audio br button canvas embed hr iframe img input meter object progress select textarea video wbr ";
        let tree = self.view.tree;
        let mut at = node;
        loop {
            if tree.has(at, flag::LETTERED | flag::HOST) {
                return true;
            }
            let (mut child, mut skipped) = (tree.first(at), false);
            while let Some(c) =
                child.filter(|c| self.view.budget.pay(1) && !tree.is_element(*c) || self.hidden(*c) || self.never_shown(*c))
            {
                skipped = true;
                child = tree.next(c);
            }
            if !self.view.budget.pay(1) {
                return false;
            }
            match child {
                // What text there is stands behind what is not shown.
                None => return skipped && tree.has(at, flag::TEXT),
                Some(c) if tree.space(c) != Space::Html || OBJECTS.contains(&format!(" {} ", tree.local(c))) => return false,
                Some(c) => at = c,
            }
        }
    }

    /// Does a property that names pictures apply to that pseudo-element?
    /// CSS Pseudo-Elements 4 §2.1.2, §2.2.2 and CSS Lists 3 §3.3.
    pub(super) fn applies_to(property: usize, pseudo: Pseudo) -> bool {
        let one_of = |these: &[Property]| these.iter().any(|p| *p as usize == property);
        match pseudo {
            Pseudo::FirstLine => one_of(&[Property::BackgroundImage]),
            Pseudo::FirstLetter => one_of(&[Property::BackgroundImage, Property::BorderImage]),
            Pseudo::Marker => one_of(&[Property::Content, Property::Cursor]),
            _ => true,
        }
    }

    /// Is it within a line, by itself?
    fn inline(&self, node: NodeId) -> bool {
        const INLINE: [&str; 41] = [
            "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i",
            "ins", "kbd", "label", "map", "mark", "nobr", "output", "q", "ruby", "s", "samp", "slot", "small", "span", "strike",
            "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "img", "noscript",
        ];
        self.view.tree.space(node) != Space::Html || INLINE.contains(&self.view.tree.local(node))
    }

    /// Attributes that are style.
    pub(super) fn hints(&self, node: NodeId) -> Vec<(Property, Setting)> {
        let tree = self.view.tree;
        match tree.space(node) {
            Space::Html => {
                const PARTS: [&str; 10] = ["body", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "col", "colgroup"];
                let background = tree.attr(node, "background").filter(|_| PARTS.contains(&tree.local(node)));
                let url = background.map(|b| b.trim_matches(|c: char| c.is_ascii_whitespace())).filter(|b| !b.is_empty());
                url.map(|u| (Property::BackgroundImage, Setting::Urls(Rc::new([u.to_owned()])))).into_iter().collect()
            }
            Space::Svg => {
                let mut found = Vec::new();
                for (name, text) in tree.attributes(node).filter(|(n, v)| PAINTS.contains(&&*n.local) && may_name(v)) {
                    let mut sets = Vec::new();
                    let mut input = Parser::new(text);
                    if read(&name.local, &mut input, Values { screen: self.screen, dark: false, of: None }, &mut sets).is_ok() {
                        found.extend(sets.into_iter().filter_map(|w| if let What::Set(p, s) = w { Some((p, s)) } else { None }));
                    }
                }
                found
            }
            Space::MathMl | Space::Other => Vec::new(),
        }
    }
}
