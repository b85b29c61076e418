//! What a sheet that was read consists of.

use std::rc::Rc;

use selectors::parser::SelectorList;

use super::function::Function;
use super::property::Declared;
use super::registered::Registered;
use super::selector::Css;

/// `a.b`; a layer without a name has one of its own.
pub(super) type Layer = Rc<[Rc<str>]>;

/// A question to the container around an element.
#[derive(Debug, Clone)]
pub(super) struct ContainerQuery {
    pub(super) name: Option<String>,
    pub(super) condition: String,
    /// The sides that it asks about.
    pub(super) asked: Sides,
}

/// Sides of a container that do not depend on what is in it (CSS Conditional 5 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sides {
    None,
    Width,
    Both,
}

/// `@scope (root) to (limit)`
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) root: Option<SelectorList<Css>>,
    pub(super) limit: Option<SelectorList<Css>>,
}

/// One rule: selectors and the declarations that matter.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) selectors: SelectorList<Css>,
    pub(super) block: Rc<[Declared]>,
    pub(super) layer: Option<Layer>,
    pub(super) containers: Rc<[ContainerQuery]>,
    pub(super) scopes: Rc<[Scope]>,
    /// In `@starting-style`.
    pub(super) starting: bool,
}

/// `@keyframes`
#[derive(Debug)]
pub(super) struct Keyframes {
    pub(super) name: Rc<str>,
    pub(super) layer: Option<Layer>,
    pub(super) frames: Vec<Frame>,
}

/// What is said for some moments of an animation.
#[derive(Debug)]
pub(super) struct Frame {
    /// When: from 0, the beginning, to 1, the end.
    pub(super) at: Vec<f64>,
    pub(super) block: Vec<Declared>,
}

/// `@import`
#[derive(Debug)]
pub(super) struct Import {
    pub(super) url: String,
    pub(super) layer: Option<Layer>,
    /// The media query, when it does not match.
    pub(super) refused: Option<String>,
    /// `supports()` says no.
    pub(super) unsupported: bool,
}

/// What gives layers their order: where they are first named.
#[derive(Debug)]
pub(super) enum Named {
    Layer(Layer),
    Import(usize),
}

/// A sheet that was read.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) rules: Vec<Rule>,
    pub(super) imports: Vec<Import>,
    pub(super) named: Vec<Named>,
    /// Those that may name pictures.
    pub(super) keyframes: Vec<Keyframes>,
    /// `@property`, without the dashes.
    pub(super) registered: Vec<(Rc<str>, Registered)>,
    /// `@function`, without the dashes, and their layers.
    pub(super) functions: Vec<(Rc<str>, Option<Layer>, Function)>,
}
