//! Ctrl-C: the first ends the journey with everything told and no half files, the second ends the process at once.

use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::deadline::INTERRUPTED;

/// Every blocking call looks at [`INTERRUPTED`] when a signal ends it.
pub fn listen() {
    // The order counts: the first signal finds the flag not set yet. Where handlers cannot be had, Ctrl-C ends the process as ever.
    let _ = flag::register_conditional_default(SIGINT, &INTERRUPTED);
    let _ = flag::register(SIGINT, &INTERRUPTED);
}
