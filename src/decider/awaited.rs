//! Answering what is awaited of the clock and what is not any more, between two batches of commands: a part of the state at once.

use async_nats::{Client, Message};
use futures_util::Stream;
use futures_util::stream::select;
use tracing::debug;

use super::Memory;
use crate::log::{Fault, Log};
use crate::wire::awaited::{AwaitedOf, AwaitedView, UNWANTED_LEN_MAX, UnwantedOf, UnwantedView};
use crate::wire::{from_msgpack, subjects, to_msgpack};

/// The questions of schedulers.
pub(super) async fn questions(log: &Log) -> Result<impl Stream<Item = Message> + Unpin, Fault> {
    let doing = || Fault::later("listen to what is asked about timers");
    let awaited = log.client().subscribe(subjects::AWAITED).await.map_err(|error| doing().because(error))?;
    let unwanted =
        log.client().subscribe(subjects::UNWANTED).await.map_err(|error| doing().because(error))?;
    Ok(select(awaited, unwanted))
}

pub(super) async fn answer(client: &Client, memory: &Memory, question: Message) {
    let Some(reply) = question.reply else { return };
    let answer = match question.subject.as_str() {
        subjects::UNWANTED => {
            from_msgpack(&question.payload).map(|asked| to_msgpack(&unwanted(memory, asked)))
        }
        _ => from_msgpack(&question.payload).map(|asked| to_msgpack(&awaited(memory, asked))),
    };
    match answer {
        // Whoever asked may be gone; then there is nobody to tell.
        Ok(answer) => drop(client.publish(reply, answer.into()).await),
        Err(why) => debug!(why, "a question about timers cannot be read"),
    }
}

fn awaited(memory: &Memory, AwaitedOf { before, after }: AwaitedOf) -> AwaitedView {
    memory.state().awaited(before, after).into()
}

fn unwanted(memory: &Memory, UnwantedOf { timers }: UnwantedOf) -> UnwantedView {
    let ended = timers.into_iter().take(UNWANTED_LEN_MAX);
    let ended = ended.filter(|it| !memory.state().awaits(it.timer, it.due));
    UnwantedView { unwanted: ended.collect(), end: memory.read() }
}

#[cfg(test)]
mod tests {
    use crate::rules::{Order, Sender, State, decide};
    use crate::wire::{command, commit};
    use crate::words::{CommandSeq, EventSeq, Instant};

    /// As in `rules/awaited.rs`.
    const STEPS_MAX: usize = 1_000;
    const ESCALATED_WITHIN_MS: i64 = 7_200_000;

    /// A state that has decided these commands, each a second after the one before.
    fn state(said: &[(&str, String)]) -> State {
        let (mut state, mut events) = (State::default(), 0);
        for (seq, (subject, payload)) in (1..).zip(said) {
            let at = Instant::from_unix_ms(seq * 1_000);
            let seq = CommandSeq(seq.unsigned_abs());
            let order: Order = command::parse(subject, payload.as_bytes(), seq, at).unwrap();
            assert_ne!(order.by, Sender::Unknown);
            let decision = decide(&state, &order);
            let parts = commit::of_order(&order, decision);
            state.evolve(&parts, EventSeq(events + 1));
            events += parts.len() as u64;
        }
        state
    }

    fn registered(names: &[&str]) -> Vec<(&'static str, String)> {
        let register = |name| ("homing.cmd._admin.user.register", format!(r#"{{"name":"{name}"}}"#));
        names.iter().map(register).collect()
    }

    /// All of it, and in how many parts.
    fn all(state: &State, before_ms: i64) -> (String, usize) {
        let (mut timers, mut parts, mut after) = (Vec::new(), 0, None);
        loop {
            let part = state.awaited(Instant::from_unix_ms(before_ms), after);
            timers.extend(part.timers);
            parts += 1;
            match part.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        let told = timers.iter().map(|(timer, due)| format!("{timer}:{}", due.unix_ms()));
        (told.collect::<Vec<_>>().join(" "), parts)
    }

    #[test]
    fn what_the_clock_can_still_change_is_awaited() {
        let mut said = registered(&["alice", "bob"]);
        let send = "homing.cmd.alice.message.send";
        let later =
            r#"{"message":{"to":["bob"],"text":"x"},"when":{"at":"1970-01-01T00:01:00","zone":"UTC"}}"#;
        said.extend([
            ("homing.cmd.alice.schedule.create", later.to_owned()),
            (send, r#"{"to":["bob"],"text":"x","expires_in":"30s"}"#.to_owned()),
            (send, r#"{"to":["bob"],"text":"x"}"#.to_owned()),
            ("homing.cmd.bob.preference.set", r#"{"sms":"on"}"#.to_owned()),
            ("homing.cmd._admin.user.set", r#"{"name":"bob","phone":"+447700900001"}"#.to_owned()),
            ("homing.cmd.bob.presence.online", r#"{"device":"pc","class":"pc"}"#.to_owned()),
            (send, r#"{"to":["bob"],"text":"x","escalate_after":"20s"}"#.to_owned()),
        ]);
        let check =
            |said: &[(&str, String)], before, want: &str| assert_eq!(all(&state(said), before).0, want);
        check(&said, 29_000, "");
        check(&said, 30_000, "escalate-m9:29000");
        check(&said, 100_000, "occur-s3:60000 expire-m4:34000 escalate-m9:29000");
        let late = 29_000 + ESCALATED_WITHIN_MS;
        check(&said, late, "occur-s3:60000 expire-m4:34000");
        said.push(("homing.cmd.bob.message.received", r#"{"messages":["m4","m9"]}"#.to_owned()));
        said.push(("homing.cmd.alice.schedule.cancel", r#"{"schedule":"s3"}"#.to_owned()));
        check(&said, 100_000, "");
    }

    #[test]
    fn an_escalation_is_ahead_whoever_goes_live_before_it() {
        let (bob, carol) = ("homing.cmd.bob.presence.online", "homing.cmd.carol.presence.online");
        let pc = |device: &str| format!(r#"{{"device":"{device}","class":"pc"}}"#);
        let other = || ("homing.cmd.alice.profile.set", r#"{"mood":"x"}"#.to_owned());
        let fired = ("homing.cmd._clock.timer.fired", r#"{"timer":"escalate-m6","due":10000}"#.to_owned());
        let mut given = registered(&["alice", "bob", "carol"]);
        given.extend([
            ("homing.cmd._admin.user.set", r#"{"name":"bob","phone":"+447700900001"}"#.to_owned()),
            (bob, pc("desk")),
            (
                "homing.cmd.alice.message.send",
                r#"{"to":["bob","carol"],"text":"x","escalate_after":"4s"}"#.to_owned(),
            ),
        ]);
        let ahead = "escalate-m6:10000";
        for (then, want) in [
            (vec![], ahead),
            (vec![(carol, pc("desk"))], ahead),
            (vec![(bob, pc("laptop"))], ahead),
            // It was done, a little early by the log's clock; what goes live once more is let be.
            (vec![fired.clone()], ""),
            (vec![fired, (bob, pc("laptop"))], ""),
            // Its time is over, and whoever goes live now has just got it.
            (vec![other(), other(), other()], ahead),
            (vec![other(), other(), other(), (carol, pc("desk"))], ""),
        ] {
            let said = [given.as_slice(), then.as_slice()].concat();
            assert_eq!(all(&state(&said), 100_000).0, want, "{then:?}");
        }
    }

    #[test]
    fn a_part_is_small_and_the_parts_are_all() {
        let count = STEPS_MAX + 10;
        let mut said = registered(&["alice", "bob"]);
        let body = r#"{"to":["bob"],"text":"x","expires_in":"30s"}"#;
        said.extend((0..count).map(|_| ("homing.cmd.alice.message.send", body.to_owned())));
        let state = state(&said);
        assert!(state.awaited(Instant::from_unix_ms(i64::MAX), None).timers.len() <= STEPS_MAX / 2);
        let (told, parts) = all(&state, i64::MAX);
        assert_eq!((told.split(' ').count(), parts), (count, count.div_ceil(STEPS_MAX / 2)));
        // Nothing is due: what is looked at counts too.
        assert_eq!(all(&state, 0), (String::new(), count.div_ceil(STEPS_MAX)));
    }
}
