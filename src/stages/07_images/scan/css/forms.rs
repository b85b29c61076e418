//! Controls of forms: what they ask for, and whether they have it, in a page that has just been loaded.
//! Spec: HTML §4.10.5 (`input`), §4.10.7 (`select`), §4.10.20 (constraints).

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use selectors::Element;

use super::super::tree::{NodeId, Tree, flag};
use super::element::El;

/// What is found out of all controls at once, when one is asked about: each by itself would walk through the page again.
#[derive(Default)]
pub(super) struct Forms {
    /// The default buttons of all forms.
    defaults: OnceCell<HashSet<NodeId>>,
    /// What the groups of radio buttons are.
    radios: OnceCell<Radios>,
    /// Forms and fieldsets with an invalid control.
    invalid: OnceCell<HashSet<NodeId>>,
    /// Of each closed list the option that it shows where none says that it is selected.
    shown: RefCell<HashMap<NodeId, Option<NodeId>>>,
}

/// Radio buttons by what holds for their group (HTML §4.10.5.1.16).
#[derive(Default)]
pub(super) struct Radios {
    /// One of the group is checked.
    pub(super) checked: HashSet<NodeId>,
    /// One of the group has to be.
    required: HashSet<NodeId>,
}

/// A group of radio buttons: is one checked, has one to be, and which are they?
type Group = (bool, bool, Vec<NodeId>);

impl El<'_> {
    /// HTML §4.10.5.3.7: has it a range, and is its value outside? None: it has none.
    pub(super) fn outside_range(&self) -> Option<bool> {
        let kind = self.kind();
        if !self.html(&["input"]) || !matches!(&*kind, "number" | "range" | "date" | "month" | "week" | "time" | "datetime-local")
        {
            return None;
        }
        let (least, most) = (self.attr("min"), self.attr("max"));
        if kind == "range" {
            return Some(false);
        }
        if least.is_none() && most.is_none() {
            return None;
        }
        let value = self.attr("value").filter(|v| self.view.budget.pay_text(v.len())).unwrap_or_default();
        if kind == "number" {
            let number = |text: &str| text.trim().parse::<f64>().ok();
            let Some(value) = number(value) else { return Some(false) };
            let below = least.and_then(number).is_some_and(|l| value < l);
            return Some(below || most.and_then(number).is_some_and(|m| value > m));
        }
        // Written in one way only, dates and times sort as text.
        let same = |limit: &&str| limit.len() == value.len();
        Some(least.filter(same).is_some_and(|l| value < l) || most.filter(same).is_some_and(|m| value > m))
    }

    /// HTML §4.10.5.3.8: a number that is not a whole number of steps away from the least one, or else from what stands there.
    fn off_step(&self) -> bool {
        let read = |name| self.attr(name).filter(|text| self.view.budget.pay_text(text.len()));
        let number = |name| read(name).and_then(|text| text.trim().parse::<f64>().ok());
        let step = self.attr("step").unwrap_or("1");
        if !self.html(&["input"]) || self.kind() != "number" || step.eq_ignore_ascii_case("any") {
            return false;
        }
        let (Some(value), Some(base)) = (number("value"), number("min")) else { return false };
        let step = number("step").filter(|s| *s > 0.0).unwrap_or(1.0);
        let steps = (value - base) / step;
        (steps - steps.round()).abs() > 1e-6
    }

    /// HTML §4.10.20.1: a control that constraints are for.
    pub(super) fn is_validated(&self) -> bool {
        let kind = self.kind();
        let barred = match self.tree().local(self.id) {
            "input" => self.attr("readonly").is_some() || matches!(&*kind, "hidden" | "reset" | "button"),
            "textarea" => self.attr("readonly").is_some(),
            "button" => matches!(&*kind, "reset" | "button"),
            "select" => false,
            _ => true,
        };
        self.html(&["input", "textarea", "button", "select"]) && !barred && !self.disabled()
    }

    /// HTML §4.10.20: a control whose value does not satisfy its constraints.
    pub(super) fn invalid_control(&self) -> bool {
        if !self.is_validated() {
            return false;
        }
        let mistyped = || {
            let value = self.attr("value").filter(|v| self.view.budget.pay_text(v.len())).unwrap_or_default().trim();
            match (self.html(&["input"]), &*self.kind()) {
                (true, "email") => {
                    let parts = value.split_once('@');
                    !value.is_empty() && parts.is_none_or(|(a, b)| a.is_empty() || b.is_empty() || value.contains(' '))
                }
                (true, "url") => !value.is_empty() && ::url::Url::parse(value).is_err(),
                _ => false,
            }
        };
        self.wanting() || self.outside_range() == Some(true) || self.off_step() || mistyped()
    }

    /// A control, or a form or fieldset with a control, that is invalid.
    pub(super) fn invalid(&self) -> bool {
        if !self.html(&["form", "fieldset"]) {
            return self.invalid_control();
        }
        self.view.forms.invalid.get_or_init(|| self.holders_of_invalid()).contains(&self.id)
    }

    /// What invalid controls are in, up to the roots of their trees.
    fn holders_of_invalid(&self) -> HashSet<NodeId> {
        let tree = self.tree();
        let mut holders = HashSet::new();
        let nodes = (0..tree.len() as u32).map(NodeId).filter(|n| self.pay(1) && tree.is_element(*n));
        for node in nodes.filter(|n| self.at(*n).invalid_control()) {
            let within = |n: &NodeId| !tree.has(*n, flag::SHADOW | flag::CONTENTS);
            let mut at = tree.parent(node).filter(within);
            // What is known already has all around it known too.
            while let Some(holder) = at.filter(|h| holders.insert(*h)) {
                at = tree.parent(holder).filter(within);
            }
        }
        holders
    }

    /// Required, and not filled in.
    pub(super) fn wanting(&self) -> bool {
        if self.html(&["select"]) {
            return self.attr("required").is_some() && !self.disabled() && self.nothing_chosen();
        }
        let kind = self.kind();
        if self.html(&["input"]) && kind == "radio" {
            return !self.disabled() && self.radios().required.contains(&self.id) && !self.radios().checked.contains(&self.id);
        }
        self.required()
            && self.attr("value").is_none_or(str::is_empty)
            && self.attr("checked").is_none()
            && !self.tree().has(self.id, flag::TEXT)
            && !self.disabled()
    }

    /// HTML §4.10.7: has a `select` no selected option, or only the one that asks for a choice?
    pub(super) fn nothing_chosen(&self) -> bool {
        let tree = self.tree();
        let rows = self.attr("size").and_then(|s| s.trim().parse::<u32>().ok()).unwrap_or(0);
        let closed = self.attr("multiple").is_none() && rows <= 1;
        let (mut first, mut selected, mut shown) = (None, None, None);
        for option in self.descendants().filter(|e| e.html(&["option"])) {
            first.get_or_insert(option.id);
            if option.attr("selected").is_some() {
                selected = Some(option);
            }
            if option.attr("disabled").is_none() {
                shown.get_or_insert(option);
            }
        }
        let Some(chosen) = selected.or(shown.filter(|_| closed)) else { return true };
        // Without a `value` it is its text, of which is known only whether there is some.
        let empty = chosen.attr("value").map_or(!tree.has(chosen.id, flag::TEXT), str::is_empty);
        closed && first == Some(chosen.id) && empty && tree.parent(chosen.id) == Some(self.id)
    }

    /// HTML §4.10.22.2: the first of its form that submits it.
    pub(super) fn default_button(&self) -> bool {
        self.submits()
            && self
                .view
                .forms
                .defaults
                .get_or_init(|| {
                    let (buttons, named) = self.controls(Self::submits);
                    let mut forms = HashSet::new();
                    let mut first = |button: &Self| button.form(&named).is_some_and(|form| forms.insert(form));
                    buttons.iter().filter(|b| first(b)).map(|b| b.id).collect()
                })
                .contains(&self.id)
    }

    fn submits(&self) -> bool {
        (self.html(&["button"]) && !matches!(&*self.kind(), "button" | "reset"))
            || (self.html(&["input"]) && matches!(&*self.kind(), "submit" | "image"))
    }

    /// The form that it belongs to: the one that `form` names, else the one around it.
    fn form(&self, named: &HashMap<&str, NodeId>) -> Option<NodeId> {
        if let Some(name) = self.attr("form") {
            return named.get(name).copied().filter(|n| self.tree().is_html(*n, "form"));
        }
        let mut at = self.parent_element();
        while let Some(parent) = at.filter(|p| !p.html(&["form"])) {
            at = parent.parent_element();
        }
        at.map(|form| form.id)
    }

    /// The controls of the page that are `wanted`, and the first element of each id, by which they may name their form.
    fn controls(&self, wanted: impl Fn(&Self) -> bool) -> (Vec<Self>, HashMap<&str, NodeId>) {
        let mut named = HashMap::new();
        let mut controls = Vec::new();
        for element in self.at(Tree::DOCUMENT).descendants() {
            if let Some(id) = element.attr("id") {
                named.entry(id).or_insert(element.id);
            }
            controls.extend(Some(element).filter(&wanted));
        }
        (controls, named)
    }

    pub(super) fn radios(&self) -> &Radios {
        self.view.forms.radios.get_or_init(|| {
            let (buttons, named) = self.controls(|e| e.html(&["input"]) && e.kind() == "radio");
            // Without a name each is alone, and nothing is asked of it.
            let mut groups: HashMap<(Option<NodeId>, &str), Group> = HashMap::new();
            let mut radios = Radios::default();
            for button in buttons {
                let checked = button.attr("checked").is_some();
                let Some(name) = button.attr("name").filter(|n| !n.is_empty()) else {
                    if checked {
                        radios.checked.insert(button.id);
                    }
                    continue;
                };
                let group = groups.entry((button.form(&named), name)).or_default();
                group.0 |= checked;
                group.1 |= button.attr("required").is_some();
                group.2.push(button.id);
            }
            for (checked, required, all) in groups.into_values() {
                if checked {
                    radios.checked.extend(&all);
                }
                if required {
                    radios.required.extend(&all);
                }
            }
            radios
        })
    }

    /// The selected option, or the first one of a closed list where none says so.
    pub(super) fn chosen_option(&self) -> bool {
        if !self.html(&["option"]) {
            return false;
        }
        if self.attr("selected").is_some() {
            return true;
        }
        let mut at = self.parent_element();
        while let Some(list) = at.filter(|l| !l.html(&["select"])) {
            at = list.parent_element();
        }
        let Some(list) = at.filter(|l| l.attr("multiple").is_none() && l.attr("size").is_none()) else { return false };
        *self.view.forms.shown.borrow_mut().entry(list.id).or_insert_with(|| list.first_option()) == Some(self.id)
    }

    /// The first option that can be chosen, unless one is selected.
    fn first_option(&self) -> Option<NodeId> {
        let mut first = None;
        for option in self.descendants().filter(|e| e.html(&["option"])) {
            if option.attr("selected").is_some() {
                return None;
            }
            if first.is_none() && option.attr("disabled").is_none() {
                first = Some(option.id);
            }
        }
        first
    }

    /// Has it to be filled in? HTML §4.10.5.1, the table: of some kinds nothing can be asked.
    pub(super) fn required(&self) -> bool {
        let kind = self.kind();
        let asked = self.html(&["select", "textarea"])
            || (self.html(&["input"])
                && !matches!(&*kind, "range" | "color" | "hidden" | "submit" | "reset" | "button" | "image"));
        asked && self.attr("required").is_some()
    }
}
