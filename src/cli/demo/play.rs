//! The demo's play, act by act.

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::client::Phone;
use super::events;
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::rules::command::{Register, Send};
use crate::rules::{Command, Fact};
use crate::wire::query::{Deliveries, DeliveryOf};
use crate::words::{Address, Instant, MessageId, UserName};

struct Play<'a> {
    url: &'a str,
    output: Output,
    left: CancellationToken,
    admin: Client,
    alice: Client,
    bob: UserName,
}

pub(super) async fn play(url: &str, output: Output, left: CancellationToken) -> Result<(), Failure> {
    let bob: UserName = "bob".parse().map_err(|error| Failure::failed(format!("{error}")))?;
    let admin = Client::at(url, OPERATOR).await?;
    let alice = Client::at(url, "alice").await?;
    let play = Play { url, output, left, admin, alice, bob };
    play.say(&format!("Homing is running, with a nats-server of its own at {url}."));
    play.people().await?;
    let mut phone = Phone::online(url, &play.bob, &play.left).await?;
    play.say("bob's client is online: it holds a lease of 2 s and renews it by heartbeats.");
    play.live(&mut phone).await?;
    let waiting = play.away(phone).await?;
    play.back(waiting).await?;
    play.refused().await?;
    play.explain(waiting).await?;
    play.act(
        "That was the main job. `homing up` runs it for you; the README shows how to send from any language.",
    );
    Ok(())
}

impl Play<'_> {
    fn act(&self, title: &str) {
        self.output.result(&json!({ "act": title }), || format!("\n{title}"));
    }

    fn say(&self, line: &str) {
        self.output.result(&json!({ "says": line }), || format!("  {line}"));
    }

    async fn people(&self) -> Result<(), Failure> {
        self.act("1. An operator registers two people.");
        for name in ["alice", "bob"] {
            let name: UserName = name.parse().map_err(|error| Failure::failed(format!("{error}")))?;
            let (phone, secret, zone, day, month) = (None, None, None, None, None);
            let register = Register { name: name.clone(), phone, secret, zone, day, month };
            let outcome = self.admin.accepted(&Command::Register(register)).await?;
            let im = outcome.im.map(|im| im.to_string()).unwrap_or_default();
            self.say(&format!("{name} is registered; IM number {im}."));
        }
        Ok(())
    }

    async fn send(&self, text: &str) -> Result<MessageId, Failure> {
        let to = vec![Address::User(self.bob.clone())];
        let send = Send { to, text: Some(text.to_owned()), ..Send::default() };
        let outcome = self.alice.accepted(&Command::Send(send)).await?;
        let message =
            outcome.message.ok_or_else(|| Failure::failed("the outcome names no message".to_owned()))?;
        self.say(&format!("alice sends bob \"{text}\": accepted as {message}."));
        Ok(message)
    }

    async fn live(&self, phone: &mut Phone) -> Result<(), Failure> {
        self.act("2. Bob is online: the message reaches him live, and he confirms it.");
        let message = self.send("on my way").await?;
        self.receive(phone, message).await?;
        self.state(message).await
    }

    async fn receive(&self, phone: &mut Phone, message: MessageId) -> Result<(), Failure> {
        let shown = phone.next().await?;
        if shown.message != message {
            return Err(Failure::failed(format!("{message} was expected, {} came", shown.message)));
        }
        let text = shown.text.unwrap_or_default();
        self.say(&format!("bob's client gets \"{text}\" from {} and confirms it.", shown.from));
        phone.confirm(message).await
    }

    async fn state(&self, message: MessageId) -> Result<(), Failure> {
        let answer: Deliveries = self.alice.ask("delivery", &DeliveryOf { message }).await?;
        for recipient in answer.recipients {
            let reason = recipient.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            self.say(&format!("The state of {message} for {}: {}{reason}.", recipient.to, recipient.state));
        }
        Ok(())
    }

    async fn away(&self, phone: Phone) -> Result<MessageId, Failure> {
        self.act("3. Bob's client is suddenly gone. His lease lapses, and the next message waits.");
        drop(phone);
        let seq = events::gone(&self.admin.log, &self.bob).await?;
        self.say(&format!("No heartbeat for 2 s: bob is offline (event {}).", seq.0));
        let message = self.send("the key is under the mat").await?;
        self.state(message).await?;
        Ok(message)
    }

    async fn back(&self, message: MessageId) -> Result<(), Failure> {
        self.act("4. Bob returns, and gets what waits.");
        let mut phone = Phone::online(self.url, &self.bob, &self.left).await?;
        self.receive(&mut phone, message).await?;
        self.state(message).await
    }

    async fn refused(&self) -> Result<(), Failure> {
        self.act("5. What cannot be done is refused with a code, and changes nothing.");
        let to = vec!["carol".parse().map_err(|error| Failure::failed(format!("{error}")))?];
        let send = Send { to, text: Some("hello?".to_owned()), ..Send::default() };
        let outcome = self.alice.command(&Command::Send(send)).await?;
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
    let (area, _, name) = fact.name();
    let detail = fact
        .routed()
        .map(|routed| format!("  channel {}, because {}", routed.channel.as_str(), routed.because.as_str()));
    let name = format!("{area}.{name}");
    let line = format!(
        "event {seq:>3}  {at}  +{:>5} ms  {name:<20}{}",
        (at - began).ms(),
        detail.unwrap_or_default()
    );
    line.trim_end().to_owned()
}
