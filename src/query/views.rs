//! Views: rows of the read models in the words of the contract.

use super::model::{Entry, Present, Reason, Step, User};
use crate::rules::Channel;
use crate::rules::identity::LimitChanges;
use crate::wire::contact_query::ContactView;
use crate::wire::query::{DeviceView, PresenceView, RecipientState, SignIn, StateChange, UserView};
use crate::words::{EventSeq, Instant, Party, UserName};

/// A delivery's story begins with its acceptance.
pub(super) fn recipient(to: Party, (at, seq): (Instant, EventSeq), steps: &[Step]) -> RecipientState {
    let text = |channel: Channel| channel.as_str().to_owned();
    let planned = "planned".to_owned();
    let mut history =
        vec![StateChange { state: planned, at: at.to_string(), seq, channel: None, reason: None }];
    history.extend(steps.iter().map(|step| StateChange {
        state: step.state.as_str().to_owned(),
        at: step.at.to_string(),
        seq: step.seq,
        channel: step.channel.map(text),
        reason: step.reason.map(Reason::text),
    }));
    let last = history.last().expect("it begins with its acceptance");
    RecipientState {
        to,
        state: last.state.clone(),
        channel: steps.iter().rev().find_map(|step| step.channel).map(text),
        reason: last.reason.clone(),
        history,
    }
}

pub(super) fn present((user, devices): Present) -> PresenceView {
    let devices: Vec<DeviceView> = devices
        .into_iter()
        .map(|(device, row)| DeviceView { device, class: row.class, since: row.since.to_string() })
        .collect();
    PresenceView { user, online: !devices.is_empty(), devices }
}

pub(super) fn contact(Entry { who, contact, user }: Entry) -> ContactView {
    let (alias, blocked) = (contact.alias, contact.blocked);
    let mut shown = ContactView { who, alias, blocked, im: None, nickname: None, mood: None, picture: None };
    if let Some(user) = user {
        shown.im = Some(user.im);
        shown.nickname = user.nickname;
        shown.mood = user.mood;
        shown.picture = user.picture;
    }
    shown
}

pub(super) fn user((name, row): (UserName, User)) -> UserView {
    let User { im, phone, zone, day, month, suspended, access, password, nkey, sms, limits, .. } = row;
    let ways = [(password, SignIn::Password), (nkey, SignIn::Nkey)];
    let sign_in = ways.into_iter().filter_map(|(has, way)| has.then_some(way)).collect();
    let limits = Some(LimitChanges::from(limits)).filter(|limits| *limits != LimitChanges::default());
    UserView { name, im, phone, zone, day, month, suspended, access, sign_in, sms, limits }
}
