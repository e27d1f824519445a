//! The way to one account at an SMSC: what has leave is submitted in order, segment by segment, and its end reported.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, error, warn};

use super::matching::{Expecting, reference_of};
use super::pdus;
use super::shared::Shared;
use super::throttled::Throttled;
use crate::log::Verdict;
use crate::rules::sms::{Attempted, DeferReason, FailReason, Granted, Report, UnknownReason};
use crate::sms::link::{Answer, Link, Submitting, UnknownWhy};
use crate::sms::pdu::status::{Class, Named, ROK, SessionFault};
use crate::sms::settings::{Account, OnUnknown};
use crate::sms::state::{Delivery, Known};
use crate::sms::{number, text};
use crate::wire::work::Work;

/// Leave is asked for anew after this time: what it was given on may have changed.
const LEAVE_GOOD_FOR: Duration = Duration::from_secs(20);
/// The least time that an SMSC which throttles is left alone.
const THROTTLE_PAUSE: Duration = Duration::from_secs(1);
/// An account that is refused is somebody's to look at.
const REFUSED_PAUSE: Duration = Duration::from_secs(30);
/// After a first error that passes, and doubled with each further one.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);
const TRY_AGAIN_AFTER_MAX: Duration = Duration::from_secs(600);
/// A wish that was just spoken is decided by then.
const HELD_BACK_FOR: Duration = Duration::from_secs(2);

/// A delivery with leave to be submitted.
#[derive(Debug)]
pub(super) struct Leave {
    /// Its item's sequence on OUTBOX.
    pub(super) item: u64,
    pub(super) work: Arc<Work>,
    pub(super) granted: Granted,
    pub(super) since: Instant,
}

/// An attempt that is over, and reported.
#[derive(Debug)]
pub(super) struct Over {
    pub(super) item: u64,
    pub(super) then: Then,
}

/// What becomes of the item.
#[derive(Debug, PartialEq)]
pub(super) enum Then {
    Settle(Verdict),
    /// It takes its turn again at once.
    Again,
}

/// One account's lane.
pub(super) struct Lane {
    pub(super) account: Arc<Account>,
    pub(super) link: Link,
    pub(super) shared: Arc<Shared>,
    pub(super) over: mpsc::Sender<Over>,
    pub(super) throttled: Throttled,
}

impl Lane {
    /// Submits until no leave can come any more.
    pub(super) async fn run(self, mut leaves: mpsc::Receiver<Leave>) {
        let lane = Arc::new(self);
        while let Some(leave) = leaves.recv().await {
            match lane.begin(&leave).await {
                Ok(begun) => {
                    let lane = Arc::clone(&lane);
                    tokio::spawn(async move { lane.conclude(leave, begun).await });
                }
                Err(report) => lane.finish(&leave, report, Then::Settle(Verdict::Done)).await,
            }
        }
    }

    /// Queues the segments that the SMSC does not have yet, or says why there can be none.
    async fn begin(&self, leave: &Leave) -> Result<Begun, Report> {
        let Leave { work, granted, .. } = leave;
        let fails = |reason| {
            let (message, to) = (granted.message, granted.to.clone());
            let attempt =
                Attempted { message, to, connector: self.account.name().to_owned(), ids: Vec::new() };
            Report::Failed { attempt, reason }
        };
        let text = work.text.as_deref().ok_or_else(|| fails(FailReason::NoText))?;
        if !number::gets_sms(granted.phone) {
            return Err(fails(FailReason::BadNumber));
        }
        let reference = reference_of(granted.message);
        let segments = text::segment(text, &self.account.style, reference);
        let segments = segments.map_err(|_| fails(FailReason::TooLong))?;
        let before = self.before(leave);
        // Ids of another SMSC, or of a text that was cut otherwise, are not its ids.
        let ids = match &before {
            Some(row) if row.connector == self.account.name() && row.ids.len() == segments.len() => {
                row.ids.clone()
            }
            Some(_) | None => vec![None; segments.len()],
        };
        let expecting = self.shared.matching.expecting();
        let mut submitting = Vec::with_capacity(segments.len());
        for (segment, id) in segments.into_iter().zip(&ids) {
            if id.is_some() {
                submitting.push(None);
                continue;
            }
            let pdu =
                pdus::submit(&self.account, &self.shared.service, granted, work.expires, reference, segment);
            let wanted = || {
                leave.since.elapsed() < LEAVE_GOOD_FOR
                    && !self.throttled.since(leave.since)
                    && self.shared.wishes.allow(granted)
            };
            submitting.push(Some(self.link.submit_if(pdu, wanted).await));
        }
        Ok(Begun { ids, submitting, before, expecting })
    }

    fn before(&self, leave: &Leave) -> Option<Delivery> {
        let found = self.shared.state.delivery(leave.granted.message, &leave.granted.to);
        found.unwrap_or_else(|fault| {
            warn!(message = %leave.granted.message, %fault, "an earlier attempt is not known");
            None
        })
    }

    /// Waits for the responses and reports.
    async fn conclude(&self, leave: Leave, begun: Begun) {
        let Begun { mut ids, submitting, before, expecting } = begun;
        let segments = ids.len();
        let mut worst = Worst::Accepted;
        for (place, submitting) in submitting.into_iter().enumerate() {
            let Some(submitting) = submitting else { continue };
            let answer = submitting.await;
            if let Answer::Response { status: ROK, message_id } = answer {
                self.throttled.over();
                self.named(&leave.granted, (place, segments), &message_id).await;
                ids.get_mut(place).into_iter().for_each(|id| *id = Some(message_id.clone()));
            } else {
                worst = worst.or(self.judge(&answer));
            }
        }
        drop(expecting);
        let attempt = Attempted {
            message: leave.granted.message,
            to: leave.granted.to.clone(),
            connector: self.account.name().to_owned(),
            ids,
        };
        let (report, then) = self.result(attempt, worst, &leave, before.as_ref());
        self.finish(&leave, report, then).await;
    }

    /// An id: receipts that were there before it are reported now.
    async fn named(&self, granted: &Granted, (segment, segments): (usize, usize), id: &str) {
        let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        let known = Known {
            message: granted.message,
            to: granted.to.clone(),
            segment: small(segment),
            segments: small(segments),
        };
        match self.shared.matching.named(self.account.name(), id, &known) {
            Ok(reports) => {
                for report in reports {
                    // It is in the log already, unmatched: nobody waits for this.
                    drop(self.shared.reporter.hand_in(report).await);
                }
            }
            Err(fault) => warn!(%fault, "receipts that came before are not looked up"),
        }
    }

    fn pause(&self, least: Duration) {
        self.link.pause(self.throttled.again(least, Instant::now()));
    }

    fn judge(&self, answer: &Answer) -> Worst {
        match answer {
            Answer::NotSent => Worst::NotSent,
            Answer::Unknown(UnknownWhy::ConnectionLost) => Worst::Unknown(UnknownReason::Disconnected),
            Answer::Unknown(UnknownWhy::TimedOut) => Worst::Unknown(UnknownReason::NoResponse),
            Answer::Response { status, .. } => self.classed(*status),
        }
    }

    /// What follows from an SMSC's refusal.
    fn classed(&self, status: u32) -> Worst {
        match self.account.connector.status.class(status) {
            Class::Accepted => Worst::Accepted,
            Class::Throttle => {
                debug!(connector = self.account.name(), status = %Named(status), "throttled");
                self.pause(THROTTLE_PAUSE);
                Worst::Throttled(status)
            }
            Class::Temporary { tries_max } => Worst::Temporary(status, tries_max),
            Class::Permanent => Worst::Permanent(status),
            Class::Session(SessionFault::BindAgain) => {
                self.pause(THROTTLE_PAUSE);
                Worst::Throttled(status)
            }
            Class::Session(SessionFault::Refused) => {
                error!(connector = self.account.name(), status = %Named(status), "the SMSC refuses the account");
                self.pause(REFUSED_PAUSE);
                Worst::Throttled(status)
            }
            Class::Ours => {
                error!(connector = self.account.name(), status = %Named(status), "the SMSC cannot read what Homing sent");
                Worst::Permanent(status)
            }
        }
    }

    fn result(
        &self,
        attempt: Attempted,
        worst: Worst,
        leave: &Leave,
        before: Option<&Delivery>,
    ) -> (Report, Then) {
        let done = Then::Settle(Verdict::Done);
        match worst {
            Worst::Accepted => {
                let receipts = self.account.connector.receipts.registered_delivery() != 0;
                (Report::Accepted { attempt, receipts }, done)
            }
            Worst::Unknown(why) => {
                warn!(message = %attempt.message, why = why.as_str(), "it is not known whether the SMSC has it");
                self.shared.late.unknown(&attempt);
                // The permission before this one was for an unknown one already.
                let once = before.is_none_or(|row| row.unknown == 0);
                let retry = self.shared.on_unknown == OnUnknown::Retry && once;
                let then = if retry { Then::Settle(Verdict::Again(TRY_AGAIN_AFTER)) } else { done };
                (Report::Unknown { attempt, why }, then)
            }
            Worst::Permanent(status) => (Report::Failed { attempt, reason: FailReason::Smsc(status) }, done),
            Worst::Temporary(status, tries_max) => {
                let tried = before.map_or(0, |row| row.temporary);
                if tried + 1 >= u32::from(tries_max) {
                    return (Report::Failed { attempt, reason: FailReason::Smsc(status) }, done);
                }
                let wait = TRY_AGAIN_AFTER.saturating_mul(1 << tried.min(10)).min(TRY_AGAIN_AFTER_MAX);
                (
                    Report::Deferred { attempt, why: DeferReason::Smsc(status) },
                    Then::Settle(Verdict::Again(wait)),
                )
            }
            Worst::Throttled(status) => {
                (Report::Deferred { attempt, why: DeferReason::Smsc(status) }, Then::Again)
            }
            Worst::NotSent => {
                let held_back = !self.shared.wishes.allow(&leave.granted);
                let then = if held_back { Then::Settle(Verdict::Again(HELD_BACK_FOR)) } else { Then::Again };
                (Report::Deferred { attempt, why: DeferReason::NotSent }, then)
            }
        }
    }

    /// Reports, and gives the item back when the report is stored.
    async fn finish(&self, leave: &Leave, report: Report, then: Then) {
        let stored = self.shared.reporter.hand_in(report).await;
        if stored.await.is_ok() {
            // The desk is gone only when the bridge ends.
            let _ = self.over.send(Over { item: leave.item, then }).await;
        }
    }
}

/// A delivery whose segments are queued.
struct Begun {
    /// By segment; those from an earlier attempt.
    ids: Vec<Option<String>>,
    submitting: Vec<Option<Submitting>>,
    before: Option<Delivery>,
    /// Receipts wait for the ids of these.
    expecting: Expecting,
}

/// The segment of a delivery that tells how it goes on. What may have arrived is never submitted again, so not knowing
/// counts most; then what cannot be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worst {
    Accepted,
    NotSent,
    Throttled(u32),
    Temporary(u32, u8),
    Permanent(u32),
    Unknown(UnknownReason),
}

impl Worst {
    fn rank(self) -> u8 {
        match self {
            Worst::Accepted => 0,
            Worst::NotSent => 1,
            Worst::Throttled(_) => 2,
            Worst::Temporary(..) => 3,
            Worst::Permanent(_) => 4,
            Worst::Unknown(_) => 5,
        }
    }

    fn or(self, other: Worst) -> Worst {
        if other.rank() > self.rank() { other } else { self }
    }
}
