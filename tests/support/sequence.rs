//! Random sequences of commands: two people, anything, some of it said again, and what often comes right after it.

use std::collections::BTreeMap;

use homing::log::{Log, Pipeline};
use homing::rules::group::{Answer, Answered, Grant, Role};
use homing::rules::identity::{Register, SetUser, TryCode};
use homing::rules::message::{Confirm, Recall};
use homing::rules::presence::{DeviceClass, Encoding, Online};
use homing::rules::schedule::{Occurrence, Replace, When};
use homing::rules::{Command, Fact, Timer, group, message, schedule, timer};
use homing::wire::{command, subjects};
use homing::words::{CommandSeq, GroupNumber, Instant, MessageId, Party, ScheduleId, Span, UserName};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::commands::{COMMANDS_LEN_MAX, PHONES, START_MS, USERS, Wish, limit_changes, wish};
use super::pure_decider::PureDecider;
use super::schedule_commands::when;
use super::world::registers;

/// The clock does not go further for a timer: what is due later stays ahead.
const WAIT_MS_MAX: i64 = 40 * 86_400_000;

/// Publishes so many of them, the same in each run, and waits until they are stored.
pub async fn publish_some(log: &Log, len: usize) {
    let (mut chance, mut pipeline) = (TestRunner::deterministic(), Pipeline::new(log.clone(), 100));
    for _ in 0..len {
        for wish in sequence().new_tree(&mut chance).expect("there are such").current() {
            pipeline.publish(wish.subject, wish.payload.into()).await.expect("it is sent");
        }
    }
    pipeline.drain().await.expect("it is stored");
}

/// Two people and one of them online, then anything; some of it said again.
pub fn sequence() -> impl Strategy<Value = Vec<Wish>> {
    let again = option::weighted(0.2, 0..COMMANDS_LEN_MAX);
    let after = (
        option::weighted(0.3, about_the_message()),
        option::weighted(0.5, about_a_schedule()),
        option::weighted(0.3, about_a_group()),
    );
    (option::weighted(0.6, limits()), vec((wish(), again, after), 1..COMMANDS_LEN_MAX)).prop_map(
        |(limits, drawn)| {
            let mut play = Play::default();
            play.says("_admin", &registers("alice", None), 1);
            play.says("_admin", &registers("bob", Some(PHONES[0])), 1);
            play.says("bob", &online("pc"), 1);
            limits.iter().for_each(|limits| play.says("_admin", limits, 1));
            for (fresh, again, (message, schedule, group)) in drawn {
                let earlier = again.and_then(|place| play.wishes.get(place)).cloned();
                let after_ms = fresh.after_ms;
                play.take(earlier.map(|earlier| Wish { after_ms, ..earlier }).unwrap_or(fresh));
                message.into_iter().for_each(|after| play.about_the_message(after));
                schedule.into_iter().for_each(|after| play.about_a_schedule(after));
                group.into_iter().for_each(|after| play.about_a_group(after));
            }
            play.wishes
        },
    )
}

fn online(device: &str) -> Command {
    let device = device.parse().expect("a name");
    Command::from(Online { device, class: DeviceClass::Pc, lease: Span::from_secs(45) })
}

/// Quotas so small that they are hit.
fn limits() -> impl Strategy<Value = Command> {
    let zone = option::of(select(&["Europe/London", "Asia/Shanghai", "America/New_York"][..]));
    let name = select(&USERS[..2]).prop_map(|name| name.parse().expect("a name"));
    let (day, month) = (option::of(option::of(1..5_u32)), option::of(option::of(1..9_u32)));
    (name, zone, day, month, option::of(limit_changes())).prop_map(|(name, zone, day, month, limits)| {
        let zone = zone.map(str::to_owned);
        Command::from(SetUser { zone, day, month, limits, ..SetUser::of(name) })
    })
}

/// What comes right after a command, as if it had been a message.
#[derive(Debug, Clone, Copy)]
enum AboutTheMessage {
    Escalates,
    Expires,
    ConfirmedBy(&'static str),
    RecalledBy(&'static str),
    /// It gave this user a code instead, and a gate has checked what somebody said.
    CodeTried(&'static str, Option<u64>),
}

fn about_the_message() -> impl Strategy<Value = AboutTheMessage> {
    let user = || select(&USERS[..]);
    prop_oneof![
        2 => Just(AboutTheMessage::Escalates),
        1 => Just(AboutTheMessage::Expires),
        1 => user().prop_map(AboutTheMessage::ConfirmedBy),
        1 => user().prop_map(AboutTheMessage::RecalledBy),
        2 => (user(), option::of(any::<u64>())).prop_map(|(user, login)| AboutTheMessage::CodeTried(user, login)),
    ]
}

/// What comes of the group that was created last, or of who was asked last.
#[derive(Debug, Clone)]
enum AboutAGroup {
    GrantedTo(&'static str, Role),
    Answered(Answered),
    /// Their phone becomes a user's.
    Registers(&'static str),
}

fn about_a_group() -> impl Strategy<Value = AboutAGroup> {
    let role = select(&[Role::Owner, Role::Admin, Role::Member][..]);
    let answer = select(&[Answered::Yes, Answered::Yes, Answered::No][..]);
    prop_oneof![
        2 => (select(&USERS[..]), role).prop_map(|(who, role)| AboutAGroup::GrantedTo(who, role)),
        2 => answer.prop_map(AboutAGroup::Answered),
        1 => select(&USERS[..]).prop_map(AboutAGroup::Registers),
    ]
}

/// What happens next to one of the schedules that have an occurrence ahead.
#[derive(Debug, Clone)]
struct AboutASchedule {
    which: Which,
    next: Next,
}

#[derive(Debug, Clone)]
enum Which {
    Soonest,
    Any(Index),
}

#[derive(Debug, Clone)]
enum Next {
    /// Its timer fires so much after its time.
    Fires {
        after_ms: i64,
    },
    FiresTwice,
    /// It names another time than the one that was planned.
    FiresWith {
        wrong_by_ms: i64,
    },
    Owner(OwnersWish),
}

#[derive(Debug, Clone)]
enum OwnersWish {
    Skip,
    Unskip,
    Pause,
    Resume,
    Run,
    Cancel,
    Replace(Option<Box<When>>),
}

/// Mostly in time: within the seconds that clocks may differ by, and within those that a firing may wait its turn.
fn about_a_schedule() -> BoxedStrategy<AboutASchedule> {
    let in_time = select(&[-5_000, -1_200, -3, 0, 0, 0, 40, 1_000, 15_000][..]);
    let late = select(&[15_001, 60_000, 600_000, 3_600_000, 3_600_001, 86_400_000, 259_200_000][..]);
    let early = select(&[-5_001, -60_000, -3_600_000][..]);
    let wish = prop_oneof![
        4 => Just(OwnersWish::Skip),
        1 => Just(OwnersWish::Unskip),
        2 => Just(OwnersWish::Pause),
        3 => Just(OwnersWish::Resume),
        2 => Just(OwnersWish::Run),
        1 => Just(OwnersWish::Cancel),
        3 => option::of(when().prop_map(Box::new)).prop_map(OwnersWish::Replace),
    ];
    let next = prop_oneof![
        8 => in_time.prop_map(|after_ms| Next::Fires { after_ms }),
        4 => late.prop_map(|after_ms| Next::Fires { after_ms }),
        1 => early.prop_map(|after_ms| Next::Fires { after_ms }),
        1 => Just(Next::FiresTwice),
        1 => select(&[-60_000, -1, 1, 60_000][..]).prop_map(|wrong_by_ms| Next::FiresWith { wrong_by_ms }),
        5 => wish.prop_map(Next::Owner),
    ];
    let which = prop_oneof![2 => Just(Which::Soonest), 1 => any::<Index>().prop_map(Which::Any)];
    (which, next).prop_map(|(which, next)| AboutASchedule { which, next }).boxed()
}

/// The commands so far, and what they led to.
#[derive(Default)]
struct Play {
    wishes: Vec<Wish>,
    decider: PureDecider,
    passed_ms: i64,
    pending: BTreeMap<ScheduleId, Occurrence>,
    /// Also of schedules that have ended: their timers are not taken back.
    planned_last: BTreeMap<ScheduleId, Occurrence>,
    owners: BTreeMap<ScheduleId, UserName>,
    /// The group that was created last, and whose it was; who was asked last to join one.
    group: Option<(GroupNumber, UserName)>,
    invited: Option<(GroupNumber, Party)>,
}

impl Play {
    fn take(&mut self, wish: Wish) {
        self.passed_ms += wish.after_ms;
        let now = Instant::from_unix_ms(START_MS + self.passed_ms);
        let (parts, _) = self.decider.take(now, &wish.subject, &wish.payload);
        for fact in parts.iter().flat_map(|part| &part.facts) {
            if let Some(created) = fact.get::<group::Created>() {
                self.group = Some((created.group, created.owner.clone()));
            } else if let Some(invited) = fact.get::<group::Invited>() {
                self.invited = invited.who.last().map(|who| (invited.group, who.clone()));
            } else if let Some(created) = fact.get::<schedule::Created>() {
                self.owners.insert(created.schedule, created.from.clone());
            } else if let Some(planned) = fact.get::<schedule::Planned>() {
                self.pending.insert(planned.schedule, planned.occurrence);
                self.planned_last.insert(planned.schedule, planned.occurrence);
            } else if let Fact::Schedule(
                schedule::Fact::Ended(schedule::Ended { schedule })
                | schedule::Fact::Cancelled(schedule::Cancelled { schedule }),
            ) = fact
            {
                self.pending.remove(schedule);
            }
        }
        self.wishes.push(wish);
    }

    fn says(&mut self, by: &str, said: &Command, after_ms: i64) {
        let payload = command::encode(said, Encoding::Json);
        self.take(Wish { subject: subjects::command(by, said.verb()), payload, after_ms });
    }

    fn about_the_message(&mut self, after: AboutTheMessage) {
        let message = MessageId::of(CommandSeq(self.wishes.len() as u64));
        let fired = |timer| Command::from(timer::Fired { timer, due: Instant::from_unix_ms(START_MS) });
        let confirm = Confirm { message: Some(message), messages: None };
        match after {
            AboutTheMessage::Escalates => self.says("_clock", &fired(Timer::Escalate(message)), 1_000),
            AboutTheMessage::Expires => self.says("_clock", &fired(Timer::Expire(message)), 3_600_000),
            AboutTheMessage::ConfirmedBy(user) => {
                self.says(user, &Command::from(message::Received(confirm)), 1)
            }
            AboutTheMessage::RecalledBy(user) => {
                self.says(user, &Command::from(Recall { message, id: None }), 1)
            }
            AboutTheMessage::CodeTried(user, login) => {
                let (name, number) = (user.parse().expect("a name"), message.command());
                self.says("_gate", &Command::from(TryCode { name, number, login }), 1);
            }
        }
    }

    fn about_a_group(&mut self, after: AboutAGroup) {
        match (after, self.group.clone(), self.invited.clone()) {
            (AboutAGroup::GrantedTo(who, role), Some((group, owner)), _) => {
                let who = who.parse().expect("a name");
                self.says(owner.as_str(), &Command::from(Grant { group, who, role, id: None }), 1);
            }
            (AboutAGroup::Answered(answer), _, Some((group, Party::User(who)))) => {
                self.says(who.as_str(), &Command::from(Answer { group, answer, id: None }), 1);
            }
            (AboutAGroup::Registers(name), _, Some((_, Party::Phone(phone)))) => {
                let name = name.parse().expect("a name");
                self.says(
                    "_admin",
                    &Command::from(SetUser { phone: Some(Some(phone)), ..SetUser::of(name) }),
                    1,
                );
            }
            (_, _, _) => {}
        }
    }

    fn about_a_schedule(&mut self, after: AboutASchedule) {
        let chosen = match after.which {
            Which::Soonest => self.pending.iter().min_by_key(|(_, occurrence)| occurrence.due),
            Which::Any(_) if self.planned_last.is_empty() => None,
            Which::Any(index) => self.planned_last.iter().nth(index.index(self.planned_last.len())),
        };
        let Some((schedule, occurrence)) = chosen.map(|(schedule, occurrence)| (*schedule, *occurrence))
        else {
            return;
        };
        let due = occurrence.due;
        match after.next {
            Next::Fires { after_ms } => self.fires(schedule, due, due.unix_ms() + after_ms),
            Next::FiresTwice => {
                self.fires(schedule, due, due.unix_ms());
                self.fires(schedule, due, due.unix_ms() + 1);
            }
            Next::FiresWith { wrong_by_ms } => {
                let wrong = Instant::from_unix_ms(due.unix_ms() + wrong_by_ms);
                self.fires(schedule, wrong, wrong.unix_ms());
            }
            Next::Owner(wish) => self.owner_says(schedule, occurrence, wish),
        }
    }

    fn fires(&mut self, schedule: ScheduleId, due: Instant, at_ms: i64) {
        let wait_ms = at_ms - START_MS - self.passed_ms;
        if wait_ms <= WAIT_MS_MAX {
            let fired = timer::Fired { timer: Timer::Occur(schedule), due };
            self.says("_clock", &Command::from(fired), wait_ms.max(0));
        }
    }

    fn owner_says(&mut self, schedule: ScheduleId, occurrence: Occurrence, wish: OwnersWish) {
        let Some(owner) = self.owners.get(&schedule).cloned() else { return };
        let occurrence = occurrence.name();
        let replace = |when| Command::from(Replace { schedule, message: None, when, id: None });
        let said = match wish {
            OwnersWish::Skip => schedule::Skip { schedule, occurrence }.into(),
            OwnersWish::Unskip => schedule::Unskip { schedule, occurrence }.into(),
            OwnersWish::Pause => schedule::Pause::from(schedule).into(),
            OwnersWish::Resume => schedule::Resume::from(schedule).into(),
            OwnersWish::Run => schedule::RunNow::from(schedule).into(),
            OwnersWish::Cancel => schedule::Cancel::from(schedule).into(),
            OwnersWish::Replace(when) => replace(when.map(|when| *when)),
        };
        self.says(owner.as_str(), &said, 1);
    }
}
