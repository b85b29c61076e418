//! When the page has ended and its sheets are there: what its styles make it fetch.

use std::collections::{HashMap, HashSet};

use encoding_rs::UTF_8;

use super::super::page::Page;
use super::super::policy::ReferrerPolicy;
use super::super::refer::Manner;
use super::super::reference::Source;
use super::super::tree::{NodeId, Space, Tree, flag};
use super::cascade::{self, Applied, Cascade, Input, Origin};
use super::direction::Directions;
use super::element::{El, View};
use super::forms::Forms;
use super::function::Functions;
use super::property;
use super::rendering::PAINTS;
use super::shadows::Shadows;
use super::sheet::{Layer, Named};

impl Page {
    /// All elements are there and all sheets: which pictures do styles show?
    pub(in super::super) fn finish_styles(&mut self) {
        let spent = self.shared.borrow().budget.is_spent();
        if (self.sheets.rendered.is_some() && !self.sheets.stale) || spent {
            self.sheets.stale = false;
            return;
        }
        self.sheets.stale = false;
        let left: Vec<NodeId> = self.tree.styles.keys().copied().collect();
        for node in left {
            self.style_element(node);
        }
        if !self.sheets.waiting.is_empty() {
            // An import of one of those: they settle when it is answered.
            self.sheets.stale = true;
            return;
        }
        if !self.rendered {
            self.sheets.rendered = Some(HashMap::new());
            return;
        }
        if !self.styles_matter() {
            self.sheets.rendered = None;
            return;
        }
        let (found, rendered) = self.cascade(None);
        let first = self.sheets.styled.is_empty();
        let mut styled = HashSet::new();
        for f in &found {
            styled.insert(f.node);
            if first || !self.sheets.styled.contains(&f.node) {
                self.tell_style(f);
            }
        }
        self.sheets.styled.extend(styled);
        // Of what was not reached nobody can say that it is not rendered.
        self.sheets.rendered = Some(rendered).filter(|_| !self.shared.borrow().budget.is_spent());
        if !std::mem::replace(&mut self.sheets.early, true) {
            self.tell_early(&found);
        }
    }

    /// Is there anything whose picture, or whose rendering, styles decide about?
    fn styles_matter(&self) -> bool {
        let sheets = self.sheets.slots.iter().filter_map(|s| s.sheet.as_ref());
        if sheets.flat_map(|s| &s.rules).any(|r| r.block.iter().any(property::Declared::pictures))
            || self.sheets.slots.iter().filter_map(|s| s.sheet.as_ref()).any(|s| !s.keyframes.is_empty())
        {
            return true;
        }
        (0..self.tree.len()).map(|n| NodeId(n as u32)).any(|node| {
            self.tree.attributes(node).any(|(name, value)| match &*name.local {
                "style" => property::may_name(value),
                "background" => true,
                paint if PAINTS.contains(&paint) => property::may_name(value),
                _ => false,
            }) || matches!(self.tree.local(node), "object" | "embed" | "iframe" | "frame")
        })
    }

    /// `end`: with the sheets alone that are there when the parser waits at it.
    pub(super) fn cascade(&self, end: Option<NodeId>) -> (Vec<cascade::Found>, HashMap<NodeId, (f64, f64)>) {
        // Sheets count in the order of the elements that brought them, imports before what imports them.
        let mut place = HashMap::new();
        let bring: HashSet<NodeId> = self.sheets.slots.iter().map(|s| s.owner).collect();
        let mut roots = vec![(Tree::DOCUMENT, 0_u64)];
        roots.extend(self.shadows.iter().enumerate().map(|(n, (_, root))| (*root, n as u64 + 1)));
        for (root, rank) in &roots {
            let mut at = self.tree.following(*root, *root, true);
            let mut n = 0_u64;
            while let Some(node) = at {
                if bring.contains(&node) {
                    place.insert(node, (*rank, n, *root));
                }
                n += 1;
                at = self.tree.following(node, *root, true);
            }
        }
        let mut owners: Vec<usize> = (0..self.sheets.slots.len()).filter(|n| self.sheets.slots[*n].parent.is_none()).collect();
        owners.retain(|n| place.contains_key(&self.sheets.slots[*n].owner) && self.is_there(*n, end));
        owners.sort_by_key(|n| place[&self.sheets.slots[*n].owner]);
        let mut applied = Vec::new();
        let mut layers = Vec::new();
        for n in owners {
            let root = place[&self.sheets.slots[n].owner].2;
            self.flatten(n, root, None, end, &mut applied, &mut layers);
        }
        let functions = Functions::new(&applied, &layers);
        let undecided = self.plugins.iter().copied().chain(self.objects.iter().map(|(_, node)| *node));
        let undecided: HashSet<NodeId> =
            undecided.filter(|n| self.tree.is_html(*n, "object") && !self.tree.has(*n, flag::FAILED)).collect();
        let pending = |node: NodeId| undecided.contains(&node);
        let inline = |text: &str| self.gate.inline_style(true, text, "").is_ok();
        let budget = self.shared.borrow().budget.clone();
        let (budget, shadows) = (&*budget, Shadows::new(&self.tree, &[]));
        let view = View {
            tree: &self.tree,
            xml: self.xml,
            fragment: None,
            focused: None,
            forms: Forms::default(),
            directions: Directions::default(),
            shadows,
            budget,
        };
        let input = Input {
            tree: &self.tree,
            screen: &self.screen,
            xml: self.xml,
            quirks: self.quirks,
            fragment: self.url.fragment(),
            focused: self.autofocused(&view),
            budget,
            dark: self.dark.unwrap_or(false),
            sheets: &applied,
            functions: &functions,
            layers: &layers,
            shadows: &self.shadows,
            inline: &inline,
            pending: &pending,
        };
        let mut cascade = Cascade::new(&input);
        cascade.run();
        (cascade.found, cascade.rendered.into_iter().collect())
    }

    /// The first element that asks for the focus, unless the URL leads to another place (HTML §6.6.7).
    fn autofocused(&self, view: &View<'_>) -> Option<NodeId> {
        let tree = &self.tree;
        let asked = self.url.fragment().filter(|f| !f.is_empty());
        let (mut found, mut next) = (None, tree.following(Tree::DOCUMENT, Tree::DOCUMENT, true));
        while let Some(id) = next {
            if tree.is_element(id) {
                if asked.is_some() && tree.attr(id, "id") == asked {
                    return None;
                }
                if found.is_none() && tree.attr(id, "autofocus").is_some() && (El { view, id }).focusable() {
                    found = Some(id);
                }
            }
            next = tree.following(id, Tree::DOCUMENT, true);
        }
        found
    }

    fn flatten<'s>(
        &'s self,
        n: usize,
        root: NodeId,
        outer: Option<&Layer>,
        end: Option<NodeId>,
        applied: &mut Vec<Applied<'s>>,
        layers: &mut Vec<Layer>,
    ) {
        let slot = &self.sheets.slots[n];
        let Some(sheet) = &slot.sheet else { return };
        let joined = |inner: &Layer| -> Layer { outer.iter().flat_map(|l| l.iter()).chain(inner.iter()).cloned().collect() };
        for named in &sheet.named {
            match named {
                Named::Layer(layer) => layers.push(joined(layer)),
                Named::Import(i) => {
                    let own = sheet.imports[*i].layer.as_ref().map(&joined);
                    layers.extend(own.clone());
                    if end != Some(slot.owner)
                        && let Some(inner) = slot.imports.get(*i).copied().flatten()
                    {
                        self.flatten(inner, root, own.as_ref().or(outer), end, applied, layers);
                    }
                }
            }
        }
        applied.push(Applied {
            rules: &sheet.rules,
            keyframes: &sheet.keyframes,
            registered: &sheet.registered,
            functions: &sheet.functions,
            sheet: n,
            owner: slot.owner,
            root,
            layer: outer.cloned(),
        });
    }

    pub(super) fn tell_style(&mut self, found: &cascade::Found) {
        // A fragment alone is something in this document.
        if found.url.trim_start().starts_with('#') {
            return;
        }
        let order = self.order(found.node, 2 + found.part);
        // Unlike CSSOM and Referrer Policy §8.5: Chromium asks for the pictures of styles that stand in the page with the policy
        // that there is where nobody has said one.
        let inline = ReferrerPolicy::default();
        let base = if self.tree.has(found.node, flag::BASED) { self.base.clone() } else { self.fallback.clone() };
        let r = match found.origin {
            Origin::Sheet(n) => {
                let slot = &self.sheets.slots[n];
                let (source, encoding) = (slot.source, slot.encoding);
                // What a `style` element imports follows the page's policy, its pictures do not.
                let policy = if source == Source::StyleElement { inline } else { slot.policy };
                let manner = Manner { base: &slot.base, encoding, policy, from: slot.from.as_ref(), ..self.manner(source) };
                self.refer(order, &found.url, manner)
            }
            // Chromium encodes queries of `style` attributes in UTF-8.
            Origin::Attribute => {
                let manner = Manner { base: &base, encoding: UTF_8, policy: inline, ..self.manner(Source::StyleAttribute) };
                self.refer(order, &found.url, manner)
            }
            // Read when styles are, hence with the base that there is then.
            Origin::Hint => {
                let manner = self.manner(Source::BackgroundAttribute);
                let policy = if self.tree.space(found.node) == Space::Svg { inline } else { manner.policy };
                self.refer(order, &found.url, Manner { policy, ..manner })
            }
        };
        self.push(r);
    }

    /// Is an `object`, `embed` or frame rendered? Known when the page has ended and its sheets are there.
    pub(in super::super) fn is_rendered(&self, node: NodeId) -> bool {
        self.sheets.rendered.as_ref().is_none_or(|r| r.contains_key(&node))
    }
}
