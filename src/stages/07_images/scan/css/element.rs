//! An element as selectors see it, in a page that has just been loaded and that nobody touches.
//! Spec: Selectors 4 §6–§15, HTML §4.16.3 (pseudo-classes).

use std::fmt;

use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::matching::{ElementSelectorFlags, MatchingContext, matches_selector_list};
use selectors::{Element, OpaqueElement};

use super::super::budget::Budget;
use super::super::tree::{NodeId, Space, Tree, flag};
use super::direction::Directions;
use super::forms::Forms;
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
    pub(super) forms: Forms,
    pub(super) directions: Directions,
    /// What walking through the page is paid from. When it is spent, nobody has relatives any more, and all walks end.
    pub(super) budget: &'t Budget,
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
    pub(super) fn tree(&self) -> &'t Tree {
        self.view.tree
    }

    pub(super) fn at(self, id: NodeId) -> Self {
        Self { id, ..self }
    }

    pub(super) fn attr(&self, name: &str) -> Option<&'t str> {
        self.pay(self.tree().attributes(self.id).len() as u64 / 8);
        self.tree().attr(self.id, name)
    }

    pub(super) fn pay(&self, steps: u64) -> bool {
        self.view.budget.pay(steps)
    }

    /// The elements in it, in document order.
    pub(super) fn descendants(self) -> impl Iterator<Item = Self> {
        let tree = self.tree();
        let nodes = std::iter::successors(tree.following(self.id, self.id, true), move |n| tree.following(*n, self.id, true));
        nodes.take_while(move |_| self.pay(1)).filter(move |n| tree.is_element(*n)).map(move |n| self.at(n))
    }

    pub(super) fn html(&self, names: &[&str]) -> bool {
        self.tree().space(self.id) == Space::Html && names.contains(&self.tree().local(self.id))
    }

    fn siblings(self, mut next: Option<NodeId>, step: impl Fn(NodeId) -> Option<NodeId>) -> Option<Self> {
        while let Some(id) = next.filter(|_| self.pay(1)) {
            if self.tree().is_element(id) {
                return Some(self.at(id));
            }
            next = step(id);
        }
        None
    }

    pub(super) fn can_be_disabled(&self) -> bool {
        self.html(&["button", "input", "select", "textarea", "optgroup", "option", "fieldset"])
    }

    pub(super) fn disabled(&self) -> bool {
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

    pub(super) fn kind(&self) -> String {
        /// The longest that means something.
        const LONGEST: usize = "datetime-local".len();
        self.attr("type").filter(|t| t.len() <= LONGEST).unwrap_or_default().to_ascii_lowercase()
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

    fn editable(&self) -> bool {
        let text = self.html(&["textarea"])
            || (self.html(&["input"])
                && !matches!(
                    self.attr("type").unwrap_or("text").to_ascii_lowercase().as_str(),
                    "hidden" | "range" | "color" | "checkbox" | "radio" | "file" | "submit" | "image" | "reset" | "button"
                ));
        (text && self.attr("readonly").is_none() && !self.disabled())
            || (!self.html(&["input", "textarea"]) && self.in_edited_text())
    }

    /// HTML §6.8.1: the nearest element that says whether its text can be changed says so for all in it.
    fn in_edited_text(&self) -> bool {
        let mut at = Some(*self);
        while let Some(el) = at {
            let said = el.attr("contenteditable");
            let is = |one_of: &[&str]| said.is_some_and(|v| one_of.iter().any(|w| v.eq_ignore_ascii_case(w)));
            if is(&["", "true", "plaintext-only"]) {
                return true;
            }
            if is(&["false"]) {
                return false;
            }
            at = el.parent_element();
        }
        false
    }

    /// Can it have the focus, so that `autofocus` gives it (HTML §6.6.2)?
    pub(super) fn focusable(&self) -> bool {
        if self.html(&["input"]) && self.kind() == "hidden" {
            return false;
        }
        let control = self.html(&["button", "input", "select", "textarea"]) && !self.disabled();
        control || self.is_link() || self.html(&["iframe", "summary"]) || self.attr("tabindex").is_some() || self.editable()
    }
}

impl Element for El<'_> {
    type Impl = Css;

    fn opaque(&self) -> OpaqueElement {
        OpaqueElement::new(self.tree().anchor(self.id))
    }

    fn parent_element(&self) -> Option<Self> {
        self.tree().parent(self.id).filter(|p| self.pay(1) && self.tree().is_element(*p)).map(|p| self.at(p))
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        self.tree().parent(self.id).is_some_and(|p| self.tree().has(p, flag::SHADOW))
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        let mut at = self.tree().parent(self.id);
        while let Some(id) = at {
            // Whatever is left, this is told: the matcher relies on it for what is in a slot.
            self.pay(1);
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
            self.pay(1);
            let space = match ns {
                NamespaceConstraint::Any => true,
                NamespaceConstraint::Specific(url) => &*n.ns == url.as_str(),
            };
            space && &*n.local == name.as_str() && self.view.budget.pay_text(value.len()) && operation.eval_str(value)
        })
    }

    fn match_non_ts_pseudo_class(&self, class: &Class, context: &mut MatchingContext<'_, Css>) -> bool {
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
            Class::Required => self.required(),
            Class::Optional => self.html(&["input", "select", "textarea"]) && !self.required(),
            Class::ReadWrite => self.editable(),
            Class::ReadOnly => !self.editable(),
            Class::PlaceholderShown => {
                self.html(&["input", "textarea"])
                    && self.attr("placeholder").is_some()
                    && self.attr("value").is_none_or(str::is_empty)
                    && !self.tree().has(self.id, flag::TEXT)
            }
            Class::Default => self.attr("checked").is_some() || self.attr("selected").is_some() || self.default_button(),
            Class::Focus => self.view.focused == Some(self.id),
            Class::FocusWithin => {
                let mut at = self.view.focused;
                while let Some(id) = at.filter(|id| *id != self.id && self.pay(1)) {
                    at = self.tree().parent(id);
                }
                at.is_some()
            }
            Class::Valid => (self.html(&["form", "fieldset"]) || self.is_validated()) && !self.invalid(),
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
                let (wanted, lang) = (wanted.as_str().as_bytes(), lang.as_bytes());
                lang.split_at_checked(wanted.len())
                    .is_some_and(|(own, rest)| own.eq_ignore_ascii_case(wanted) && matches!(rest, [] | [b'-', ..]))
            }),
            Class::Dir(ltr) => self.left_to_right() == *ltr,
            Class::Any(list) => context.nest(|c| matches_selector_list(list, *self, c)),
            Class::Within(list) => {
                let mut at = Some(*self);
                while let Some(el) = at.filter(|_| self.pay(4 * list.slice().len() as u64)) {
                    if context.nest(|c| matches_selector_list(list, el, c)) {
                        return true;
                    }
                    at = el.parent_element().or_else(|| el.containing_shadow_host());
                }
                false
            }
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
        self.tree().class(self.id).is_some_and(|v| self.view.budget.pay_text(v.len()) && v.split_ascii_whitespace().any(same))
    }

    fn has_custom_state(&self, _: &Word) -> bool {
        false
    }

    /// CSS Shadow Parts 1 §3.2: `exportparts="inner: outer, both"`.
    fn imported_part(&self, name: &Word) -> Option<Word> {
        let exported = self.attr("exportparts").filter(|v| self.view.budget.pay_text(v.len()))?;
        let mut pairs = exported.split(',').map(|pair| pair.split_once(':').unwrap_or((pair, pair)));
        pairs.find(|(_, outer)| outer.trim() == name.as_str()).map(|(inner, _)| Word::from(inner.trim()))
    }

    fn is_part(&self, name: &Word) -> bool {
        self.attr("part")
            .is_some_and(|v| self.view.budget.pay_text(v.len()) && v.split_ascii_whitespace().any(|p| p == name.as_str()))
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
