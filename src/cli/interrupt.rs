//! Ctrl-C: the first ends the journey with everything told and no half files, the second ends the process at once.
//! So does SIGTERM (`kill`, `timeout`), after which the process dies of it all the same; a second SIGTERM changes nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::deadline::INTERRUPTED;

/// Every blocking call looks at [`INTERRUPTED`] when a signal ends it.
pub fn listen() {
    // The order counts: the first signal finds the flag not set yet. Where handlers cannot be had, Ctrl-C ends the process as ever.
    // SIGTERM says no more the second time: `timeout` sends it to the process, and then to all of its group.
    let _ = flag::register_conditional_default(SIGINT, &INTERRUPTED);
    let _ = flag::register(SIGTERM, &TERMINATED);
    for signal in [SIGINT, SIGTERM] {
        let _ = flag::register(signal, &INTERRUPTED);
    }
}

/// SIGTERM came.
static TERMINATED: AtomicBool = AtomicBool::new(false);

/// When all is told and tidy: whoever sent SIGTERM sees a process that died of it.
pub fn end() {
    if TERMINATED.load(Ordering::SeqCst) {
        let _ = low_level::emulate_default_handler(SIGTERM);
    }
}
