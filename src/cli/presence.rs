//! `homing presence`: which contacts are online.

use super::client::Speaker;
use super::output::{Failure, Output};
use super::pages::{Paging, Place};
use super::settings::Settings;
use super::table::{or_dash, table};
use crate::rules::presence::DeviceClass;
use crate::wire::query::{DeviceView, Page, PresenceView};

/// Show which of your contacts are online, and on which devices, of those who have you as a contact too
///
/// Example: homing presence --user alice
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    paging: Paging,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = args.speaker.connect(settings).await?;
    let question = |Place { limit, after }| Page { limit, after, user: None };
    args.paging.each(&client, "presence", question, async |page| output.page(page, people)).await
}

fn people(contacts: &[PresenceView]) -> String {
    let row = |contact: &PresenceView| {
        let devices: Vec<_> = contact.devices.iter().map(device).collect();
        vec![
            contact.user.to_string(),
            if contact.online { "online" } else { "offline" }.to_owned(),
            or_dash(Some(devices.join(", ")).filter(|devices| !devices.is_empty())),
        ]
    };
    table(&["user", "presence", "devices"], &contacts.iter().map(row).collect::<Vec<_>>())
}

fn device(device: &DeviceView) -> String {
    let class = match device.class {
        DeviceClass::Pc => "pc",
        DeviceClass::Pull => "pull",
    };
    format!("{} ({class}, since {})", device.device, device.since)
}
