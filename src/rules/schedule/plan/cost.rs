//! The cost of a question about a rule, in steps that tests can count: a machine that is busy does not take more of them.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Called once in every round of a loop over what a rule names.
#[inline]
pub(super) fn step() {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

/// The steps that something takes.
#[cfg(test)]
pub(in crate::rules) fn steps_of<T>(what: impl FnOnce() -> T) -> (T, u64) {
    let before = STEPS.with(std::cell::Cell::get);
    let done = what();
    (done, STEPS.with(std::cell::Cell::get) - before)
}
