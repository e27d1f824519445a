//! The terminal: shows what happens at the SMSC, and has its phones send what is typed.

use serde_json::json;
use tokio::sync::mpsc::{self, OwnedPermit, Receiver, Sender};

use super::event_line::Told;
use super::phones::Phones;
use super::typing::{self, HELP, Sms, Typed};
use crate::cli::lines::{self, LINES_LEN_MAX};
use crate::cli::output::{Failure, Output};
use crate::cli::table::table;
use crate::lab::smsc::{Event, Smsc};
use crate::log::clock;

pub(super) struct Terminal {
    events: Receiver<Event>,
    lines: Receiver<String>,
    typed: Sender<Sms>,
    phones: Phones,
    output: Output,
}

impl Terminal {
    pub(super) fn new(smsc: Smsc, events: Receiver<Event>, output: Output) -> Terminal {
        let (typed, queue) = mpsc::channel(LINES_LEN_MAX);
        // A task of its own: while it waits for an ESME, events are shown.
        tokio::spawn(send(smsc, queue, output));
        Terminal { events, lines: lines::lines(), typed, phones: Phones::default(), output }
    }

    pub(super) async fn until_quit(&mut self) -> Result<(), Failure> {
        loop {
            tokio::select! {
                Some(event) = self.events.recv() => self.show(&event)?,
                Some((line, room)) = with_room(&self.typed, &mut self.lines) => {
                    if self.obey(&line, room) {
                        return Ok(());
                    }
                }
                else => return Err(Failure::failed("the SMSC has ended".to_owned())),
            }
        }
    }

    /// What came while it stopped.
    pub(super) fn show_rest(&mut self) -> Result<(), Failure> {
        while let Ok(event) = self.events.try_recv() {
            self.show(&event)?;
        }
        Ok(())
    }

    fn show(&mut self, event: &Event) -> Result<(), Failure> {
        self.phones.see(event);
        let told = Told::of(event, clock::now());
        self.output.shown(&told, || told.line())
    }

    /// Does what was typed; whether it was to quit.
    fn obey(&self, line: &str, room: OwnedPermit<Sms>) -> bool {
        match typing::understand(line, self.phones.last()) {
            Typed::Quit => return true,
            Typed::Sms(sms) => {
                room.send(sms);
            }
            Typed::Phones => self.list(),
            Typed::Last => self.tell_last(),
            Typed::Help => self.output.progress(HELP),
            Typed::Hint(hint) => self.output.complain(&Failure::usage(hint)),
            Typed::Nothing => {}
        }
        false
    }

    fn list(&self) {
        let phones = self.phones.iter();
        let phones: Vec<_> = phones
            .map(|(phone, traffic)| json!({ "phone": phone, "got": traffic.got, "sent": traffic.sent }))
            .collect();
        self.output.result(&json!({ "phones": phones }), || {
            let row = |(phone, traffic): (&str, super::phones::Traffic)| {
                vec![phone.to_owned(), traffic.got.to_string(), traffic.sent.to_string()]
            };
            table(&["phone", "got", "sent"], &self.phones.iter().map(row).collect::<Vec<_>>())
        });
    }

    fn tell_last(&self) {
        let last = self.phones.last();
        let value = json!({ "last": last.map(|(phone, from)| json!({ "phone": phone, "from": from })) });
        self.output.result(&value, || match last {
            Some((phone, from)) => format!("> text replies from {phone} to {from}"),
            None => "no phone has got an SMS yet that it can reply to".to_owned(),
        });
    }
}

/// The next line, once there is room for what it sends: it is not taken before.
async fn with_room(typed: &Sender<Sms>, lines: &mut Receiver<String>) -> Option<(String, OwnedPermit<Sms>)> {
    let room = typed.clone().reserve_owned().await.ok()?;
    lines.recv().await.map(|line| (line, room))
}

/// In the order typed.
async fn send(smsc: Smsc, mut queue: Receiver<Sms>, output: Output) {
    while let Some(Sms { phone, to, text }) = queue.recv().await {
        if let Err(error) = smsc.types(phone, &to, &text).await {
            output
                .complain(&Failure::failed(format!("the SMS from {phone} to {to} did not arrive: {error}")));
        }
    }
}
