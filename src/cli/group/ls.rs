//! `homing group ls` and `show`: the groups of somebody, and who is in one.

use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::pages::{Paging, Place};
use crate::cli::settings::Settings;
use crate::cli::table::{one_line, or_dash, table};
use crate::wire::group_query::{GroupView, GroupsOf, MemberView, PlaceView};
use crate::words::GroupNumber;

/// Show your groups, and those you are asked to join
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    paging: Paging,
}

/// Show who is in a group; members without an account are shown to administrators alone
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    speaker: Speaker,
    /// The group's number
    group: GroupNumber,
    #[command(flatten)]
    paging: Paging,
}

pub(super) async fn list(args: ListArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = args.speaker.connect(settings).await?;
    let question = |Place { limit, after }| GroupsOf { limit, after, ..GroupsOf::default() };
    args.paging.each(&client, "groups", question, async |page| output.page(page, groups)).await
}

pub(super) async fn show(args: ShowArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = args.speaker.connect(settings).await?;
    let group = Some(args.group);
    let question = |Place { limit, after }| GroupsOf { limit, after, user: None, group };
    args.paging.each(&client, "groups", question, async |page| output.page(page, members)).await
}

fn groups(groups: &[GroupView]) -> String {
    let row = |shown: &GroupView| {
        vec![
            shown.group.to_string(),
            one_line(&shown.name).to_owned(),
            shown.place.as_ref().map_or_else(|| "-".to_owned(), place),
            format!("{}/{}", shown.size, shown.cap),
            shown.writes.to_string(),
            shown.invites.to_string(),
            format!("{}/{}", shown.sms_day, shown.sms_month),
            or_dash(shown.zone),
        ]
    };
    let head = ["group", "name", "you", "members", "writes", "invites", "sms day/month", "zone"];
    table(&head, &groups.iter().map(row).collect::<Vec<_>>())
}

fn members(members: &[MemberView]) -> String {
    let row = |shown: &MemberView| {
        let (sms, when) = match &shown.place {
            PlaceView::In { sms, since, .. } => (if *sms { "on" } else { "off" }, format!("since {since}")),
            PlaceView::Asked { until, .. } => ("-", format!("until {until}")),
        };
        vec![shown.who.to_string(), place(&shown.place), sms.to_owned(), when]
    };
    table(&["who", "role", "sms", "when"], &members.iter().map(row).collect::<Vec<_>>())
}

fn place(place: &PlaceView) -> String {
    match place {
        PlaceView::In { role, .. } => role.to_string(),
        PlaceView::Asked { invited_by, .. } => format!("asked by {invited_by}"),
    }
}
