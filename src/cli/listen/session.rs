//! One stay online, from the subscription to the farewell.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use tokio::sync::Notify;
use tokio::sync::mpsc::{OwnedPermit, Receiver, Sender};
use tokio::task::JoinHandle;
use tracing::warn;

use super::catch_up;
use super::confirm;
use super::contacts::{self, Contacts};
use super::lease::Lease;
use super::news;
use super::own::Own;
use super::refused::refused;
use super::screen::{Screen, Terminal, names, time_of_day};
use super::seen::Seen;
use super::typing::{self, Typed};
use crate::cli::client::{Client, is_homings};
use crate::cli::kept_contacts::KeptContacts;
use crate::cli::output::Failure;
use crate::cli::table::said;
use crate::rules::Command;
use crate::rules::message::Send;
use crate::rules::presence::{Encoding, Offline, Online};
use crate::wire::note::Told;
use crate::wire::{MessageView, subjects, to_value};
use crate::words::{Address, MessageId, UserName};

/// What is sent live when a device comes online; where as many came, more may wait in the inbox.
const LIVE_LEN_MAX: u64 = 1_000;
/// For the last confirmations and the farewell; a person waits for it.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

pub(super) struct Session {
    client: Client,
    user: UserName,
    online: Online,
    screen: Arc<Screen>,
    live: Subscriber,
    notes: Subscriber,
    found: Receiver<MessageView>,
    lines: Receiver<String>,
    wanted: Arc<Notify>,
    shown: Sender<MessageId>,
    confirming: JoinHandle<()>,
    typed: Sender<Send>,
    sending: JoinHandle<()>,
    contacts: Contacts,
    keeping: JoinHandle<()>,
    seen: Seen,
    own: Own,
    came_live: u64,
    /// Whom lines go to: only the person changes it, for a message may come while a line is being typed.
    to: Option<Vec<Address>>,
}

impl Session {
    /// Subscribes; the device is not online yet, so that nothing comes before it can be heard.
    pub(super) async fn start(
        client: Client,
        user: UserName,
        online: Online,
        Terminal { screen, lines }: Terminal,
        kept: KeptContacts,
        to: Option<Vec<Address>>,
    ) -> Result<Session, Failure> {
        let (live, notes) = (subjects::live_of(&user), subjects::notes_of(&user));
        let [live, notes] = [live, notes].map(|subject| client.log.client().subscribe(subject));
        let (live, notes) = tokio::try_join!(live, notes)
            .map_err(|error| Failure::failed(format!("could not listen: {error}")))?;
        let wanted = Arc::new(Notify::new());
        let found = catch_up::start(client.clone(), wanted.clone());
        let (shown, confirming) = confirm::start(client.clone());
        let (typed, sending) = typing::sender(client.clone(), screen.clone());
        let (contacts, keeping) = contacts::start(client.clone(), kept, screen.clone());
        Ok(Session {
            client,
            user,
            online,
            screen,
            live,
            notes,
            found,
            lines,
            wanted,
            shown,
            confirming,
            typed,
            sending,
            contacts,
            keeping,
            seen: Seen::default(),
            own: Own::default(),
            came_live: 0,
            to,
        })
    }

    /// Shows what comes and sends what is typed, until the person leaves or cannot be online.
    pub(super) async fn until_left(&mut self, count: Option<u64>) -> Result<(), Failure> {
        let lease = Lease {
            client: self.client.clone(),
            user: self.user.clone(),
            online: self.online.clone(),
            wanted: self.wanted.clone(),
            screen: self.screen.clone(),
            contacts: self.contacts.clone(),
        };
        let (lease, log) = (lease.keep(), self.client.log.clone());
        let refused = refused(&log);
        tokio::pin!(lease, refused);
        let mut left = count;
        while left != Some(0) {
            let shown = tokio::select! {
                failure = &mut lease => return Err(failure),
                failure = &mut refused => return Err(failure),
                Some((message, room)) = with_room(&self.shown, self.live.next()) => {
                    is_homings(&message) && self.take_live(&message.payload, room)?
                }
                Some(note) = self.notes.next() => {
                    if is_homings(&note) {
                        self.tell(&note.payload);
                    }
                    false
                }
                Some((shown, room)) = with_room(&self.shown, self.found.recv()) => self.show(&shown, room)?,
                Some((line, room)) = with_room(&self.typed, self.lines.recv()) => {
                    if self.obey(&line, room) {
                        return Ok(());
                    }
                    false
                }
                else => return Err(Failure::failed("the connection to NATS is closed".to_owned())),
            };
            if shown {
                left = left.map(|left| left - 1);
            }
        }
        Ok(())
    }

    /// Confirms what was shown, sends what was typed, and says farewell.
    pub(super) async fn leave(self) {
        let Session { client, online, shown, confirming, typed, sending, contacts, keeping, .. } = self;
        // Their queues end, and with them the tasks.
        drop((shown, typed, contacts));
        let farewell = async {
            let _ = tokio::join!(confirming, sending, keeping);
            let offline = Command::from(Offline { device: online.device });
            client.publish(&offline, Encoding::Json).await
        };
        match tokio::time::timeout(LEAVE_WITHIN, farewell).await {
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => warn!(%failure, "the lease will lapse"),
            Err(_) => {
                warn!("the server is away: what was not confirmed comes again, and the lease will lapse")
            }
        }
    }

    fn take_live(&mut self, payload: &[u8], room: OwnedPermit<MessageId>) -> Result<bool, Failure> {
        self.came_live += 1;
        if self.came_live.is_multiple_of(LIVE_LEN_MAX) {
            self.wanted.notify_one();
        }
        match serde_json::from_slice(payload) {
            Ok(shown) => self.take_shown(&shown, room),
            Err(error) => {
                warn!(%error, "a live message cannot be read");
                Ok(false)
            }
        }
    }

    /// What the person has written to a group on another device is shown, and nobody waits to hear that it was.
    fn take_shown(&mut self, shown: &MessageView, room: OwnedPermit<MessageId>) -> Result<bool, Failure> {
        if shown.from.user() != Some(&self.user) || shown.group.is_none() {
            return self.show(shown, room);
        }
        if self.seen.is_new(shown.message) && !self.own.is_copy(shown) {
            self.print(shown)?;
        }
        Ok(false)
    }

    /// What became of something is said once, and is no message. It comes in what the user's `pc` devices speak, of which this
    /// one need not be.
    fn tell(&self, payload: &[u8]) {
        match to_value(payload).map(serde_json::from_value::<Told>) {
            Some(Ok(Told::One(note))) => self.screen.aside(&note, || news::line(&self.user, &note)),
            Some(Ok(Told::Sums(note))) => self.screen.aside(&note, || news::sums(&note)),
            Some(Err(_)) | None => warn!("a note cannot be read"),
        }
    }

    /// Shows a message that was not shown before, and has it confirmed.
    fn show(&mut self, shown: &MessageView, room: OwnedPermit<MessageId>) -> Result<bool, Failure> {
        if !self.seen.is_new(shown.message) {
            return Ok(false);
        }
        self.print(shown)?;
        room.send(shown.message);
        Ok(true)
    }

    fn print(&self, shown: &MessageView) -> Result<(), Failure> {
        let from = match &shown.group {
            Some(group) => format!("{} to #{group}", shown.from),
            None => shown.from.to_string(),
        };
        self.screen.shown(shown, || format!("{}  {from}: {}", time_of_day(&shown.at), said(shown)))
    }

    /// Does what was typed; whether it was to leave.
    fn obey(&mut self, line: &str, room: OwnedPermit<Send>) -> bool {
        self.screen.entered();
        match typing::understand(line, self.to.as_deref()) {
            Typed::Quit => return true,
            Typed::Send(message) => {
                if self.to.as_ref() != Some(&message.to) {
                    self.choose(message.to.clone());
                }
                self.own.typed(&message);
                // The next line is asked for behind the outcome of this one.
                room.send(message);
            }
            Typed::Choose(to) => self.choose(to),
            Typed::Contacts => self.contacts.show(),
            Typed::Help => self.screen.progress(typing::HELP),
            Typed::Hint(hint) => self.screen.hint(hint),
            Typed::Nothing => self.screen.ask(),
        }
        false
    }

    fn choose(&mut self, to: Vec<Address>) {
        self.screen.choose(&to);
        self.screen.progress(&format!("Your lines go to {} now.", names(&to)));
        self.to = Some(to);
    }
}

/// The next one, once there is room for what becomes of it: it is not taken before.
async fn with_room<T, M>(
    queue: &Sender<M>,
    next: impl Future<Output = Option<T>>,
) -> Option<(T, OwnedPermit<M>)> {
    let room = queue.clone().reserve_owned().await.ok()?;
    next.await.map(|taken| (taken, room))
}
