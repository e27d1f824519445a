//! People's SMS that were not acknowledged: said again by the SMSC, one keeps its id, and the decider takes it once.
//!
//! What was acknowledged is forgotten, so that a second SMS with the same words is a second one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::log::{Fault, Log, blocking, clock};
use crate::rules::attempt::Adapter;
use crate::rules::phone::{Part, Received};
use crate::rules::{Command, Sender, Verb, phone};
use crate::sms::state::State;
use crate::wire::{command, subjects};
use crate::words::{CommandSeq, Span};

/// The decider knows an id for ten minutes. It may be stored a minute after it was said.
const KEPT_FOR: Duration = Duration::from_secs(480);
/// With more, the oldest that nothing waits for are forgotten.
const LEN_MAX: usize = 10_000;
/// So long without an answer, and the same comes again in the same session: the SMSC's timer has run out. Storing takes
/// milliseconds; and who says the same twice while nothing is stored for so long is heard once.
const TIMER_MIN: Duration = Duration::from_secs(2);
/// What a bridge that was killed had stored so short a time before this one began may not have been acknowledged.
const JUST_BEFORE: Span = Span::from_secs(60);
/// An SMSC says it again as soon as it is bound to again.
const JUST_AFTER: Duration = Duration::from_secs(60);
/// The id of an SMS's command begins with the hash of what it says: two digits for each octet of a stamp.
const CONTENT_LEN: usize = 32;

/// By what they say. One phone may have said the same several times.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    open: HashMap<String, Vec<Open>>,
    len: usize,
}

/// What is not acknowledged when a bridge begins, by account.
#[derive(Debug, Default)]
pub(super) struct Begun(HashMap<String, Repeated>);

impl Begun {
    /// What one account brought: nobody else is sent it again.
    pub(super) fn take(&mut self, account: &str) -> Repeated {
        self.0.remove(account).unwrap_or_default()
    }

    /// The newest commands, oldest first.
    fn of<'a>(commands: impl IntoIterator<Item = &'a Command>, until: Instant) -> Begun {
        let mut begun = Begun::default();
        for command in commands {
            let Command::Phone(said) = command else { continue };
            let connector = match said {
                phone::Command::Received(received) => &received.connector,
                phone::Command::Part(part) => &part.connector,
                // It tells of nothing that an SMSC said.
                phone::Command::GiveCodeBySms(_) => continue,
            };
            begun.0.entry(connector.clone()).or_default().stored(command, until);
        }
        begun
    }
}

/// An SMS that is not acknowledged, or not yet.
#[derive(Debug)]
struct Open {
    id: String,
    /// The session that brought it last, and when.
    session: usize,
    since: Instant,
    /// An answer is on its way, so many times.
    under_way: usize,
    until: Instant,
}

impl Open {
    /// Whether it may come again, as far as is known by now.
    fn is_open(&self, now: Instant) -> bool {
        self.under_way > 0 || now < self.until
    }

    /// Whether the same from this session is this one again.
    fn comes_again(&self, session: usize, now: Instant) -> bool {
        let unanswered =
            self.under_way == 0 || self.session != session || now.duration_since(self.since) >= TIMER_MIN;
        unanswered && now < self.until
    }
}

impl Repeated {
    /// What is not acknowledged when a bridge begins.
    pub(super) async fn begin(log: &Log, state: &Arc<State>) -> Result<Begun, Fault> {
        let state = Arc::clone(state);
        let killed = blocking(move || state.begin()).await?;
        if killed { Repeated::after_a_kill(log).await } else { Ok(Begun::default()) }
    }

    /// What a bridge that was killed may not have acknowledged: what stands on COMMANDS since just before.
    ///
    /// A second SMS with the same words, one of them said within the minute before the start and the other within the
    /// minute after it, is taken for the first: nothing tells them apart.
    async fn after_a_kill(log: &Log) -> Result<Begun, Fault> {
        let (since, until) = (clock::now() + Span::from_ms(-JUST_BEFORE.ms()), Instant::now() + JUST_AFTER);
        let mut commands = Vec::new();
        for verb in [Received::NAME, Part::NAME] {
            let filter = subjects::command(Adapter::Sms.part(), verb);
            for record in log.since("COMMANDS", &filter, since, LEN_MAX).await? {
                let subject = record.subject.as_str();
                let order = command::parse(subject, &record.payload, CommandSeq(record.seq), record.at);
                if let Ok(order) = order.map_err(drop)
                    && order.by == Sender::Part(crate::rules::Part::By(Adapter::Sms))
                {
                    commands.push((record.seq, order.command));
                }
            }
        }
        // Half of what fits: those that come from now on have room beside them.
        commands.sort_unstable_by_key(|(seq, _)| *seq);
        let newest = commands.iter().skip(commands.len().saturating_sub(LEN_MAX / 2));
        Ok(Begun::of(newest.map(|(_, command)| command), until))
    }

    fn stored(&mut self, command: &Command, until: Instant) {
        let Some((content, id)) = content_of(command) else { return };
        let known = self.open.get(content).is_some_and(|open| open.iter().any(|open| open.id == id));
        if !known {
            let open = Open { id: id.to_owned(), session: 0, since: Instant::now(), under_way: 0, until };
            self.open.entry(content.to_owned()).or_default().push(open);
            self.len += 1;
        }
    }

    /// The id of an SMS that has come: that of the first time, where it is one that was not acknowledged.
    pub(super) fn id(
        &mut self,
        content: &str,
        session: usize,
        now: Instant,
        fresh: impl FnOnce() -> String,
    ) -> String {
        if self.len >= LEN_MAX {
            self.forget(now);
        }
        let same = self.open.entry(content.to_owned()).or_default();
        if let Some(open) = same.iter_mut().find(|open| open.comes_again(session, now)) {
            (open.session, open.since) = (session, now);
            open.under_way += 1;
            return open.id.clone();
        }
        let open = Open { id: fresh(), session, since: now, under_way: 1, until: now + KEPT_FOR };
        let id = open.id.clone();
        same.push(open);
        self.len += 1;
        id
    }

    /// It was answered: whether it was acknowledged, as far as the socket tells.
    pub(super) fn answered(&mut self, content: &str, id: &str, acknowledged: bool) {
        let Some(same) = self.open.get_mut(content) else { return };
        let before = same.len();
        same.retain_mut(|open| {
            if open.id == id {
                open.under_way = open.under_way.saturating_sub(1);
            }
            open.id != id || !acknowledged
        });
        self.len -= before - same.len();
        if same.is_empty() {
            self.open.remove(content);
        }
    }

    /// Whether something may come again: it was not acknowledged.
    pub(super) fn has_open(&self, now: Instant) -> bool {
        self.open.values().flatten().any(|open| open.is_open(now))
    }

    /// Forgets what is too old; where all are young, all that no answer is on its way for.
    fn forget(&mut self, now: Instant) {
        for young in [true, false] {
            self.open.retain(|_, same| {
                same.retain(|open| open.under_way > 0 || (young && now < open.until));
                !same.is_empty()
            });
            self.len = self.open.values().map(Vec::len).sum();
            if self.len < LEN_MAX {
                return;
            }
        }
    }
}

/// What an SMS said, hashed, and the id of its command, which begins with it.
fn content_of(command: &Command) -> Option<(&str, &str)> {
    let id = command.id()?;
    let content = id.get(..CONTENT_LEN)?;
    content.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some((content, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What came with these words, in which session and how many seconds after the start; and whether it was acknowledged
    /// at once, refused at once, or not answered yet.
    #[derive(Clone, Copy)]
    enum Then {
        Acknowledged,
        Refused,
        Waits,
    }

    fn ids(story: &[(usize, u64, Then)]) -> Vec<String> {
        let (mut repeated, start, mut number) = (Repeated::default(), Instant::now(), 0);
        let mut come = |(session, secs, then): &(usize, u64, Then)| {
            let fresh = || {
                number += 1;
                number.to_string()
            };
            let id = repeated.id("ok", *session, start + Duration::from_secs(*secs), fresh);
            match then {
                Then::Acknowledged => repeated.answered("ok", &id, true),
                Then::Refused => repeated.answered("ok", &id, false),
                Then::Waits => {}
            }
            id
        };
        story.iter().map(&mut come).collect()
    }

    #[test]
    fn only_what_was_not_acknowledged_is_the_same_when_it_comes_again() {
        use Then::{Acknowledged, Refused, Waits};
        for (what, story, want) in [
            ("said twice", vec![(1, 0, Acknowledged), (1, 1, Acknowledged)], vec!["1", "2"]),
            ("said twice, across a rebind", vec![(1, 0, Acknowledged), (2, 1, Acknowledged)], vec!["1", "2"]),
            ("refused, and again", vec![(1, 0, Refused), (1, 1, Acknowledged)], vec!["1", "1"]),
            ("refused twice, across a rebind", vec![(1, 0, Refused), (2, 9, Refused)], vec!["1", "1"]),
            (
                "refused, again, and said anew",
                vec![(1, 0, Refused), (1, 1, Acknowledged), (1, 2, Acknowledged)],
                vec!["1", "1", "2"],
            ),
            ("two at once", vec![(1, 0, Waits), (1, 0, Waits)], vec!["1", "2"]),
            (
                "two at once, both lost with their session, both again",
                vec![(1, 0, Waits), (1, 0, Waits), (2, 1, Waits), (2, 1, Waits)],
                vec!["1", "2", "1", "2"],
            ),
            ("the SMSC's timer ran out", vec![(1, 0, Waits), (1, 3, Acknowledged)], vec!["1", "1"]),
            ("long after", vec![(1, 0, Refused), (1, 500, Acknowledged)], vec!["1", "2"]),
        ] {
            assert_eq!(ids(&story), want, "{what}");
        }
    }

    #[test]
    fn what_was_not_acknowledged_is_open_while_it_may_come_again() {
        let (mut repeated, now) = (Repeated::default(), Instant::now());
        assert!(!repeated.has_open(now));
        let id = repeated.id("ok", 1, now, || "1".to_owned());
        assert!(repeated.has_open(now + KEPT_FOR), "an answer is on its way");
        repeated.answered("ok", &id, false);
        assert!(repeated.has_open(now), "it was refused");
        assert!(!repeated.has_open(now + KEPT_FOR));
    }

    #[test]
    fn after_a_kill_each_account_has_its_own() {
        let received = |connector: &str, number: u32| {
            Command::from(Received {
                connector: connector.to_owned(),
                from: None,
                called: crate::words::Called::Service,
                text: "ok".to_owned(),
                joined: None,
                id: Some(format!("{number:032x}.{connector}")),
            })
        };
        let commands = [received("main", 1), received("main", 2), received("main", 1), received("spare", 1)];
        let now = Instant::now();
        let mut begun = Begun::of(&commands, now + JUST_AFTER);
        for (account, len) in [("main", 2), ("spare", 1), ("third", 0)] {
            let repeated = begun.take(account);
            assert_eq!((repeated.len, repeated.has_open(now)), (len, len > 0), "{account}");
            assert!(!repeated.has_open(now + JUST_AFTER), "{account}");
        }
    }

    #[test]
    fn what_is_remembered_does_not_grow_without_end() {
        let (mut repeated, now) = (Repeated::default(), Instant::now());
        for number in 0..3 * LEN_MAX {
            let content = number.to_string();
            let id = repeated.id(&content, 1, now, || content.clone());
            repeated.answered(&content, &id, false);
        }
        assert!(repeated.len <= LEN_MAX && repeated.open.len() == repeated.len, "{}", repeated.len);
        let id = repeated.id("x", 1, now, || "x".to_owned());
        repeated.answered("x", &id, true);
        assert!(!repeated.open.contains_key("x"), "what was acknowledged is forgotten");
    }
}
