//! An element as selectors see it, in a page that has just been loaded and that nobody touches.
//! Spec: Selectors 4 §6–§15, HTML §4.16.3 (pseudo-classes).

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fmt;

use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::matching::{ElementSelectorFlags, MatchingContext};
use selectors::{Element, OpaqueElement};

use super::super::tree::{NodeId, Space, Tree, flag};
use super::selector::{Class, Css, Pseudo, Word};
use super::shadows::Shadows;

/// What matching needs to know besides the tree.
pub(super) struct View<'t> {
    pub(super) tree: &'t Tree,
    pub(super) xml: bool,
    pub(super) fragment: Option<&'t str>,
    /// What has the focus.
    pub(super) focused: Option<NodeId>,
    pub(super) shadows: Shadows,
    /// The default buttons of all forms, when one is asked about.
    pub(super) defaults: OnceCell<HashSet<NodeId>>,
    /// What the groups of radio buttons are, when one is asked about.
    pub(super) radios: OnceCell<Radios>,
}

/// Radio buttons by what holds for their group (HTML §4.10.5.1.16).
#[derive(Default)]
pub(super) struct Radios {
    /// One of the group is checked.
    checked: HashSet<NodeId>,
    /// One of the group has to be.
    required: HashSet<NodeId>,
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
        if self.html(&["option", "optgroup"]) {
            let group = self.parent_element().filter(|p| p.html(&["optgroup"]));
            return group.is_some_and(|g| g.attr("disabled").is_some());
        }
        let (mut at, mut below) = (self.parent_element(), *self);
        while let Some(parent) = at {
            // HTML §4.10.15: what is in the first legend stays enabled.
            let exempt = below.html(&["legend"]) && parent.first_legend() == Some(below.id);
            if parent.html(&["fieldset"]) && parent.attr("disabled").is_some() && !exempt {
                return true;
            }
            (at, below) = (parent.parent_element(), parent);
        }
        false
    }

    fn first_legend(self) -> Option<NodeId> {
        let mut at = self.first_element_child();
        while let Some(child) = at.filter(|c| !c.html(&["legend"])) {
            at = child.next_sibling_element();
        }
        at.map(|l| l.id)
    }

    fn kind(&self) -> String {
        self.attr("type").unwrap_or_default().to_ascii_lowercase()
    }

    /// HTML §4.10.5.3.7: has it a range, and is its value outside? None: it has none.
    fn outside_range(&self) -> Option<bool> {
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
        let value = self.attr("value").unwrap_or_default();
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

    /// HTML §4.10.20: a control whose value does not satisfy its constraints.
    fn invalid_control(&self) -> bool {
        if self.disabled() || (self.attr("readonly").is_some() && !self.html(&["select"])) {
            return false;
        }
        let mistyped = || {
            let value = self.attr("value").unwrap_or_default().trim();
            match (self.html(&["input"]), &*self.kind()) {
                (true, "email") => {
                    let parts = value.split_once('@');
                    !value.is_empty() && parts.is_none_or(|(a, b)| a.is_empty() || b.is_empty() || value.contains(' '))
                }
                (true, "url") => !value.is_empty() && ::url::Url::parse(value).is_err(),
                _ => false,
            }
        };
        self.wanting() || self.outside_range() == Some(true) || mistyped()
    }

    /// A control, or a form or fieldset with a control, that is invalid.
    fn invalid(&self) -> bool {
        if !self.html(&["form", "fieldset"]) {
            return self.invalid_control();
        }
        let tree = self.tree();
        let mut next = tree.following(self.id, self.id, true);
        while let Some(node) = next {
            if tree.is_element(node) && self.at(node).invalid_control() {
                return true;
            }
            next = tree.following(node, self.id, true);
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

    /// Required, and not filled in.
    fn wanting(&self) -> bool {
        if self.html(&["select"]) {
            return self.attr("required").is_some() && !self.disabled() && self.nothing_chosen();
        }
        let kind = self.kind();
        if self.html(&["input"]) && kind == "radio" {
            return !self.disabled() && self.radios().required.contains(&self.id) && !self.radios().checked.contains(&self.id);
        }
        // HTML §4.10.5.1, the table: to these `required` does not apply.
        if self.html(&["input"]) && matches!(&*kind, "range" | "color" | "hidden" | "submit" | "reset" | "button" | "image") {
            return false;
        }
        self.html(&["input", "textarea"])
            && self.attr("required").is_some()
            && self.attr("value").is_none_or(str::is_empty)
            && self.attr("checked").is_none()
            && !self.tree().has(self.id, flag::TEXT)
            && !self.disabled()
    }

    /// HTML §4.10.7: has a `select` no selected option, or only the one that asks for a choice?
    fn nothing_chosen(&self) -> bool {
        let tree = self.tree();
        let rows = self.attr("size").and_then(|s| s.trim().parse::<u32>().ok()).unwrap_or(0);
        let closed = self.attr("multiple").is_none() && rows <= 1;
        let (mut first, mut selected, mut shown) = (None, None, None);
        let mut next = tree.following(self.id, self.id, true);
        while let Some(node) = next {
            if tree.is_html(node, "option") {
                first.get_or_insert(node);
                if tree.attr(node, "selected").is_some() {
                    selected = Some(node);
                }
                if tree.attr(node, "disabled").is_none() {
                    shown.get_or_insert(node);
                }
            }
            next = tree.following(node, self.id, true);
        }
        let Some(chosen) = selected.or(shown.filter(|_| closed)) else { return true };
        // Without a `value` it is its text, of which is known only whether there is some.
        let empty = tree.attr(chosen, "value").map_or(!tree.has(chosen, flag::TEXT), str::is_empty);
        closed && first == Some(chosen) && empty && tree.parent(chosen) == Some(self.id)
    }

    fn radios(&self) -> &Radios {
        self.view.radios.get_or_init(|| {
            let tree = self.tree();
            let mut named: HashMap<&str, NodeId> = HashMap::new();
            let mut buttons = Vec::new();
            let mut next = tree.following(Tree::DOCUMENT, Tree::DOCUMENT, true);
            while let Some(node) = next {
                if tree.is_element(node) {
                    if let Some(id) = tree.attr(node, "id") {
                        named.entry(id).or_insert(node);
                    }
                    let button = self.at(node);
                    if button.html(&["input"]) && button.kind() == "radio" {
                        buttons.push(button);
                    }
                }
                next = tree.following(node, Tree::DOCUMENT, true);
            }
            // Without a name each is alone, and nothing is asked of it.
            let mut groups: HashMap<(Option<NodeId>, &str), (bool, bool, Vec<NodeId>)> = HashMap::new();
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
    fn chosen_option(&self) -> bool {
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
        let tree = self.tree();
        let mut first = None;
        let mut next = tree.following(list.id, list.id, true);
        while let Some(node) = next {
            if tree.is_html(node, "option") {
                if tree.attr(node, "selected").is_some() {
                    return false;
                }
                if first.is_none() && tree.attr(node, "disabled").is_none() {
                    first = Some(node);
                }
            }
            next = tree.following(node, list.id, true);
        }
        first == Some(self.id)
    }

    /// HTML §4.10.22.2: the first of its form that submits it.
    fn default_button(&self) -> bool {
        self.submits() && self.view.defaults.get_or_init(|| self.default_buttons()).contains(&self.id)
    }

    /// Those of all forms.
    fn default_buttons(&self) -> HashSet<NodeId> {
        let tree = self.tree();
        // The first element of each name.
        let mut named: HashMap<&str, NodeId> = HashMap::new();
        let mut buttons = Vec::new();
        let mut next = tree.following(Tree::DOCUMENT, Tree::DOCUMENT, true);
        while let Some(node) = next {
            if tree.is_element(node) {
                if let Some(id) = tree.attr(node, "id") {
                    named.entry(id).or_insert(node);
                }
                buttons.extend(Some(self.at(node)).filter(Self::submits));
            }
            next = tree.following(node, Tree::DOCUMENT, true);
        }
        let mut forms = HashSet::new();
        let mut first = |button: &Self| button.form(&named).is_some_and(|form| forms.insert(form));
        buttons.iter().filter(|b| first(b)).map(|b| b.id).collect()
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

    /// Can it have the focus, so that `autofocus` gives it (HTML §6.6.2)?
    pub(super) fn focusable(&self) -> bool {
        if self.html(&["input"]) && self.kind() == "hidden" {
            return false;
        }
        let control = self.html(&["button", "input", "select", "textarea"]) && !self.disabled();
        control || self.is_link() || self.html(&["iframe", "summary"]) || self.attr("tabindex").is_some() || self.editable()
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
        let own = self.tree().local(self.id);
        // HTML pages write the names of foreign elements in any case, and selectors too (Selectors 4 §5.1 leaves it to HTML).
        let foreign = || !self.view.xml && self.tree().space(self.id) != Space::Html;
        own == name.as_str() || (foreign() && own.eq_ignore_ascii_case(name.as_str()))
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
                (self.html(&["input"]) && self.attr("checked").is_some() && box_kind()) || self.chosen_option()
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
            Class::Default => self.attr("checked").is_some() || self.attr("selected").is_some() || self.default_button(),
            Class::Focus => self.view.focused == Some(self.id),
            Class::FocusWithin => {
                let mut at = self.view.focused;
                while let Some(id) = at.filter(|id| *id != self.id) {
                    at = self.tree().parent(id);
                }
                at.is_some()
            }
            Class::Valid => self.html(&["input", "select", "textarea", "form", "fieldset", "button"]) && !self.invalid(),
            Class::Invalid => self.invalid(),
            Class::OutOfRange => self.outside_range() == Some(true),
            Class::InRange => self.outside_range() == Some(false),
            Class::Indeterminate => {
                (self.html(&["progress"]) && self.attr("value").is_none())
                    || (self.html(&["input"]) && self.kind() == "radio" && !self.radios().checked.contains(&self.id))
            }
            Class::Defined => self.tree().space(self.id) != Space::Html || !self.tree().local(self.id).contains('-'),
            Class::Open => self.html(&["details", "dialog"]) && self.attr("open").is_some(),
            Class::Lang(wanted) => self.language().is_some_and(|lang| {
                let lang = lang.to_ascii_lowercase();
                lang.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
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

    fn assigned_slot(&self) -> Option<Self> {
        self.view.shadows.slot(self.id).map(|s| self.at(s))
    }

    fn has_id(&self, id: &Word, case: CaseSensitivity) -> bool {
        self.attr("id").is_some_and(|v| case.eq(v.as_bytes(), id.as_str().as_bytes()))
    }

    fn has_class(&self, name: &Word, case: CaseSensitivity) -> bool {
        let same = |class: &str| case.eq(class.as_bytes(), name.as_str().as_bytes());
        self.tree().class(self.id).is_some_and(|v| v.split_ascii_whitespace().any(same))
    }

    fn has_custom_state(&self, _: &Word) -> bool {
        false
    }

    /// CSS Shadow Parts 1 §3.2: `exportparts="inner: outer, both"`.
    fn imported_part(&self, name: &Word) -> Option<Word> {
        let mut pairs = self.attr("exportparts")?.split(',').map(|pair| pair.split_once(':').unwrap_or((pair, pair)));
        pairs.find(|(_, outer)| outer.trim() == name.as_str()).map(|(inner, _)| Word::from(inner.trim()))
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
