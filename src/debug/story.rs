//! The story of a message, told from its commits: each step with its meaning, and each recipient's end with what led to it.

use super::evidence::{Commits, Evidence};
use super::places::{DeliveryPlaces, MessagePlaces, Standing};
use super::{gates, reasons};
use crate::rules::attempt::{self, UnknownReason};
use crate::rules::message::{self, Accepted, Page};
use crate::rules::{Commit, Fact};
use crate::wire::told;
use crate::wire::why::{Gate, RecipientStory, StepView, Story};
use crate::words::{EventSeq, Instant, MessageId, Party};

/// The story of a message. With `open`, also what others did that decided it.
pub fn of_message(places: &MessagePlaces, commits: &Commits, open: bool) -> Story {
    let message = places.message;
    let accepted = commits.get(&places.accepted);
    let body = accepted.and_then(|commit| commit.facts.iter().find_map(|fact| accepted_of(fact, message)));
    let in_name = body.is_some_and(|body| body.in_name.is_some());
    let start = accepted.map(|commit| commit.at);
    let steps = accepted
        .zip(body)
        .map(|(commit, body)| step(places.accepted, commit, None, "message.accepted", acceptance(body)));
    let recipients: Vec<RecipientStory> = places
        .deliveries
        .iter()
        .map(|delivery| recipient(message, delivery, commits, (in_name, open), start))
        .collect();
    Story {
        id: message.to_string(),
        says: summary(message, body, &recipients, places.next.is_some()),
        command: None,
        steps: steps.into_iter().collect(),
        recipients,
        otherwise: Vec::new(),
        next: places.next.clone(),
        read_until: None,
    }
}

fn accepted_of(fact: &Fact, message: MessageId) -> Option<&Accepted> {
    fact.get::<Accepted>().filter(|accepted| accepted.message == message)
}

fn acceptance(body: &Accepted) -> String {
    let whom = match (body.group, body.app, body.to.len()) {
        (Some(group), Some(app), _) => format!("the app {app} in the group {group}"),
        (Some(group), None, _) => format!("the group {group}"),
        (None, _, 1) => body.to.first().map_or_else(String::new, ToString::to_string),
        (None, _, len) => format!("{len} recipients"),
    };
    let until =
        body.expires.map_or_else(String::new, |at| format!(", worth delivering until {}", at.brief()));
    format!(
        "Homing answers for it: from {} to {whom}, route {}{until}",
        body.from.as_str(),
        body.route.as_str()
    )
}

fn summary(message: MessageId, body: Option<&Accepted>, recipients: &[RecipientStory], more: bool) -> String {
    let from = body.map_or_else(String::new, |body| format!(" from {}", body.from.as_str()));
    let end = |one: &RecipientStory| {
        let way = one.channel.as_ref().map_or_else(String::new, |channel| format!(", {channel}"));
        let why = one.reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
        format!("{}{way}{why}", one.state)
    };
    match recipients {
        [one] if !more => format!("{message}{from} to {}: {}", one.to, end(one)),
        _ => {
            let mut states: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
            recipients.iter().for_each(|one| *states.entry(one.state.as_str()).or_default() += 1);
            let sums: Vec<String> = states.iter().map(|(state, sum)| format!("{sum} {state}")).collect();
            let those = if more { "of those shown " } else { "" };
            format!(
                "{message}{from}: {those}{}",
                if sums.is_empty() { "nobody gets it".to_owned() } else { sums.join(", ") }
            )
        }
    }
}

fn recipient(
    message: MessageId,
    delivery: &DeliveryPlaces,
    commits: &Commits,
    (in_name, open): (bool, bool),
    start: Option<Instant>,
) -> RecipientStory {
    let DeliveryPlaces { to, now, steps: places } = delivery;
    let (mut steps, mut gates, mut otherwise) = (Vec::new(), Vec::new(), Vec::new());
    let mut before = start;
    let mut by_sms = false;
    for place in places {
        let Some(commit) = commits.get(&place.seq) else { continue };
        let evidence = Evidence { commits, to, here: place.seq, read: &place.read, open };
        for fact in facts_for(commit, message, to) {
            let Some(Meaning { says, looked_at, other }) = meaning(&fact, &evidence, in_name, by_sms) else {
                continue;
            };
            by_sms = by_sms || matches!(fact, Fact::Attempt(_));
            steps.push(step(place.seq, commit, before, fact.name(), says));
            before = Some(commit.at);
            if !looked_at.is_empty() {
                gates = looked_at;
            }
            if let Some(other) = other {
                otherwise = other;
            }
        }
    }
    let Standing { state, channel, reason } = now.clone();
    RecipientStory { to: to.clone(), state, channel, reason, gates, steps, otherwise }
}

/// The facts of a commit that are about this delivery; a page's too.
fn facts_for(commit: &Commit, message: MessageId, to: &Party) -> Vec<Fact> {
    let unfolded = commit.facts.iter().flat_map(|fact| match fact.get::<Page>() {
        Some(page) if page.message == message => page.deliveries().collect(),
        Some(_) | None => vec![fact.clone()],
    });
    unfolded.filter(|fact| delivery_of(fact) == Some((message, to))).collect()
}

/// Whose delivery a fact is about.
pub fn delivery_of(fact: &Fact) -> Option<(MessageId, &Party)> {
    match fact {
        Fact::Message(fact) => match fact {
            message::Fact::Accepted(_) | message::Fact::Page(_) => None,
            message::Fact::Routed(it) => Some((it.message, &it.to)),
            message::Fact::Delivered(it) => Some((it.message, &it.to)),
            message::Fact::WasRead(it) => Some((it.message, &it.to)),
            message::Fact::Filtered(it) => Some((it.message, &it.to)),
            message::Fact::Recalled(it) => Some((it.message, &it.to)),
            message::Fact::Expired(it) => Some((it.message, &it.to)),
            message::Fact::Failed(it) => Some((it.message, &it.to)),
        },
        Fact::Attempt(fact) => match fact {
            attempt::Fact::Granted(it) => Some((it.message, &it.to)),
            attempt::Fact::LetGo(it) => Some((it.message, &it.to)),
            attempt::Fact::Accepted(it) => Some((it.attempt.message, &it.attempt.to)),
            attempt::Fact::Failed(it) => Some((it.attempt.message, &it.attempt.to)),
            attempt::Fact::Deferred(it) => Some((it.attempt.message, &it.attempt.to)),
            attempt::Fact::Unknown(it) => Some((it.attempt.message, &it.attempt.to)),
            attempt::Fact::Receipted(it) => Some((it.receipt.message, &it.receipt.to)),
            attempt::Fact::Silent(it) => Some((it.message, &it.to)),
            attempt::Fact::Unmatched(_) => None,
        },
        Fact::Refusal(_)
        | Fact::Identity(_)
        | Fact::Contacts(_)
        | Fact::Presence(_)
        | Fact::Group(_)
        | Fact::Schedule(_)
        | Fact::Phone(_)
        | Fact::Service(_)
        | Fact::Timer(_) => None,
    }
}

/// What a fact means for a recipient.
struct Meaning {
    says: String,
    looked_at: Vec<Gate>,
    /// None leaves what the step before has said.
    other: Option<Vec<String>>,
}

fn plain(says: impl Into<String>) -> Meaning {
    Meaning { says: says.into(), looked_at: Vec::new(), other: None }
}

fn meaning(fact: &Fact, evidence: &Evidence<'_>, in_name: bool, by_sms: bool) -> Option<Meaning> {
    match fact {
        Fact::Message(fact) => of_delivery(fact, evidence, in_name, by_sms),
        Fact::Attempt(fact) => of_attempt(fact),
        Fact::Refusal(_)
        | Fact::Identity(_)
        | Fact::Contacts(_)
        | Fact::Presence(_)
        | Fact::Group(_)
        | Fact::Schedule(_)
        | Fact::Phone(_)
        | Fact::Service(_)
        | Fact::Timer(_) => None,
    }
}

fn of_delivery(
    fact: &message::Fact,
    evidence: &Evidence<'_>,
    in_name: bool,
    by_sms: bool,
) -> Option<Meaning> {
    let to = evidence.to.to_string();
    Some(match fact {
        message::Fact::Accepted(_) | message::Fact::Page(_) => return None,
        message::Fact::Routed(routed) => {
            // Who has just come online is seen in the commit itself.
            let seen = evidence.at(routed.seen.unwrap_or(evidence.here));
            Meaning {
                says: reasons::routed(&to, routed.channel, routed.because),
                looked_at: gates::of_routed(routed.channel, routed.because, seen, evidence),
                other: Some(reasons::other_channel(&to, routed.channel, routed.because)),
            }
        }
        message::Fact::Delivered(_) if by_sms => plain("the SMSC's receipt says that the phone has it"),
        message::Fact::Delivered(_) => plain(format!("the client of {to} confirmed it")),
        message::Fact::WasRead(_) => plain(format!("{to} has read it")),
        message::Fact::Filtered(filtered) => {
            let (says, other) = reasons::filtered(&to, filtered.reason);
            let looked_at = gates::of_filtered(filtered.reason, in_name, evidence);
            Meaning { says, looked_at, other: Some(vec![other]) }
        }
        message::Fact::Recalled(_) => Meaning { other: Some(Vec::new()), ..plain("the sender took it back") },
        message::Fact::Expired(_) => Meaning {
            other: Some(vec![format!("a later deadline (expires_in), or {to} confirming it before")]),
            ..plain("it was not worth delivering any more: its deadline had come")
        },
        message::Fact::Failed(failed) => {
            let (says, other) = reasons::failed(failed.reason);
            Meaning { other: Some(vec![other]), ..plain(says) }
        }
    })
}

fn of_attempt(fact: &attempt::Fact) -> Option<Meaning> {
    Some(plain(match fact {
        attempt::Fact::Granted(granted) => {
            format!("the {} bridge asked, and may submit it once", granted.channel.as_str().to_uppercase())
        }
        attempt::Fact::LetGo(_) => {
            "the bridge asked, and is not to submit it: it has ended or takes another way".to_owned()
        }
        attempt::Fact::Accepted(accepted) => {
            let ids: Vec<&str> = accepted.attempt.ids.iter().flatten().map(String::as_str).collect();
            let named =
                if ids.is_empty() { String::new() } else { format!(", and calls it {}", ids.join(", ")) };
            format!("the SMSC behind {} took it{named}", accepted.attempt.connector)
        }
        attempt::Fact::Failed(failed) => reasons::failed(failed.reason).0,
        attempt::Fact::Deferred(deferred) => reasons::deferred(deferred.why),
        attempt::Fact::Unknown(unknown) => match unknown.why {
            UnknownReason::Disconnected => {
                "nobody knows whether the SMSC has it: the link broke before its answer".to_owned()
            }
            UnknownReason::NoResponse => {
                "nobody knows whether the SMSC has it: it did not answer in time".to_owned()
            }
            UnknownReason::BridgeLost => {
                "nobody knows whether the SMSC has it: the bridge was lost before it reported".to_owned()
            }
        },
        attempt::Fact::Receipted(receipted) => {
            let receipt = &receipted.receipt;
            let error = receipt.error.as_ref().map_or_else(String::new, |error| format!(", error {error}"));
            format!(
                "a receipt for segment {} of {}: {}{error}",
                u16::from(receipt.segment) + 1,
                receipt.segments,
                receipt.state
            )
        }
        attempt::Fact::Silent(_) => "no receipt is waited for any more".to_owned(),
        attempt::Fact::Unmatched(_) => return None,
    }))
}

/// A fact of a story that is not a message's, as it stands.
pub fn plain_step(seq: EventSeq, commit: &Commit, before: Option<Instant>, fact: &Fact) -> StepView {
    step(seq, commit, before, fact.name(), told::shown(fact, Instant::brief))
}

fn step(seq: EventSeq, commit: &Commit, before: Option<Instant>, fact: &str, says: String) -> StepView {
    StepView {
        seq,
        at: commit.at.to_string(),
        after_ms: before.map(|before| (commit.at - before).ms()),
        command: commit.command,
        by: commit.by.to_string(),
        fact: fact.to_owned(),
        says,
    }
}
