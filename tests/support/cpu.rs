//! The processor time of a thread, which a busy machine does not make more of.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What this thread has had of a processor.
pub fn of_this_thread() -> Duration {
    let had = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(had).expect("time had is not negative")
}
