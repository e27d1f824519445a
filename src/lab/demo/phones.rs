//! The phones of the demo, and the small SMSC that they belong to: what they show, and what is typed on them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;

use crate::cli::output::Failure;
use crate::lab::smsc::{Event, Options, Smsc};
use crate::smpp::pdu::ReceiptState;
use crate::sms::{Account, Settings};
use crate::words::Phone;

/// Far more than an SMS takes on one machine.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) struct Phones {
    smsc: Smsc,
    events: Receiver<Event>,
}

/// An SMS as a phone shows it.
pub(super) struct Sms {
    pub(super) to: String,
    pub(super) from: String,
    pub(super) text: String,
}

impl Phones {
    /// On a free port.
    pub(super) async fn start() -> Result<Phones, Failure> {
        let started = Smsc::start(Options::default()).await;
        let (smsc, events) =
            started.map_err(|error| Failure::failed(format!("could not start an SMSC: {error}")))?;
        Ok(Phones { smsc, events })
    }

    /// The bridge's, with an account here.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let account: Account = format!("smpp://demo:demo@127.0.0.1:{}?name=demo", self.smsc.port())
            .parse()
            .map_err(|error| Failure::failed(format!("{error}")))?;
        Ok(Settings { accounts: vec![Arc::new(account)], ..Settings::default() })
    }

    pub(super) fn smsc(&self) -> Smsc {
        self.smsc.clone()
    }

    pub(super) fn port(&self) -> u16 {
        self.smsc.port()
    }

    /// Waits for Homing to be bound.
    pub(super) async fn bound(&mut self) -> Result<(), Failure> {
        let bound = |event| matches!(event, Event::Bound { .. }).then_some(());
        self.see("Homing did not bind to the SMSC", bound).await
    }

    /// The next SMS that this phone shows.
    pub(super) async fn shows(&mut self, phone: Phone) -> Result<Sms, Failure> {
        let number = phone.to_string();
        let shown = |event| {
            if let Event::Submitted { from, to, text, reached: true, .. } = event
                && to == number
            {
                return Some(Sms { to, from, text });
            }
            None
        };
        self.see("no SMS came to the phone", shown).await
    }

    /// The next SMS that each of these shows, in whatever order they come.
    pub(super) async fn show_each(&mut self, phones: &[Phone]) -> Result<Vec<Sms>, Failure> {
        let mut awaited: Vec<String> = phones.iter().map(Phone::to_string).collect();
        let mut shown = Vec::with_capacity(awaited.len());
        while !awaited.is_empty() {
            let next = |event| {
                if let Event::Submitted { from, to, text, reached: true, .. } = event
                    && awaited.contains(&to)
                {
                    return Some(Sms { to, from, text });
                }
                None
            };
            let sms = self.see("no SMS came to a phone", next).await?;
            awaited.retain(|phone| *phone != sms.to);
            shown.push(sms);
        }
        Ok(shown)
    }

    /// Waits until Homing has taken the SMSC's receipt: the phone has got what was sent to it.
    pub(super) async fn receipt(&mut self, phone: Phone) -> Result<(), Failure> {
        let number = phone.to_string();
        let taken = |event| {
            let delivered = ReceiptState::Delivered;
            matches!(event, Event::Receipt { phone, state, status: 0, .. } if phone == number && state == delivered)
                .then_some(())
        };
        self.see("Homing took no receipt", taken).await
    }

    /// Makes a phone send an SMS, which Homing has then taken.
    pub(super) async fn types(&self, phone: Phone, to: &str, text: &str) -> Result<(), Failure> {
        let typed = tokio::time::timeout(PATIENCE, self.smsc.types(phone, to, text)).await;
        match typed {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Failure::failed(format!("the phone's SMS did not arrive: {error}"))),
            Err(_) => Err(late("Homing did not take the phone's SMS")),
        }
    }

    async fn see<T>(&mut self, else_say: &str, wanted: impl Fn(Event) -> Option<T>) -> Result<T, Failure> {
        let wait = async {
            while let Some(event) = self.events.recv().await {
                if let Some(seen) = wanted(event) {
                    return Some(seen);
                }
            }
            None
        };
        let seen = tokio::time::timeout(PATIENCE, wait).await.ok().flatten();
        seen.ok_or_else(|| late(else_say))
    }
}

fn late(what: &str) -> Failure {
    Failure::failed(format!("{what} within {} s", PATIENCE.as_secs()))
}
