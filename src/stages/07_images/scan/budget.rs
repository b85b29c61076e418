//! How much work the styles of a page may cause: a bound for pages that are made to be slow, and the place where whoever waits is
//! asked whether to go on.

use std::cell::Cell;

/// Steps for a page with all its frames: a second or a few. A large page of documentation takes a few hundredths of it.
pub(super) const STEPS: u64 = 100_000_000;

/// So many steps lie between two questions.
const BETWEEN: u64 = 1 << 16;

/// What is left of it. A step is a look at an element, an attribute or a rule, or a few bytes of a value.
pub(super) struct Budget {
    left: Cell<u64>,
    /// Does nobody wait for the page any more?
    given_up: fn() -> bool,
}

impl Budget {
    pub(super) fn new(given_up: fn() -> bool) -> Self {
        Self { left: Cell::new(STEPS), given_up }
    }

    /// Pays for so many steps. False: nothing is left, and what is being found out cannot be.
    pub(super) fn pay(&self, steps: u64) -> bool {
        let before = self.left.get();
        let left = before.saturating_sub(steps);
        let gone = left / BETWEEN != before / BETWEEN && (self.given_up)();
        self.left.set(if gone { 0 } else { left });
        left > 0 && !gone
    }

    /// Pays for so many bytes of text that are read or copied.
    pub(super) fn pay_text(&self, bytes: usize) -> bool {
        self.pay(bytes as u64 / 32)
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{BETWEEN, Budget, STEPS};

    #[test]
    fn a_budget_lasts_as_long_as_it_says_and_stays_spent() {
        let budget = Budget::new(|| false);
        assert!(budget.pay(STEPS - 1) && !budget.is_spent());
        assert!(!budget.pay(1) && budget.is_spent());
        assert!(!budget.pay(0));
    }

    #[test]
    fn whoever_has_given_up_is_heard_soon() {
        let budget = Budget::new(|| true);
        assert!(budget.pay(1), "not asked at every step");
        assert!((0..BETWEEN).any(|_| !budget.pay(1)) && budget.is_spent());
    }
}
