//! Among the declarations that match an element, the ones that win, with variables put in.
//! Spec: CSS Cascade 5 §6.1, CSS Variables 1 §3.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::media::Screen;
use super::cascade::{Cascade, Matched, Origin, Variables};
use super::property::{Declared, Property, Setting, What, Wide, read, substitute};
use super::value::Values;

/// The winner for one property.
#[derive(Clone)]
pub(super) enum Won {
    Set(Setting, Origin),
    None,
}

impl<'p> Cascade<'p> {
    /// Custom properties, with the variables in them put in.
    pub(super) fn variables(&self, rules: &[&Matched<'p>], attribute: &[Declared], from: &Variables) -> Variables {
        let mut own: HashMap<Rc<str>, Result<Rc<str>, Wide>> = HashMap::new();
        each(rules, attribute, |declared, _| {
            if let What::Custom(name, value) = &declared.what {
                own.insert(name.clone(), value.clone());
            }
        });
        if own.is_empty() {
            return from.clone();
        }
        let mut raw: HashMap<Rc<str>, Rc<str>> = (**from).clone();
        let mut to_read = Vec::new();
        for (name, value) in own {
            match value {
                Ok(text) => {
                    if text.contains('(') {
                        to_read.push(name.clone());
                    }
                    raw.insert(name, text);
                }
                Err(Wide::Initial) => drop(raw.remove(&name)),
                Err(_) => {}
            }
        }
        let mut all = raw.clone();
        for name in to_read {
            match resolved(&name, &raw, from, 0) {
                Some(text) => drop(all.insert(name, text)),
                None => drop(all.remove(&name)),
            }
        }
        Rc::new(all)
    }

    pub(super) fn cascade(
        rules: &[&Matched<'p>],
        attribute: &[Declared],
        hints: Vec<(Property, Setting)>,
        variables: &Variables,
        screen: &Screen,
    ) -> Winners {
        let mut winners = Winners { slots: std::array::from_fn(|_| Won::None) };
        for (property, setting) in hints {
            winners.slots[property as usize] = Won::Set(setting, Origin::Hint);
        }
        let values = Values { screen };
        each(rules, attribute, |declared, origin| match &declared.what {
            What::Custom(..) => {}
            What::Set(property, setting) => winners.slots[*property as usize] = Won::Set(setting.clone(), origin),
            What::Pending { name, text } => {
                let lookup = |n: &str| variables.get(n).cloned();
                let mut sets = Vec::new();
                let text = substitute(text, &lookup);
                let good = text.is_some_and(|t| {
                    let mut input = cssparser::Parser::new(&t);
                    read(name, &mut input, values, &mut sets).is_ok() && input.is_exhausted()
                });
                if good {
                    for what in sets {
                        if let What::Set(property, setting) = what {
                            winners.slots[property as usize] = Won::Set(setting, origin);
                        }
                    }
                } else {
                    // Invalid at computed-value time: as if it said `unset`.
                    for property in super::property::longhands(name) {
                        winners.slots[*property as usize] = Won::Set(Setting::Wide(Wide::Unset), origin);
                    }
                }
            }
        });
        winners
    }
}

/// A variable with the variables in it put in, in the context of its element.
fn resolved(name: &str, raw: &HashMap<Rc<str>, Rc<str>>, from: &Variables, depth: u32) -> Option<Rc<str>> {
    let text = raw.get(name)?;
    // What came from the parent is finished; what is named in a circle is nothing.
    if !text.contains('(') || from.get(name).is_some_and(|f| Rc::ptr_eq(f, text)) {
        return Some(text.clone());
    }
    if depth > 20 {
        return None;
    }
    substitute(text, &|n| resolved(n, raw, from, depth + 1)).map(Into::into)
}

pub(super) struct Winners {
    pub(super) slots: [Won; Property::COUNT],
}

pub(super) enum Display {
    Word(Rc<str>),
    /// A keyword that shows it.
    Shown,
}

impl Winners {
    pub(super) fn take(&mut self, property: Property) -> Won {
        std::mem::replace(&mut self.slots[property as usize], Won::None)
    }

    pub(super) fn word(&self, property: Property) -> Option<Display> {
        match &self.slots[property as usize] {
            Won::Set(Setting::Word(w), _) => Some(Display::Word(w.clone())),
            Won::Set(Setting::Wide(Wide::Revert), _) | Won::None => None,
            Won::Set(..) => Some(Display::Shown),
        }
    }
}

/// All declarations, weakest first (CSS Cascade 5 §6.1). `rules` are in their normal order: those of outer trees win over those of
/// inner ones, and among important ones it is the other way round. An attribute stands in the element's own tree.
fn each(rules: &[&Matched<'_>], attribute: &[Declared], mut tell: impl FnMut(&Declared, Origin)) {
    let (own, outer) = rules.split_at(rules.partition_point(|m| m.inward >= 0));
    plain(own, &mut tell);
    for d in attribute.iter().filter(|d| !d.important) {
        tell(d, Origin::Attribute);
    }
    plain(outer, &mut tell);
    let important = rules.iter().any(|m| m.rule.block.iter().any(|d| d.important));
    // Among important ones trees and layers count the other way round.
    let mut turned: Vec<&&Matched<'_>> = if important { rules.iter().collect() } else { Vec::new() };
    turned.sort_by_key(|m| (m.inward, std::cmp::Reverse(m.layer), m.specificity, m.order));
    let (own, inner) = turned.split_at(turned.partition_point(|m| m.inward <= 0));
    emphatic(own, &mut tell);
    for d in attribute.iter().filter(|d| d.important) {
        tell(d, Origin::Attribute);
    }
    emphatic(inner, &mut tell);
}

/// The declarations without weight.
fn plain(rules: &[&Matched<'_>], tell: &mut impl FnMut(&Declared, Origin)) {
    for m in rules {
        for d in m.rule.block.iter().filter(|d| !d.important) {
            tell(d, Origin::Sheet(m.sheet));
        }
    }
}

/// The important declarations.
fn emphatic(rules: &[&&Matched<'_>], tell: &mut impl FnMut(&Declared, Origin)) {
    for m in rules {
        for d in m.rule.block.iter().filter(|d| d.important) {
            tell(d, Origin::Sheet(m.sheet));
        }
    }
}
