//! The time before the first connection: the kept contact list is shown, and the server is tried again and again.

use std::time::Duration;

use tokio::time::sleep;
use tracing::debug;

use super::contacts;
use super::screen::Terminal;
use super::typing::{self, Typed};
use crate::cli::client::{Client, Speaker};
use crate::cli::kept_contacts::KeptContacts;
use crate::cli::output::Failure;
use crate::cli::settings::Settings;
use crate::words::UserName;

/// A person waits for it.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Connects, however long that takes; none where the person leaves meanwhile. Who has not been online at this server from this
/// device may have named the wrong one, and is told at once that it cannot be reached.
///
/// # Errors
/// Where the server does not let this user in, or cannot be reached and no list is kept.
pub(super) async fn connect(
    speaker: &Speaker,
    settings: &Settings,
    user: &UserName,
    Terminal { screen, lines }: &mut Terminal,
) -> Result<Option<Client>, Failure> {
    let failure = match speaker.connect(settings).await {
        Ok(client) => return Ok(Some(client)),
        Err(failure) => failure,
    };
    let kept = KeptContacts::of(settings, user)?;
    let Some(list) = kept.list().filter(|_| failure.is_unreachable()) else { return Err(failure) };
    screen.complain(&failure);
    contacts::offline(list, screen);
    screen.progress("It is tried again until there is a connection; /quit leaves.");
    let connected = until_connected(speaker, settings);
    tokio::pin!(connected);
    loop {
        let line = tokio::select! {
            connected = &mut connected => return connected.map(Some),
            Some(line) = lines.recv() => line,
        };
        screen.entered();
        match typing::understand(&line, None) {
            Typed::Quit => return Ok(None),
            Typed::Contacts => contacts::offline(list, screen),
            Typed::Help => screen.progress(typing::HELP),
            Typed::Nothing => screen.ask(),
            Typed::Send(_) | Typed::Choose(_) | Typed::Hint(_) => {
                screen.hint("not done, for there is no connection yet".to_owned());
            }
        }
    }
}

async fn until_connected(speaker: &Speaker, settings: &Settings) -> Result<Client, Failure> {
    loop {
        sleep(AGAIN_AFTER).await;
        match speaker.connect(settings).await {
            Err(failure) if failure.is_unreachable() => debug!(%failure, "it is tried again"),
            connected => return connected,
        }
    }
}
