//! Which pictures the rendered elements of a page have in their style: matching, cascading, and a walk from the root down.
//! Spec: CSS Cascade 5 §6 (order), CSS Variables 1, CSS Display 3 (what is not rendered).

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use selectors::context::{
    MatchingContext, MatchingForInvalidation, MatchingMode, NeedsSelectorFlags, QuirksMode, SelectorCaches,
};
use selectors::matching::{matches_selector, matches_selector_list};
use selectors::parser::{Combinator, Component, Selector};
use selectors::{Element, OpaqueElement};

use super::super::budget::Budget;
use super::super::media::Screen;
use super::super::tree::{NodeId, Space, Tree, flag};
use super::direction::Directions;
use super::element::{El, View};
use super::forms::Forms;
use super::function::{Function, Functions};
use super::property::{Declared, Property, Setting, Wide};
use super::registered::Registered;
use super::selector::{Css, Pseudo};
use super::shadows::{Shadows, tree_of};
use super::sheet::{ContainerQuery, Keyframes, Layer, Rule, Scope, Sides, read_attribute};
use super::substitute::Context;
use super::value::{Of, Values};
use super::winners::{Display, Winners, Won};
use super::{Parsed, query};

/// Where a declaration stands, which decides what its URLs are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// The sheet of that number.
    Sheet(usize),
    Attribute,
    /// `background="…"`
    Hint,
}

/// A picture that an element has in its style.
pub(super) struct Found {
    pub(super) node: NodeId,
    pub(super) url: String,
    pub(super) origin: Origin,
    /// Smaller comes first within an element.
    pub(super) part: u64,
}

/// A sheet's rules with what the page says about it.
pub(super) struct Applied<'s> {
    pub(super) rules: &'s [Rule],
    pub(super) keyframes: &'s [Keyframes],
    pub(super) registered: &'s [(Rc<str>, Registered)],
    pub(super) functions: &'s [(Rc<str>, Option<Layer>, Function)],
    pub(super) sheet: usize,
    /// The element that brought it.
    pub(super) owner: NodeId,
    /// The document or the shadow root it belongs to.
    pub(super) root: NodeId,
    /// Put before the layers of its rules.
    pub(super) layer: Option<Layer>,
}

struct Entry<'s> {
    rule: &'s Rule,
    selector: &'s Selector<Css>,
    pseudo: Option<Pseudo>,
    /// Rank of its layer; without one the highest.
    layer: u32,
    order: u32,
    sheet: usize,
    owner: NodeId,
    root: NodeId,
}

/// The cascade of one page.
pub(super) struct Cascade<'p> {
    pub(super) view: View<'p>,
    pub(super) screen: &'p Screen,
    dark: bool,
    quirks: QuirksMode,
    entries: Vec<Entry<'p>>,
    by_id: HashMap<String, Vec<u32>>,
    by_class: HashMap<String, Vec<u32>>,
    by_name: HashMap<&'p str, Vec<u32>>,
    rest: Vec<u32>,
    /// The last of each name in the strongest layer counts: with the layer's rank and the sheet's number.
    pub(super) keyframes: HashMap<&'p str, (u32, usize, &'p Keyframes)>,
    /// The last of each name counts.
    pub(super) registered: HashMap<&'p str, &'p Registered>,
    functions: &'p Functions<'p>,
    inline: &'p dyn Fn(&str) -> bool,
    pub(super) pending: &'p dyn Fn(NodeId) -> bool,
    pub(super) found: Vec<Found>,
    /// `object`, `embed` and frames that are rendered, and how large.
    pub(super) rendered: Vec<(NodeId, (f64, f64))>,
}

pub(super) type Variables = Rc<HashMap<Rc<str>, Rc<str>>>;

/// What goes down from an element to its children.
#[derive(Clone)]
struct Inherited {
    variables: Variables,
    containers: Option<Rc<Container>>,
    width: f64,
    /// The colour scheme.
    dark: bool,
}

struct Container {
    names: Rc<str>,
    width: f64,
    height: f64,
    /// What of it may be asked about.
    contained: Sides,
    variables: Variables,
    dark: bool,
    outer: Option<Rc<Container>>,
}

/// Everything about the page that the cascade needs.
pub(super) struct Input<'p> {
    pub(super) tree: &'p Tree,
    pub(super) screen: &'p Screen,
    pub(super) xml: bool,
    pub(super) quirks: bool,
    pub(super) fragment: Option<&'p str>,
    /// What has the focus.
    pub(super) focused: Option<NodeId>,
    pub(super) budget: &'p Budget,
    /// The page says that it is made for a dark screen.
    pub(super) dark: bool,
    pub(super) sheets: &'p [Applied<'p>],
    pub(super) functions: &'p Functions<'p>,
    /// All layers in the order they are first named.
    pub(super) layers: &'p [Layer],
    pub(super) shadows: &'p [(NodeId, NodeId)],
    /// May this `style` attribute apply?
    pub(super) inline: &'p dyn Fn(&str) -> bool,
    /// Is it an `object` of which it is not known whether it shows?
    pub(super) pending: &'p dyn Fn(NodeId) -> bool,
}

impl<'p> Cascade<'p> {
    pub(super) fn new(input: &Input<'p>) -> Self {
        let ranks = ranks(input.layers);
        let mut cascade = Self {
            view: View {
                tree: input.tree,
                xml: input.xml,
                fragment: input.fragment,
                focused: input.focused,
                forms: Forms::default(),
                directions: Directions::default(),
                shadows: Shadows::new(input.tree, input.shadows),
                budget: input.budget,
            },
            screen: input.screen,
            dark: input.dark,
            quirks: if input.quirks { QuirksMode::Quirks } else { QuirksMode::NoQuirks },
            entries: Vec::new(),
            by_id: HashMap::new(),
            by_class: HashMap::new(),
            by_name: HashMap::new(),
            rest: Vec::new(),
            keyframes: HashMap::new(),
            registered: HashMap::new(),
            functions: input.functions,
            inline: input.inline,
            pending: input.pending,
            found: Vec::new(),
            rendered: Vec::new(),
        };
        let mut order = 0;
        for sheet in input.sheets {
            let rank = |inner: Option<&Layer>| rank(&ranks, sheet.layer.as_ref(), inner);
            for keyframes in sheet.keyframes {
                let layer = rank(keyframes.layer.as_ref());
                if cascade.keyframes.get(&*keyframes.name).is_none_or(|(other, _, _)| *other <= layer) {
                    cascade.keyframes.insert(&keyframes.name, (layer, sheet.sheet, keyframes));
                }
            }
            cascade.registered.extend(sheet.registered.iter().map(|(name, registered)| (&**name, registered)));
            for rule in sheet.rules {
                order += 1;
                let layer = rank(rule.layer.as_ref());
                for selector in rule.selectors.slice() {
                    let pseudo = selector.pseudo_element().copied();
                    if pseudo == Some(Pseudo::Other) {
                        continue;
                    }
                    let Applied { sheet, owner, root, .. } = *sheet;
                    cascade.add(Entry { rule, selector, pseudo, layer, order, sheet, owner, root });
                }
            }
        }
        cascade
    }

    /// Files an entry under the rarest thing that its subject must have.
    fn add(&mut self, entry: Entry<'p>) {
        let n = self.entries.len() as u32;
        let (mut id, mut class, mut name) = (None, None, None);
        for component in entry.selector.iter_raw_match_order() {
            match component {
                Component::Combinator(Combinator::PseudoElement) | Component::PseudoElement(_) => {}
                Component::Combinator(_) => break,
                Component::ID(i) => id = Some(i.as_str()),
                Component::Class(c) => class = Some(c.as_str()),
                Component::LocalName(l) => name = Some((l.name.as_str(), l.lower_name.as_str())),
                _ => {}
            }
        }
        let fold = |s: &str| if self.quirks == QuirksMode::Quirks { s.to_ascii_lowercase() } else { s.to_owned() };
        match (id, class, name) {
            (Some(id), _, _) => self.by_id.entry(fold(id)).or_default().push(n),
            (_, Some(class), _) => self.by_class.entry(fold(class)).or_default().push(n),
            (_, _, Some((a, b))) => {
                self.by_name.entry(a).or_default().push(n);
                if a != b {
                    self.by_name.entry(b).or_default().push(n);
                }
            }
            _ => self.rest.push(n),
        }
        self.entries.push(entry);
    }

    /// Walks the rendered elements.
    pub(super) fn run(&mut self) {
        let tree = self.view.tree;
        let initial = |(name, known): (&&str, &&Registered)| Some((Rc::from(*name), known.initial.clone()?));
        let variables = Rc::new(self.registered.iter().filter_map(initial).collect());
        let start = Inherited { variables, containers: None, width: self.screen.width, dark: self.dark };
        let mut stack: Vec<(NodeId, NodeId, Rc<Inherited>)> = Vec::new();
        let start = Rc::new(start);
        let mut child = tree.first(Tree::DOCUMENT);
        while let Some(c) = child {
            stack.push((c, Tree::DOCUMENT, start.clone()));
            child = tree.next(c);
        }
        stack.reverse();
        let mut caches = SelectorCaches::default();
        while let Some((node, root, from)) = stack.pop() {
            if !tree.is_element(node) {
                continue;
            }
            let found = self.found.len();
            let own = self.element(node, root, &from, &mut caches);
            if !self.view.budget.pay(1) {
                // Its style is not known, nor is that of what follows.
                self.found.truncate(found);
                return;
            }
            let Some(own) = own else { continue };
            let own = Rc::new(own);
            let at = stack.len();
            let mut push_all = |of: NodeId, root: NodeId| {
                let mut child = tree.first(of);
                while let Some(c) = child {
                    stack.push((c, root, own.clone()));
                    child = tree.next(c);
                }
            };
            // CSS Scoping 1 §3: a host shows its shadow tree; its children are shown where a slot takes them.
            match (self.view.shadows.root(node), self.view.shadows.assigned(node)) {
                (Some(shadow), _) => push_all(shadow, shadow),
                (None, Some(assigned)) => {
                    let root = tree.parent(root).map_or(root, |host| tree_of(tree, host));
                    stack.extend(assigned.iter().map(|c| (*c, root, own.clone())));
                }
                (None, None) if self.shows_children(node) => push_all(node, root),
                (None, None) => {}
            }
            if self.closed_details(node) {
                let summary = stack[at..].iter().position(|(c, _, _)| tree.is_html(*c, "summary"));
                let keep = summary.map(|n| stack[at + n].clone());
                stack.truncate(at);
                stack.extend(keep);
            }
            stack[at..].reverse();
        }
    }

    /// The style of an element. None: it is not rendered, nor is anything in it.
    fn element(&mut self, node: NodeId, root: NodeId, from: &Inherited, caches: &mut SelectorCaches) -> Option<Inherited> {
        let tree = self.view.tree;
        let mut matched = self.matched(node, root, from, caches);
        matched.sort_by_key(|m| (std::cmp::Reverse(m.inward), m.layer, m.specificity, std::cmp::Reverse(m.far), m.order));
        let at = self.found.len();
        let all: Vec<&Matched<'p>> = matched.iter().filter(|m| m.pseudo.is_none()).collect();
        let own = settled(&all);
        let attribute =
            tree.attr(node, "style").filter(|s| (self.inline)(s)).map(|s| read_attribute(s, self.screen)).unwrap_or_default();
        let budget = self.view.budget;
        budget.pay(declarations(&all, &attribute));
        let variables = self.variables(&own, &attribute, &from.variables, self.values(from.dark, node));
        budget.pay(self.registered.len() as u64);
        if !Rc::ptr_eq(&variables, &from.variables) {
            budget.pay(variables.len() as u64);
        }
        let hints = self.hints(node);
        let mut won = Self::cascade(&own, &attribute, hints.clone(), &variables, self.values(from.dark, node), budget);
        let dark = self.is_dark(&won, from.dark);
        if dark != from.dark {
            won = Self::cascade(&own, &attribute, hints.clone(), &variables, self.values(dark, node), budget);
        }
        let values = self.values(dark, node);
        let display = won.word(Property::Display);
        let none = match &display {
            _ if self.never_shown(node) => true,
            Some(Display::Word(w)) => &**w == "none",
            Some(Display::Shown) => false,
            None => self.hidden(node),
        };
        if none {
            return None;
        }
        if tree.space(node) == Space::Html && matches!(tree.local(node), "object" | "embed" | "iframe" | "frame") {
            self.rendered.push((node, super::boxes::frame_size(tree, node, &won, from.width, self.screen)));
        }
        // CSS UI 4 §7.1: a background or a border of the page's takes the system's look away too.
        let styled = |p: Property| !matches!(won.slots[p as usize], Won::None | Won::Set(Setting::Wide(Wide::Revert), _));
        let drawn = matches!(won.word(Property::Appearance), Some(Display::Word(w)) if &*w == "none")
            || styled(Property::BackgroundImage)
            || styled(Property::BorderImage);
        self.tell(node, &mut won.clone(), 0);
        let restyle = |variables: &Variables| {
            budget.pay(declarations(&own, &attribute));
            Self::cascade(&own, &attribute, hints.clone(), variables, values, budget)
        };
        self.animate(node, &won, (&variables, values), 0, &restyle);
        // CSS Transitions 2 §2.3: the style that it starts from is computed too.
        if own.len() < all.len() {
            let variables = self.variables(&all, &attribute, &from.variables, values);
            let mut start = Self::cascade(&all, &attribute, hints, &variables, values, budget);
            self.tell(node, &mut start, 0);
            self.found_once(at);
        }
        let mut inherited = from.clone();
        let width = super::boxes::content_width(tree, node, &won, from.width, self.screen);
        inherited.variables = variables;
        inherited.width = width;
        inherited.dark = dark;
        let word = |p| if let Some(Display::Word(w)) = won.word(p) { w } else { "".into() };
        let contained = match &*word(Property::ContainerType) {
            "size" => Sides::Both,
            "inline-size" => Sides::Width,
            _ => Sides::None,
        };
        let names = word(Property::ContainerName);
        if contained != Sides::None || !names.is_empty() {
            // What contains its height gets none from its content.
            let height = if let Won::Set(Setting::Pixels(p), _) = won.slots[Property::Height as usize] { p } else { 0.0 };
            let outer = inherited.containers.take();
            let variables = inherited.variables.clone();
            inherited.containers = Some(Rc::new(Container { names, width, height, contained, variables, dark, outer }));
        }
        let shown_as = match &display {
            Some(Display::Word(w)) => Some(&**w),
            _ => None,
        };
        if self.skips_content(node, won.word(Property::ContentVisibility).as_ref(), shown_as) {
            return None;
        }
        self.pseudos(node, &matched, &inherited, shown_as, drawn);
        Some(inherited)
    }

    fn values(&self, dark: bool, node: NodeId) -> Values<'p> {
        Values { screen: self.screen, dark, of: Some(Of { tree: self.view.tree, node, functions: self.functions }) }
    }

    /// CSS Color Adjust 1 §2.2: of the schemes that it is made for a light one is taken, where there is one.
    fn is_dark(&self, won: &Winners, inherited: bool) -> bool {
        match won.word(Property::ColorScheme) {
            Some(Display::Word(words)) if &*words == "normal" => self.dark,
            Some(Display::Word(words)) => words.split(' ').any(|w| w == "dark") && !words.split(' ').any(|w| w == "light"),
            Some(Display::Shown) | None => inherited,
        }
    }

    /// Those of an element: `own` is what its children get.
    fn pseudos(&mut self, node: NodeId, matched: &[Matched<'p>], own: &Inherited, display: Option<&str>, drawn: bool) {
        const ALL: [Pseudo; 35] = [
            Pseudo::Before,
            Pseudo::After,
            Pseudo::FirstLine,
            Pseudo::FirstLetter,
            Pseudo::Marker,
            Pseudo::Placeholder,
            Pseudo::FileSelectorButton,
            Pseudo::DetailsContent,
            Pseudo::Scrollbar,
            Pseudo::SearchCancel,
            Pseudo::SliderContainer,
            Pseudo::SliderTrack,
            Pseudo::SliderThumb,
            Pseudo::CalendarIndicator,
            Pseudo::DatetimeEdit,
            Pseudo::DatetimeFields,
            Pseudo::DatetimeYear,
            Pseudo::DatetimeHour,
            Pseudo::DatetimeText,
            Pseudo::TextDecoration,
            Pseudo::Spin,
            Pseudo::MeterInner,
            Pseudo::MeterBar,
            Pseudo::MeterOptimum,
            Pseudo::ProgressInner,
            Pseudo::ProgressBar,
            Pseudo::ProgressValue,
            Pseudo::Resizer,
            Pseudo::SwatchWrapper,
            Pseudo::Swatch,
            Pseudo::ScrollbarThumb,
            Pseudo::ScrollbarTrack,
            Pseudo::ScrollbarTrackPiece,
            Pseudo::ScrollbarButton,
            Pseudo::PickerIcon,
        ];
        if matched.iter().all(|m| m.pseudo.is_none()) {
            return;
        }
        // What is put before its text may begin with a letter.
        let mut begun = false;
        let barred = matched.iter().any(|m| m.pseudo == Some(Pseudo::Scrollbar));
        for (n, pseudo) in ALL.into_iter().enumerate() {
            let mut rules: Vec<&Matched<'p>> = matched.iter().filter(|m| m.pseudo == Some(pseudo)).collect();
            if rules.is_empty() {
                continue;
            }
            // A scrollbar without a style of its own is the system's, in whole.
            let shown = self.has_pseudo(node, pseudo, display, drawn) && (barred || !pseudo.is_scrollbar_part());
            if !shown || (pseudo == Pseudo::FirstLetter && !begun && !self.begins_with_letter(node)) {
                continue;
            }
            rules.retain(|m| self.containers_fit(m.rule, own));
            let (all, rules) = (rules.clone(), settled(&rules));
            if rules.is_empty() {
                continue;
            }
            let (at, values, budget) = (self.found.len(), self.values(own.dark, node), self.view.budget);
            budget.pay(declarations(&all, &[]));
            let variables = self.variables(&rules, &[], &own.variables, values);
            let mut won = Self::cascade(&rules, &[], Vec::new(), &variables, values, budget);
            if matches!(won.word(Property::Display), Some(Display::Word(w)) if &*w == "none") {
                continue;
            }
            // Without a word about `content` there is no such element; with any word, `none` among them, there is, for Chromium.
            let quotes = self.view.tree.is_html(node, "q");
            let generated = matches!(pseudo, Pseudo::Before | Pseudo::After) && !quotes;
            if generated && matches!(&won.slots[Property::Content as usize], Won::None) {
                continue;
            }
            let fitting = |mut won: Winners| {
                for slot in (0..Property::PICTURES).filter(|s| !Self::applies_to(*s, pseudo)) {
                    won.slots[slot] = Won::None;
                }
                won
            };
            begun |= pseudo == Pseudo::Before;
            let part = (n as u64 + 1) * 64;
            won = fitting(won);
            self.tell(node, &mut won.clone(), part);
            let restyle = |variables: &Variables| {
                budget.pay(declarations(&rules, &[]));
                fitting(Self::cascade(&rules, &[], Vec::new(), variables, values, budget))
            };
            self.animate(node, &won, (&variables, values), part, &restyle);
            if rules.len() < all.len() {
                let variables = self.variables(&all, &[], &own.variables, values);
                let mut start = fitting(Self::cascade(&all, &[], Vec::new(), &variables, values, budget));
                self.tell(node, &mut start, part);
                self.found_once(at);
            }
        }
    }

    pub(super) fn tell(&mut self, node: NodeId, won: &mut Winners, part: u64) {
        for n in 0..Property::PICTURES {
            if let Won::Set(Setting::Urls(urls), origin) = std::mem::replace(&mut won.slots[n], Won::None) {
                for url in urls.iter() {
                    self.found.push(Found { node, url: url.clone(), origin, part: part + n as u64 });
                }
            }
        }
    }

    pub(super) fn found_all(&mut self, node: NodeId, urls: &[String], origin: Origin, part: u64) {
        self.found.extend(urls.iter().map(|url| Found { node, url: url.clone(), origin, part }));
    }

    /// Of what was found since, each once.
    pub(super) fn found_once(&mut self, at: usize) {
        let mut seen = HashSet::new();
        let new = self.found.split_off(at);
        self.found.extend(new.into_iter().filter(|f| seen.insert((f.url.clone(), f.origin))));
    }

    fn matched(&mut self, node: NodeId, root: NodeId, from: &Inherited, caches: &mut SelectorCaches) -> Vec<Matched<'p>> {
        let tree = self.view.tree;
        let fold = |s: &str| if self.quirks == QuirksMode::Quirks { s.to_ascii_lowercase() } else { s.to_owned() };
        let mut candidates: Vec<u32> = Vec::new();
        if let Some(found) = tree.attr(node, "id").and_then(|id| self.by_id.get(&fold(id))) {
            candidates.extend(found);
        }
        for class in tree.attr(node, "class").unwrap_or_default().split_ascii_whitespace() {
            if let Some(found) = self.by_class.get(&fold(class)) {
                candidates.extend(found);
            }
        }
        let local = tree.local(node);
        if let Some(found) = self.by_name.get(local) {
            candidates.extend(found);
        }
        if tree.space(node) != Space::Html && local.bytes().any(|b| b.is_ascii_uppercase()) {
            candidates.extend(self.by_name.get(&*local.to_ascii_lowercase()).into_iter().flatten());
        }
        candidates.extend(&self.rest);
        // `class="a a"` names its rules twice.
        candidates.sort_unstable();
        candidates.dedup();
        let reach = self.view.shadows.reach(tree, node, root);
        let budget = self.view.budget;
        budget.pay((reach.len() as u64 - 1) * u64::from(tree.depth(node)));
        let element = El { view: &self.view, id: node };
        let mut matched = Vec::new();
        for n in candidates {
            if !budget.pay(reach.len() as u64) {
                break;
            }
            let entry = &self.entries[n as usize];
            let Some((_, inward)) = reach.iter().find(|(tree, _)| *tree == entry.root).copied() else { continue };
            // In a tree that it only goes to, `::slotted()` alone can mean it; from outside, and in its own tree after `:host`, `::part()`.
            let fits = match inward {
                i32::MAX => true,
                0 => !entry.selector.is_part() || entry.selector.iter_raw_match_order().any(Component::is_host),
                1.. => entry.selector.is_slotted(),
                _ => entry.selector.is_part(),
            };
            if !fits {
                continue;
            }
            let mode = if entry.pseudo.is_some() { MatchingMode::ForStatelessPseudoElement } else { MatchingMode::Normal };
            let mut context =
                MatchingContext::new(mode, None, caches, self.quirks, NeedsSelectorFlags::No, MatchingForInvalidation::No);
            context.current_host = if tree.has(entry.root, flag::SHADOW) {
                tree.parent(entry.root).map(|h| El { view: &self.view, id: h }.opaque())
            } else {
                None
            };
            let scopes = &entry.rule.scopes;
            // CSS Scoping 1 §3.2.1: in its own shadow tree a host has no features, and only `:host` means it.
            let far = context.with_featureless(inward == i32::MAX, |context| {
                if scopes.is_empty() {
                    matches_selector(entry.selector, 0, None, element, context).then_some(u32::MAX)
                } else {
                    scoped(entry.selector, scopes, tree.parent(entry.owner), element, context)
                }
            });
            let questions: usize = entry.rule.containers.iter().map(|q| q.condition.len() + 1).sum();
            // Read anew for each element.
            budget.pay(4 * questions as u64);
            // Pseudo-elements ask their element too, whose style is not known yet.
            if let Some(far) = far
                && (entry.pseudo.is_some() || self.containers_fit(entry.rule, from))
            {
                matched.push(Matched {
                    rule: entry.rule,
                    pseudo: entry.pseudo,
                    inward,
                    layer: entry.layer,
                    specificity: entry.selector.specificity(),
                    far,
                    order: entry.order,
                    sheet: entry.sheet,
                });
            }
        }
        matched
    }

    fn containers_fit(&self, rule: &Rule, from: &Inherited) -> bool {
        rule.containers.iter().all(|query| self.container_fits(query, from))
    }

    /// CSS Conditional 5 §5: does the nearest container that contains the sides that are asked about say yes?
    fn container_fits(&self, query: &ContainerQuery, from: &Inherited) -> bool {
        let mut container = from.containers.as_ref();
        if query.asked == Sides::None && query.name.is_none() {
            // Every element answers for its style.
            return self.answers(query, None, &from.variables, from.dark);
        }
        while let Some(c) = container.filter(|c| self.view.budget.pay_text(c.names.len() + 32)) {
            let named = query.name.as_ref().is_none_or(|n| c.names.split(' ').any(|own| own == n));
            if named && c.contained >= query.asked {
                return query.condition.is_empty() || self.answers(query, Some(c), &c.variables, c.dark);
            }
            container = c.outer.as_ref();
        }
        false
    }

    fn answers(&self, query: &ContainerQuery, sized: Option<&Container>, variables: &Variables, dark: bool) -> bool {
        let lookup = |name: &str| variables.get(name).cloned();
        let context = Context::new(&lookup, Values { screen: self.screen, dark, of: None }, self.view.budget);
        let screen = sized.map(|c| Screen { width: c.width, height: c.height, density: self.screen.density });
        let mut test = |name: &str, input: &mut cssparser::Parser<'_>| -> Parsed<Option<bool>> {
            if name == "style" {
                return query::style(input, 0, &context);
            }
            let start = input.position();
            while input.next().is_ok() {}
            let (Some(screen), "") = (&screen, name) else { return Ok(None) };
            // In the words of media queries.
            let text =
                input.slice_from(start).to_ascii_lowercase().replace("inline-size", "width").replace("block-size", "height");
            let mut input = cssparser::Parser::new(&text);
            let answer = screen.feature(&mut input).unwrap_or(None);
            Ok(answer.filter(|_| input.is_exhausted()))
        };
        let mut input = cssparser::Parser::new(&query.condition);
        query::condition(&mut input, 0, &mut test).is_ok_and(|t| t == Some(true)) && input.is_exhausted()
    }
}

pub(super) struct Matched<'p> {
    pub(super) rule: &'p Rule,
    pub(super) pseudo: Option<Pseudo>,
    /// How much farther in than the element's own tree the rule's is.
    pub(super) inward: i32,
    pub(super) layer: u32,
    pub(super) specificity: u32,
    /// How far above the element the root of the rule's scope is (CSS Cascade 6 §2.6.2, proximity).
    pub(super) far: u32,
    pub(super) order: u32,
    pub(super) sheet: usize,
}

/// How much there is to read for an element.
fn declarations(rules: &[&Matched<'_>], attribute: &[Declared]) -> u64 {
    (rules.iter().map(|m| m.rule.block.len()).sum::<usize>() + attribute.len()) as u64
}

/// Without the rules of `@starting-style`.
fn settled<'m, 'p>(rules: &[&'m Matched<'p>]) -> Vec<&'m Matched<'p>> {
    rules.iter().copied().filter(|m| !m.rule.starting).collect()
}

/// Is it the root of that scope? One that names none has what contains the sheet's element (CSS Cascade 6 §2.5.1).
fn is_scope_root(scope: &Scope, around: Option<NodeId>, element: El<'_>, context: &mut MatchingContext<'_, Css>) -> bool {
    match &scope.root {
        Some(list) => context.nest_for_scope_condition(None, |c| matches_selector_list(list, element, c)),
        None => Some(element.id) == around,
    }
}

/// `@scope`, the innermost last: is there a root above (or at) the element, and no limit between? How far up is the nearest?
fn scoped(
    selector: &Selector<Css>,
    scopes: &[Scope],
    around: Option<NodeId>,
    element: El<'_>,
    context: &mut MatchingContext<'_, Css>,
) -> Option<u32> {
    let (scope, outer) = scopes.split_last()?;
    let (mut at, mut far) = (Some(element), 0);
    while let Some(root) = at {
        let opaque: OpaqueElement = root.opaque();
        if is_scope_root(scope, around, root, context) && (outer.is_empty() || within(outer, around, root, context)) {
            let limited = scope.limit.as_ref().is_some_and(|list| {
                let mut between = Some(element);
                while let Some(e) = between {
                    if context.nest_for_scope_condition(Some(opaque), |c| matches_selector_list(list, e, c)) {
                        return true;
                    }
                    if e.id == root.id {
                        return false;
                    }
                    between = e.parent_element();
                }
                false
            });
            if !limited && context.nest_for_scope(Some(opaque), |c| matches_selector(selector, 0, None, element, c)) {
                return Some(far);
            }
        }
        at = root.parent_element();
        far += 1;
    }
    None
}

fn within(scopes: &[Scope], around: Option<NodeId>, element: El<'_>, context: &mut MatchingContext<'_, Css>) -> bool {
    let Some((scope, _)) = scopes.split_last() else { return true };
    let mut at = Some(element);
    while let Some(root) = at {
        if is_scope_root(scope, around, root, context) {
            return true;
        }
        at = root.parent_element();
    }
    false
}

/// The rank of a rule in the layer `inner` of a sheet that is in the layer `outer`.
fn rank(ranks: &HashMap<Layer, u32>, outer: Option<&Layer>, inner: Option<&Layer>) -> u32 {
    match (outer, inner) {
        (None, None) => u32::MAX,
        (Some(outer), Some(inner)) => {
            let whole: Layer = outer.iter().chain(inner.iter()).cloned().collect();
            ranks.get(&whole).copied().unwrap_or(0)
        }
        (Some(one), None) | (None, Some(one)) => ranks.get(one).copied().unwrap_or(0),
    }
}

impl<'p> Functions<'p> {
    /// Those of the page's sheets: of each name the last one in the strongest layer.
    pub(super) fn new(sheets: &'p [Applied<'p>], layers: &[Layer]) -> Self {
        let mut functions = Self::default();
        if sheets.iter().all(|s| s.functions.is_empty()) {
            return functions;
        }
        let ranks = ranks(layers);
        for sheet in sheets {
            for (name, layer, function) in sheet.functions {
                let layer = rank(&ranks, sheet.layer.as_ref(), layer.as_ref());
                if functions.known.get(&**name).is_none_or(|(other, _)| *other <= layer) {
                    functions.known.insert(name, (layer, function));
                }
            }
        }
        functions
    }
}

/// The rank of each layer: those named first are weakest, and what is in a layer itself is stronger than its inner layers.
fn ranks(layers: &[Layer]) -> HashMap<Layer, u32> {
    let mut known: Vec<Layer> = Vec::new();
    let mut seen = HashSet::new();
    for layer in layers {
        for n in 1..=layer.len() {
            let part: Layer = layer[..n].into();
            if seen.insert(part.clone()) {
                known.push(part);
            }
        }
    }
    // Order of first naming, among siblings: the place of each part of the name.
    let place: HashMap<&Layer, usize> = known.iter().enumerate().map(|(n, l)| (l, n)).collect();
    let key = |layer: &Layer| -> Vec<usize> {
        let mut key: Vec<usize> = (1..=layer.len()).map(|n| place[&Layer::from(&layer[..n])]).collect();
        // A layer's own rules come behind its inner layers.
        key.push(usize::MAX);
        key
    };
    let mut sorted: Vec<&Layer> = known.iter().collect();
    sorted.sort_by_cached_key(|l| key(l));
    sorted.into_iter().enumerate().map(|(n, l)| (l.clone(), n as u32)).collect()
}
