//! What the parts of a running bridge share.

use std::sync::Arc;

use super::late::Late;
use super::matching::Matching;
use super::report::Reporter;
use super::wishes::Wishes;
use crate::sms::settings::{OnUnknown, ServiceNumber};
use crate::sms::state::State;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) state: Arc<State>,
    pub(super) matching: Matching,
    pub(super) wishes: Wishes,
    pub(super) late: Late,
    pub(super) reporter: Reporter,
    pub(super) service: ServiceNumber,
    pub(super) on_unknown: OnUnknown,
}
