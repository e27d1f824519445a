//! The question `groups`: the groups of somebody, or the members of one.

use super::answer::{Found, list};
use super::asker::{Asked, Asker};
use super::model::{Group, GroupPlace, Listed, Model};
use super::page::{cursor, limit};
use super::refusal::Unanswered;
use crate::rules::Rejection;
use crate::rules::group::Role;
use crate::wire::group_query::{GroupView, GroupsOf, MemberView, PlaceView};
use crate::wire::query;
use crate::words::{GroupNumber, Party, UserName};

pub(super) fn find(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    let GroupsOf { limit: asked_limit, after, user, group } = query::parse(asked.payload)?;
    let limit = limit(asked_limit)?;
    if let Some(group) = group {
        return members(model, asker, asked, (group, cursor(after.as_deref())?.as_ref(), limit));
    }
    let after: Option<GroupNumber> = cursor(after.as_deref())?;
    let listed = match (asker, user) {
        (Asker::Operator, None) => {
            let Listed { items, more } = model.groups(after, limit)?;
            let items = items.into_iter().map(|(number, group)| (number, group, None)).collect();
            Listed { items, more }
        }
        (Asker::Operator | Asker::User(_), user) => {
            let user = asker.whose(user, model)?;
            let Listed { items, more } = model.groups_of(&user, after, limit)?;
            let items =
                items.into_iter().map(|(number, group, place)| (number, group, Some(place))).collect();
            Listed { items, more }
        }
    };
    list(asked, listed, group_view, |shown| shown.group.to_string())
}

/// Members see who has an account, administrators and operators everybody.
fn members(
    model: &Model,
    asker: &Asker,
    asked: Asked<'_>,
    (group, after, limit): (GroupNumber, Option<&Party>, usize),
) -> Result<Found, Unanswered> {
    let unknown = || Rejection::unknown_group(&group.to_string());
    model.group(group)?.ok_or_else(unknown)?;
    let with_phones = match asker {
        Asker::Operator => true,
        Asker::User(user) => leads(model, group, user)?,
    };
    let listed = model.members(group, after, limit, with_phones)?;
    let shown = |(who, place)| MemberView { who, place: place_view(place) };
    list(asked, listed, shown, |shown| shown.who.to_string())
}

/// Whether a member is the owner or an administrator.
fn leads(model: &Model, group: GroupNumber, user: &UserName) -> Result<bool, Unanswered> {
    match model.place_in(group, &Party::User(user.clone()))? {
        Some(GroupPlace::In { role: Role::Owner | Role::Admin, .. }) => Ok(true),
        Some(GroupPlace::In { role: Role::Member, .. }) => Ok(false),
        Some(GroupPlace::Asked { .. }) | None => Err(Rejection::not_member().into()),
    }
}

fn group_view((number, group, place): (GroupNumber, Group, Option<GroupPlace>)) -> GroupView {
    let Group { name, cap, sms_day, sms_month, zone, writes, invites, size } = group;
    let place = place.map(place_view);
    GroupView { group: number, name, size, cap, sms_day, sms_month, zone, writes, invites, place }
}

fn place_view(place: GroupPlace) -> PlaceView {
    match place {
        GroupPlace::In { role, sms, since, joined: _ } => {
            PlaceView::In { role, sms, since: since.to_string() }
        }
        GroupPlace::Asked { by, until } => PlaceView::Asked { invited_by: by, until: until.to_string() },
    }
}
