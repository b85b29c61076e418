//! What a sandbox takes from a page, as far as it changes what is asked for (HTML §7.1.5).

use super::policy::Gate;

/// Of the flags of a sandbox those that matter here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sandbox {
    /// The page has an origin of its own, and no address that others are told.
    pub(super) opaque: bool,
    /// Nothing happens by itself: `<meta http-equiv=refresh>` does nothing.
    pub(super) still: bool,
}

impl Sandbox {
    /// A sandbox with these words that allow something.
    pub(super) fn of<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut sandbox = Self { opaque: true, still: true };
        for word in words {
            sandbox.opaque &= !word.eq_ignore_ascii_case("allow-same-origin");
            sandbox.still &= !word.eq_ignore_ascii_case("allow-scripts");
        }
        sandbox
    }

    /// In both.
    pub(super) fn and(self, other: Self) -> Self {
        Self { opaque: self.opaque || other.opaque, still: self.still || other.still }
    }
}

impl Gate {
    /// The `sandbox` directives of a page's own policies.
    pub(super) fn sandbox(&self) -> Sandbox {
        let own = self.policies.iter().filter_map(|policy| policy.directive(&["sandbox"]));
        own.map(|(_, words)| Sandbox::of(words.iter().map(String::as_str))).fold(Sandbox::default(), Sandbox::and)
    }
}
