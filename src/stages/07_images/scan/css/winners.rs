//! Among the declarations that match an element, the ones that win, with variables put in.
//! Spec: CSS Cascade 5 §6.1, CSS Variables 1 §3.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::super::budget::Budget;
use super::cascade::{Cascade, Matched, Origin, Variables};
use super::property::{Declared, Property, Setting, What, Wide, read};
use super::registered::Registered;
use super::substitute::{Context, substitute};
use super::value::Values;

/// The winner for one property.
#[derive(Clone)]
pub(super) enum Won {
    Set(Setting, Origin),
    None,
}

impl<'p> Cascade<'p> {
    /// Custom properties, with the variables in them put in.
    pub(super) fn variables(
        &self,
        rules: &[&Matched<'p>],
        attribute: &[Declared],
        from: &Variables,
        values: Values<'_>,
    ) -> Variables {
        let parent = from;
        let from = &self.passed_on(from);
        let mut own: HashMap<Rc<str>, Leader<Result<Rc<str>, Wide>>> = HashMap::new();
        each(rules, attribute, |declared, _, of| {
            let What::Custom(name, value) = &declared.what else { return };
            let leader = own.entry(name.clone()).or_default();
            match value {
                Err(Wide::RevertLayer) => leader.go_back(of),
                value => leader.set(value.clone(), of),
            }
        });
        if own.is_empty() {
            return from.clone();
        }
        let mut raw: HashMap<Rc<str>, Rc<str>> = (**from).clone();
        let mut to_read = Vec::new();
        for (name, value) in own.into_iter().filter_map(|(name, leader)| Some((name, leader.winner()?))) {
            let known = self.registered.get(&*name);
            match value {
                // Invalid at computed-value time: as if it said `unset`.
                Ok(text) if !text.contains('(') && known.is_some_and(|k| !k.accepts(&text, values)) => {}
                Ok(text) => {
                    if text.contains('(') {
                        to_read.push(name.clone());
                    }
                    raw.insert(name, text);
                }
                Err(Wide::Initial) => match known.and_then(|k| k.initial.clone()) {
                    Some(initial) => drop(raw.insert(name, initial)),
                    None => drop(raw.remove(&name)),
                },
                // What is not passed on by itself may still be asked for.
                Err(Wide::Inherit) => match parent.get(&name) {
                    Some(text) => drop(raw.insert(name, text.clone())),
                    None => drop(raw.remove(&name)),
                },
                Err(_) => {}
            }
        }
        let mut all = raw.clone();
        let resolver = Resolver {
            raw: &raw,
            from,
            values,
            budget: self.view.budget,
            known: RefCell::default(),
            path: RefCell::default(),
            round: RefCell::default(),
        };
        for name in to_read {
            let known = self.registered.get(&*name);
            let text = resolver.resolve(&name).filter(|text| known.is_none_or(|k| k.accepts(text, values)));
            // Invalid at computed-value time is as if it said `unset`; `from` has what is then.
            match text.or_else(|| from.get(&name).filter(|_| known.is_some()).cloned()) {
                Some(text) => drop(all.insert(name, text)),
                None => drop(all.remove(&name)),
            }
        }
        Rc::new(all)
    }

    /// The variables that an element gets from its parent: of those that do not inherit, the initial values.
    fn passed_on(&self, from: &Variables) -> Variables {
        let same = |a: Option<&Rc<str>>, b: Option<&Rc<str>>| a.map(Rc::as_ptr) == b.map(Rc::as_ptr);
        let changed = |(name, known): &(&&str, &&Registered)| !known.inherits && !same(from.get(**name), known.initial.as_ref());
        if !self.registered.iter().any(|entry| changed(&entry)) {
            return from.clone();
        }
        let mut passed = (**from).clone();
        for (name, known) in self.registered.iter().filter(changed) {
            match &known.initial {
                Some(initial) => drop(passed.insert(Rc::from(*name), initial.clone())),
                None => drop(passed.remove(*name)),
            }
        }
        Rc::new(passed)
    }

    pub(super) fn cascade(
        rules: &[&Matched<'p>],
        attribute: &[Declared],
        hints: Vec<(Property, Setting)>,
        variables: &Variables,
        values: Values<'_>,
        budget: &Budget,
    ) -> Winners {
        let mut leaders: [Leader<(Setting, Origin)>; Property::COUNT] = std::array::from_fn(|_| Leader::default());
        for (property, setting) in hints {
            leaders[property as usize].said.push((None, (setting, Origin::Hint)));
        }
        each(rules, attribute, |declared, origin, of| {
            let mut set = |property: Property, setting| leaders[property as usize].set((setting, origin), of);
            match &declared.what {
                What::Custom(..) => {}
                What::Set(property, Setting::Wide(Wide::RevertLayer)) => leaders[*property as usize].go_back(of),
                What::Set(property, setting) => set(*property, setting.clone()),
                What::Pending { name, text } => {
                    let lookup = |n: &str| variables.get(n).cloned();
                    let mut sets = Vec::new();
                    let text = substitute(text, &Context::new(&lookup, values, budget));
                    let good = text.is_some_and(|t| {
                        let mut input = cssparser::Parser::new(&t);
                        read(name, &mut input, values, &mut sets).is_ok() && input.is_exhausted()
                    });
                    if good {
                        for what in sets {
                            if let What::Set(property, setting) = what {
                                set(property, setting);
                            }
                        }
                    } else {
                        // Invalid at computed-value time: as if it said `unset`.
                        for property in super::property::longhands(name) {
                            set(*property, Setting::Wide(Wide::Unset));
                        }
                    }
                }
            }
        });
        Winners { slots: leaders.map(|l| l.winner().map_or(Won::None, |(setting, origin)| Won::Set(setting, origin))) }
    }
}

/// What declarations have said so far, the strongest last: one of each group.
struct Leader<T> {
    said: Vec<(Option<Group>, T)>,
    /// Groups that are as if they had said nothing.
    undone: Option<HashSet<Group>>,
}

impl<T> Default for Leader<T> {
    fn default() -> Self {
        Self { said: Vec::new(), undone: None }
    }
}

impl<T> Leader<T> {
    fn set(&mut self, value: T, of: Group) {
        match self.said.last_mut() {
            Some((group, last)) if *group == Some(of) => *last = value,
            _ => self.said.push((Some(of), value)),
        }
    }

    /// `revert-layer`: whatever the layer has said is as if it had not; with weight, what it has said without weight too.
    fn go_back(&mut self, of: Group) {
        if self.said.last().is_some_and(|(group, _)| *group == Some(of)) {
            self.said.pop();
        }
        if of.important {
            self.undone.get_or_insert_default().insert(Group { important: false, ..of });
        }
    }

    fn winner(mut self) -> Option<T> {
        loop {
            let (group, value) = self.said.pop()?;
            if !group.is_some_and(|g| self.undone.as_ref().is_some_and(|u| u.contains(&g))) {
                return Some(value);
            }
        }
    }
}

/// Puts the variables of an element into one another, each of them once.
struct Resolver<'a> {
    raw: &'a HashMap<Rc<str>, Rc<str>>,
    from: &'a Variables,
    values: Values<'a>,
    budget: &'a Budget,
    known: RefCell<HashMap<Rc<str>, Option<Rc<str>>>>,
    /// The variable that is read, behind those that need it.
    path: RefCell<Vec<Rc<str>>>,
    /// Those that need themselves.
    round: RefCell<HashSet<Rc<str>>>,
}

impl Resolver<'_> {
    fn resolve(&self, name: &str) -> Option<Rc<str>> {
        /// Most variables that need one another in a row.
        const DEEP: usize = 64;
        let (name, text) = self.raw.get_key_value(name)?;
        // What came from the parent is finished.
        if !text.contains('(') || self.from.get(name).is_some_and(|f| Rc::ptr_eq(f, text)) {
            return Some(text.clone());
        }
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let at = self.path.borrow().iter().position(|n| n == name);
        if let Some(at) = at {
            // CSS Variables 1 §2.3: all that stand in a circle are nothing, whatever they have to fall back on.
            self.round.borrow_mut().extend(self.path.borrow()[at..].iter().cloned());
            return None;
        }
        if self.path.borrow().len() > DEEP {
            return None;
        }
        self.path.borrow_mut().push(name.clone());
        let found = substitute(text, &Context::new(&|n| self.resolve(n), self.values, self.budget));
        self.path.borrow_mut().pop();
        let found = found.filter(|_| !self.round.borrow().contains(name)).map(Rc::from);
        self.known.borrow_mut().insert(name.clone(), found.clone());
        found
    }
}

#[derive(Clone)]
pub(super) struct Winners {
    pub(super) slots: [Won; Property::COUNT],
}

pub(super) enum Display {
    Word(Rc<str>),
    /// A keyword that shows it.
    Shown,
}

impl Winners {
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
fn each(rules: &[&Matched<'_>], attribute: &[Declared], mut tell: impl FnMut(&Declared, Origin, Group)) {
    let (own, outer) = rules.split_at(rules.partition_point(|m| m.inward >= 0));
    plain(own, &mut tell);
    for d in attribute.iter().filter(|d| !d.important) {
        tell(d, Origin::Attribute, Group { important: false, inward: 0, layer: None });
    }
    plain(outer, &mut tell);
    let important = rules.iter().any(|m| m.rule.block.iter().any(|d| d.important));
    // Among important ones trees and layers count the other way round.
    let mut turned: Vec<&&Matched<'_>> = if important { rules.iter().collect() } else { Vec::new() };
    turned.sort_by_key(|m| (m.inward, std::cmp::Reverse(m.layer), m.specificity, std::cmp::Reverse(m.far), m.order));
    let (own, inner) = turned.split_at(turned.partition_point(|m| m.inward <= 0));
    emphatic(own, &mut tell);
    for d in attribute.iter().filter(|d| d.important) {
        tell(d, Origin::Attribute, Group { important: true, inward: 0, layer: None });
    }
    emphatic(inner, &mut tell);
}

/// The declarations without weight.
fn plain(rules: &[&Matched<'_>], tell: &mut impl FnMut(&Declared, Origin, Group)) {
    for m in rules {
        for d in m.rule.block.iter().filter(|d| !d.important) {
            tell(d, Origin::Sheet(m.sheet), m.group(false));
        }
    }
}

/// The important declarations.
fn emphatic(rules: &[&&Matched<'_>], tell: &mut impl FnMut(&Declared, Origin, Group)) {
    for m in rules {
        for d in m.rule.block.iter().filter(|d| d.important) {
            tell(d, Origin::Sheet(m.sheet), m.group(true));
        }
    }
}

/// Declarations that `revert-layer` takes back together (CSS Cascade 5 §6.4.5).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Group {
    important: bool,
    /// How far inwards its tree lies.
    inward: i32,
    /// None: the `style` attribute.
    layer: Option<u32>,
}

impl Matched<'_> {
    fn group(&self, important: bool) -> Group {
        Group { important, inward: self.inward, layer: Some(self.layer) }
    }
}
