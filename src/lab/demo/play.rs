//! The demo's play, act by act.

use serde_json::json;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::client::ImClient;
use super::events;
use super::phones::Phones;
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::gate;
use crate::log::NatsUrl;
use crate::rules::identity::Register;
use crate::rules::message::{Routed, Send};
use crate::rules::{Command, Fact};
use crate::wire::query::{Deliveries, DeliveryOf};
use crate::words::{Address, Instant, MessageId, Phone, UserName, WordError};

pub(super) struct Play<'a> {
    pub(super) at: &'a NatsUrl,
    output: Output,
    pub(super) left: CancellationToken,
    pub(super) admin: Client,
    alice: OnceCell<Client>,
    pub(super) bob: UserName,
}

pub(super) async fn play(
    at: &NatsUrl,
    as_operator: NatsUrl,
    output: Output,
    left: CancellationToken,
    mut phones: Phones,
) -> Result<(), Failure> {
    let admin = Client::at(&as_operator, OPERATOR).await?;
    let play = Play { at, output, left, admin, alice: OnceCell::new(), bob: parsed("bob")? };
    play.say(&format!("Homing is running, with a nats-server of its own at {at}."));
    play.people().await?;
    let mut client = ImClient::online(&play.signed_in("bob"), &play.bob, &play.left).await?;
    play.say("bob's client is online: it holds a lease of 2 s and renews it by heartbeats.");
    play.live(&mut client).await?;
    let waiting = play.away(client).await?;
    let mut client = play.back(waiting).await?;
    play.refused().await?;
    play.explain(waiting).await?;
    play.later(&mut client).await?;
    let number = play.by_sms(&mut phones).await?;
    play.answer(&phones, &number).await?;
    play.leaves(client, &mut phones).await?;
    play.class(&mut phones).await?;
    play.act(
        "That was the main job. `homing up` runs it for you, and `homing smsc` is phones to try it with; the README shows \
         how to send from any language.",
    );
    Ok(())
}

/// For the length of a play.
fn password(name: &str) -> String {
    format!("{name}s password")
}

/// A word of the play's own text.
pub(super) fn parsed<T: std::str::FromStr<Err = WordError>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| Failure::failed(format!("{error}")))
}

/// With nothing but a name and, for some, a phone.
pub(super) fn person(name: UserName, phone: Option<Phone>) -> Register {
    Register { phone, ..Register::named(name) }
}

impl Play<'_> {
    pub(super) fn act(&self, title: &str) {
        self.output.result(&json!({ "act": title }), || format!("\n{title}"));
    }

    pub(super) fn say(&self, line: &str) {
        self.output.result(&json!({ "says": line }), || format!("  {line}"));
    }

    async fn people(&self) -> Result<(), Failure> {
        self.act("1. An operator registers two people, each with a password.");
        for name in ["alice", "bob"] {
            let secret = gate::hash(&password(name))?;
            self.register(Register { secret: Some(secret), ..person(parsed(name)?, None) }).await?;
        }
        self.say("Each signs in with it, and nats-server lets nobody speak for another.");
        Ok(())
    }

    /// Connected from when it is first asked for: she is registered by then.
    pub(super) async fn alice(&self) -> Result<&Client, Failure> {
        self.alice.get_or_try_init(async || Client::at(&self.signed_in("alice"), "alice").await).await
    }

    /// Where somebody signs in.
    pub(super) fn signed_in(&self, name: &str) -> NatsUrl {
        self.at.clone().with_password(name, &password(name))
    }

    pub(super) async fn register(&self, person: Register) -> Result<(), Failure> {
        let phone = person.phone.map(|phone| format!(", phone {phone}")).unwrap_or_default();
        let name = person.name.clone();
        let outcome = self.admin.accepted(&Command::from(person)).await?;
        let im = outcome.im.map(|im| im.to_string()).unwrap_or_default();
        self.say(&format!("{name} is registered; IM number {im}{phone}."));
        Ok(())
    }

    pub(super) async fn send(&self, to: &UserName, text: &str) -> Result<MessageId, Failure> {
        let send = Send { to: vec![Address::User(to.clone())], text: Some(text.into()), ..Send::default() };
        let outcome = self.alice().await?.accepted(&Command::from(send)).await?;
        let message =
            outcome.message.ok_or_else(|| Failure::failed("the outcome names no message".to_owned()))?;
        self.say(&format!("alice sends {to} \"{text}\": accepted as {message}."));
        Ok(message)
    }

    async fn live(&self, client: &mut ImClient) -> Result<(), Failure> {
        self.act("2. Bob is online: the message reaches him live, and he confirms it.");
        let message = self.send(&self.bob, "on my way").await?;
        self.receive(client, message).await?;
        self.state(message).await
    }

    async fn receive(&self, client: &mut ImClient, message: MessageId) -> Result<(), Failure> {
        let shown = client.next().await?;
        if shown.message != message {
            return Err(Failure::failed(format!("{message} was expected, {} came", shown.message)));
        }
        let text = shown.text.unwrap_or_default();
        self.say(&format!("bob's client gets \"{text}\" from {} and confirms it.", shown.from));
        client.confirm(message).await
    }

    pub(super) async fn state(&self, message: MessageId) -> Result<(), Failure> {
        let answer: Deliveries = self.alice().await?.ask("delivery", &DeliveryOf::whole(message)).await?;
        for recipient in answer.recipients {
            let reason = recipient.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            self.say(&format!("The state of {message} for {}: {}{reason}.", recipient.to, recipient.state));
        }
        Ok(())
    }

    async fn away(&self, client: ImClient) -> Result<MessageId, Failure> {
        self.act("3. Bob's client is suddenly gone. His lease lapses, and the next message waits.");
        drop(client);
        let seq = events::gone(&self.admin.log, &self.bob).await?;
        self.say(&format!("No heartbeat for 2 s: bob is offline (event {}).", seq.0));
        let message = self.send(&self.bob, "the key is under the mat").await?;
        self.state(message).await?;
        Ok(message)
    }

    async fn back(&self, message: MessageId) -> Result<ImClient, Failure> {
        self.act("4. Bob returns, and gets what waits.");
        let mut client = ImClient::online(&self.signed_in("bob"), &self.bob, &self.left).await?;
        self.receive(&mut client, message).await?;
        self.state(message).await?;
        Ok(client)
    }

    async fn refused(&self) -> Result<(), Failure> {
        self.act("5. What cannot be done is refused with a code, and changes nothing.");
        let to = vec![parsed("carol")?];
        let send = Send { to, text: Some("hello?".into()), ..Send::default() };
        let outcome = self.alice().await?.command(&Command::from(send)).await?;
        let code =
            outcome.code.ok_or_else(|| Failure::failed("the message to nobody was accepted".to_owned()))?;
        self.say(&format!("alice sends carol \"hello?\": {code}: {}.", outcome.text.unwrap_or_default()));
        Ok(())
    }

    async fn explain(&self, message: MessageId) -> Result<(), Failure> {
        self.act(&format!("6. Everything is an event: the log's own story of {message}."));
        let story = events::about(&self.admin.log, message).await?;
        let began = story.first().map(|(_, commit, _)| commit.at).unwrap_or_default();
        for (seq, commit, fact) in story {
            self.say(&line(seq.0, commit.at, began, &fact));
        }
        Ok(())
    }
}

fn line(seq: u64, at: Instant, began: Instant, fact: &Fact) -> String {
    let detail = fact
        .get::<Routed>()
        .map(|routed| format!("  channel {}, because {}", routed.channel.as_str(), routed.because.as_str()));
    let line = format!(
        "event {seq:>3}  {at}  +{:>5} ms  {:<20}{}",
        (at - began).ms(),
        fact.name(),
        detail.unwrap_or_default()
    );
    line.trim_end().to_owned()
}
