//! The way to one account at an SMSC: what is granted is submitted in order, segment by segment, and its end reported.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, error, warn};

use super::matching::{Expecting, reference_of};
use super::pdus;
use super::shared::Shared;
use super::throttled::Throttled;
use super::worst::{Worst, deferred};
use crate::channel::{Grant, OnUnknown, Then};
use crate::log::{Log, Verdict};
use crate::rules::Command;
use crate::rules::attempt::{
    Adapter, Attempt, DeferClass, DeferReason, FailReason, Granted, Report, UnknownReason,
};
use crate::rules::identity::hash_of_drawn;
use crate::rules::message::CODE_PLACE;
use crate::rules::phone::GiveCodeBySms;
use crate::rules::presence::Encoding;
use crate::smpp::link::{Answer, Link, Permit, Submitting, UnknownWhy};
use crate::smpp::pdu::status::{Class, Named, ROK, SessionFault};
use crate::smpp::text;
use crate::sms::number;
use crate::sms::settings::Account;
use crate::sms::state::Delivery;
use crate::wire::command;
use crate::words::{OneTimeCode, UserName};

/// A grant is asked for anew after this time: what it was given on may have changed.
const GRANT_GOOD_FOR: Duration = Duration::from_secs(20);
/// The least time that an SMSC which throttles is left alone.
const THROTTLE_PAUSE: Duration = Duration::from_secs(1);
/// An account that is refused is somebody's to look at.
const REFUSED_PAUSE: Duration = Duration::from_secs(30);
/// After a first error that passes, and doubled with each further one.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);
const TRY_AGAIN_AFTER_MAX: Duration = Duration::from_secs(600);
/// An opt-out that was just heard is decided by then.
const HELD_BACK_FOR: Duration = Duration::from_secs(2);

/// The sender of one account.
pub(super) struct Sender {
    pub(super) account: Arc<Account>,
    pub(super) link: Link,
    pub(super) shared: Arc<Shared>,
    pub(super) log: Log,
    pub(super) throttled: Throttled,
}

impl Sender {
    /// Submits until no grant can come any more.
    pub(super) async fn run(self, mut grants: mpsc::Receiver<Grant>) {
        let sender = Arc::new(self);
        while let Some(grant) = grants.recv().await {
            let grant = Arc::new(grant);
            match sender.begin(&grant).await {
                Ok(begun) => {
                    let sender = Arc::clone(&sender);
                    tokio::spawn(async move { sender.conclude(&grant, begun).await });
                }
                Err(report) => {
                    sender.shared.channel.ends(&grant, report, Then::Settle(Verdict::Done)).await;
                }
            }
        }
    }

    /// Queues the segments that the SMSC does not have yet, or says why there can be none.
    async fn begin(self: &Arc<Self>, grant: &Arc<Grant>) -> Result<Begun, Report> {
        let Grant { work, granted, .. } = &**grant;
        let fails = |reason| Report::Failed { attempt: self.attempt(granted, Vec::new()), reason };
        let text = work.whole_text().ok_or_else(|| fails(FailReason::NoText))?;
        if !number::gets_sms(granted.phone) {
            return Err(fails(FailReason::BadNumber));
        }
        let text = match granted.to.user().filter(|_| work.code) {
            Some(name) => Cow::Owned(
                self.with_code(&text, granted, name).await.ok_or_else(|| fails(FailReason::NoCode))?,
            ),
            None => text,
        };
        let reference = reference_of(granted.message);
        let segments = text::segment(&text, &self.account.style, reference);
        let segments = segments.map_err(|_| fails(FailReason::TooLong))?;
        let before = self.before(grant);
        // Ids of another SMSC, or of a text that was cut otherwise, are not its ids.
        let ids = match &before {
            Some(row)
                if row.connector == self.account.name() && row.ids.len() == segments.len() && !work.code =>
            {
                row.ids.clone()
            }
            Some(_) | None => vec![None; segments.len()],
        };
        self.shared.channel.journal.begins(granted, self.account.name(), &ids);
        let expecting = self.shared.matching.expecting();
        let mut submitting = Vec::with_capacity(segments.len());
        for (place, (segment, id)) in segments.into_iter().zip(&ids).enumerate() {
            if id.is_some() {
                submitting.push(None);
                continue;
            }
            let pdu =
                pdus::submit(&self.account, &self.shared.service, granted, work.expires, reference, segment);
            let going = Going { sender: Arc::clone(self), grant: Arc::clone(grant), place };
            submitting.push(Some(self.link.submit_if(pdu, Arc::new(going)).await));
        }
        Ok(Begun { ids, submitting, before, expecting })
    }

    /// With a code that is drawn now and whose hash is said to the decider: nobody else ever sees it. Where the text is submitted
    /// again it is another one, and whole.
    async fn with_code(&self, text: &str, granted: &Granted, name: &UserName) -> Option<String> {
        let (mut drawn, mut salt) = ([0; 16], [0; 16]);
        getrandom::fill(&mut drawn).and_then(|()| getrandom::fill(&mut salt)).ok()?;
        let code = OneTimeCode::drawn(&drawn);
        let secret = hash_of_drawn(&code, salt);
        let give = GiveCodeBySms { name: name.clone(), message: granted.message, secret };
        let given = command::outgoing(Adapter::Sms.part(), &Command::from(give), Encoding::Msgpack);
        if let Err(fault) = self.log.command(given).await {
            warn!(message = %granted.message, %fault, "a one-time code could not be given");
            return None;
        }
        Some(text.replace(CODE_PLACE, &code.to_string()))
    }

    fn before(&self, grant: &Grant) -> Option<Delivery> {
        let found = self.shared.state.delivery(grant.granted.message, &grant.granted.to);
        found.unwrap_or_else(|fault| {
            warn!(message = %grant.granted.message, %fault, "an earlier attempt is not known");
            None
        })
    }

    /// Waits for the responses and reports.
    async fn conclude(&self, grant: &Grant, begun: Begun) {
        let Begun { mut ids, submitting, before, expecting } = begun;
        let (granted, segments) = (&grant.granted, ids.len());
        let (mut worst, mut late) = (Worst::Accepted, Vec::new());
        for (place, submitting) in submitting.into_iter().enumerate() {
            let Some(mut submitting) = submitting else { continue };
            let answer = (&mut submitting).await;
            if let Answer::Response { status, message_id } = &answer {
                let answer = if *status == ROK { Ok(message_id.as_str()) } else { Err(*status) };
                self.shared.channel.journal.answered(granted, place, answer);
            }
            if let Answer::Response { status: ROK, message_id } = answer {
                self.throttled.over();
                self.shared.named(&self.attempt(granted, Vec::new()), (place, segments), &message_id);
                ids.get_mut(place).into_iter().for_each(|id| *id = Some(message_id.clone()));
                continue;
            }
            worst = worst.or(self.judge(&answer));
            if answer == Answer::Unknown(UnknownWhy::TimedOut) {
                late.push((place, submitting));
            }
        }
        drop(expecting);
        let attempt = self.attempt(granted, ids);
        let (report, then) = self.result(attempt.clone(), worst, grant, before.as_ref());
        let goes_again = matches!(then, Then::Settle(Verdict::Again(_)));
        self.shared.channel.ends(grant, report, then).await;
        if !late.is_empty() {
            self.late(attempt, late, goes_again).await;
        }
    }

    fn attempt(&self, granted: &Granted, ids: Vec<Option<String>>) -> Attempt {
        let connector = self.account.name().to_owned();
        Attempt { message: granted.message, to: granted.to.clone(), connector, ids, grant: granted.grant }
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
        attempt: Attempt,
        worst: Worst,
        grant: &Grant,
        before: Option<&Delivery>,
    ) -> (Report, Then) {
        let done = Then::Settle(Verdict::Done);
        match worst {
            Worst::Accepted => {
                (Report::Accepted { attempt, receipts: self.account.asks_for_receipts() }, done)
            }
            Worst::Unknown(why) => {
                warn!(message = %attempt.message, why = why.as_str(), "it is not known whether the SMSC has it");
                // The permission before this one was for an unknown one already.
                let once = before.is_none_or(|row| row.unknown == 0);
                let retry = self.shared.channel.on_unknown() == OnUnknown::Retry && once;
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
                (self.deferred(attempt, status), Then::Settle(Verdict::Again(wait)))
            }
            Worst::Throttled(status) => (self.deferred(attempt, status), Then::Again),
            Worst::NotSent => {
                let held_back = !self.shared.opt_outs.allow(&grant.granted);
                let then = if held_back { Then::Settle(Verdict::Again(HELD_BACK_FOR)) } else { Then::Again };
                let (class, why) = (DeferClass::NotSent, DeferReason::NotSent);
                (Report::Deferred { attempt, class, why }, then)
            }
        }
    }

    fn deferred(&self, attempt: Attempt, status: u32) -> Report {
        let class = deferred(self.account.connector.status.class(status));
        Report::Deferred { attempt, class, why: DeferReason::Smsc(status) }
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

/// A segment on its way to the socket.
struct Going {
    sender: Arc<Sender>,
    grant: Arc<Grant>,
    place: usize,
}

impl Permit for Going {
    fn holds(&self) -> bool {
        self.grant.since.elapsed() < GRANT_GOOD_FOR
            && !self.sender.throttled.since(self.grant.since)
            && self.sender.shared.opt_outs.allow(&self.grant.granted)
    }

    /// Writes one record, and the journal anew once in 256 KiB of them: what this process holds, a thousand deliveries at most.
    /// Neither is synced: both end in the page cache.
    fn leaves(&self) -> bool {
        self.holds() && self.sender.shared.channel.journal.writes(&self.grant.granted, self.place)
    }
}
