//! Which way an element's text runs.
//! Spec: HTML §3.2.6.4 (`dir`), UAX #9 §3.3.1 (the first strong character), Selectors 4 §9.1 (`:dir()`).

use std::cell::RefCell;
use std::collections::HashMap;

use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;
use selectors::Element;

use super::super::tree::{NodeId, Tree, flag};
use super::element::El;

/// What was found out of elements whose direction is that of their text: each reads its text once.
pub(super) type Directions = RefCell<HashMap<NodeId, bool>>;

/// Does the first character that has a direction go to the right?
fn rightward(text: &str) -> Option<bool> {
    text.chars().find_map(|c| match c {
        // Of ASCII only letters have a direction: no table is looked at for most text.
        '\0'..='\x7f' => c.is_ascii_alphabetic().then_some(true),
        _ => match CodePointMapData::<BidiClass>::new().get(c) {
            BidiClass::LeftToRight => Some(true),
            BidiClass::RightToLeft | BidiClass::ArabicLetter => Some(false),
            _ => None,
        },
    })
}

impl Tree {
    /// Text was put at the end of an element: what of it `dir=auto` asks about.
    pub(in super::super) fn text_direction(&mut self, parent: NodeId, text: &str) {
        let (at, right, left) = match self.last(parent) {
            None => (parent, flag::RIGHTWARD, flag::LEFTWARD),
            Some(child) => (child, flag::THEN_RIGHTWARD, flag::THEN_LEFTWARD),
        };
        if !self.has(at, right | left)
            && let Some(found) = rightward(text)
        {
            self.set(at, if found { right } else { left });
        }
    }

    /// One of the flags of a direction.
    fn direction(&self, node: NodeId, right: u32, left: u32) -> Option<bool> {
        self.has(node, right | left).then(|| self.has(node, right))
    }
}

impl El<'_> {
    pub(super) fn left_to_right(&self) -> bool {
        let mut at = Some(*self);
        while let Some(el) = at {
            let is = |direction: &str| el.attr("dir").is_some_and(|d| d.eq_ignore_ascii_case(direction));
            if is("ltr") || is("rtl") {
                return is("ltr");
            }
            if is("auto") || el.html(&["bdi"]) {
                return el.of_its_text();
            }
            if el.html(&["input"]) && el.kind() == "tel" {
                return true;
            }
            at = el.parent_element().or_else(|| el.containing_shadow_host());
        }
        true
    }

    /// The direction of what it contains, which is to the right where nothing has one.
    fn of_its_text(self) -> bool {
        if let Some(known) = self.view.directions.borrow().get(&self.id) {
            return *known;
        }
        let found = if self.html(&["input"]) { self.attr("value").and_then(rightward) } else { self.contained() };
        self.view.directions.borrow_mut().insert(self.id, found.unwrap_or(true));
        found.unwrap_or(true)
    }

    /// The first direction in the text of it and what is in it, but for elements that have one for themselves.
    fn contained(self) -> Option<bool> {
        let tree = self.tree();
        let apart = |id: NodeId| {
            let el = self.at(id);
            el.html(&["bdi", "script", "style", "textarea"]) || (el.attr("dir").is_some_and(is_direction))
        };
        if let Some(found) = tree.direction(self.id, flag::RIGHTWARD, flag::LEFTWARD) {
            return Some(found);
        }
        let mut at = tree.first(self.id);
        while let Some(node) = at {
            let inside = if apart(node) { None } else { tree.direction(node, flag::RIGHTWARD, flag::LEFTWARD) };
            if inside.is_some() {
                return inside;
            }
            if let Some(child) = tree.first(node).filter(|_| !apart(node)) {
                at = Some(child);
                continue;
            }
            // Out of all that end here, by the text behind each.
            let mut ended = node;
            at = loop {
                if let Some(found) = tree.direction(ended, flag::THEN_RIGHTWARD, flag::THEN_LEFTWARD) {
                    return Some(found);
                }
                if let Some(next) = tree.next(ended) {
                    break Some(next);
                }
                match tree.parent(ended).filter(|p| *p != self.id) {
                    Some(parent) => ended = parent,
                    None => break None,
                }
            };
        }
        None
    }
}

fn is_direction(value: &str) -> bool {
    ["ltr", "rtl", "auto"].iter().any(|d| value.eq_ignore_ascii_case(d))
}
