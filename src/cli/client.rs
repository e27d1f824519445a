//! The client of the subcommands: a command sent and its outcome heard, a question asked.

use std::time::Duration;

use async_nats::client::RequestErrorKind;
use bytes::Bytes;
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;

use super::output::Failure;
use super::settings::Settings;
use crate::log::{Log, NatsUrl, Retry, unheard_below};
use crate::rules::presence::Encoding;
use crate::rules::{Command, Rejection};
use crate::wire::headers::SAID_BY_HOMING;
use crate::wire::outcome::OutcomeBody;
use crate::wire::query::Answer;
use crate::wire::{command, subjects};
use crate::words::{CommandSeq, UserName};

/// Long enough for a decider that takes over.
const OUTCOME_WITHIN: Duration = Duration::from_secs(10);

/// After the last of several answers: processes answer at once, also far away.
const SILENCE: Duration = Duration::from_millis(500);
/// More processes than anybody runs.
const ANSWERS_LEN_MAX: usize = 1_000;

pub(crate) use crate::wire::subjects::OPERATOR;

/// A client of Homing, speaking for one user or for the operator.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) log: Log,
    pub(crate) by: String,
}

impl Client {
    pub(crate) async fn connect(settings: &Settings, by: &str) -> Result<Client, Failure> {
        let connected = Client::at(&settings.as_client()?, by).await;
        connected.map_err(|failure| match settings.named_by_data() {
            Some(file) => failure.and(&format!("That address is from {}.", file.display())),
            None => failure,
        })
    }

    pub(crate) async fn at(address: &NatsUrl, by: &str) -> Result<Client, Failure> {
        let log = Log::of_user(address, by).await.map_err(|fault| match fault.retry {
            Retry::Later => Failure::unreachable(format!(
                "{fault}\nIs Homing running? `homing up` starts it; --nats names another server."
            )),
            Retry::Reload | Retry::Never => Failure::from(fault),
        })?;
        Ok(Client { log, by: by.to_owned() })
    }

    /// Sends a command; returns when it is durably accepted for decision. It may be stored twice: one that could not be said
    /// again carries an `id`, its user's or a fresh one.
    pub(crate) async fn publish(&self, command: &Command, encoding: Encoding) -> Result<CommandSeq, Failure> {
        let command = command.clone().once(|| self.log.fresh_identity());
        let outgoing = command::outgoing(&self.by, &command, encoding);
        Ok(CommandSeq(self.log.command(outgoing).await?))
    }

    /// Sends a command and waits for its outcome.
    pub(crate) async fn command(&self, command: &Command) -> Result<OutcomeBody, Failure> {
        self.while_let_in(self.decided(command)).await
    }

    async fn decided(&self, command: &Command) -> Result<OutcomeBody, Failure> {
        let wrong = |error: &dyn std::fmt::Display| {
            Failure::failed(format!("could not subscribe to outcomes: {error}"))
        };
        let (subject, mut unheard) = (subjects::outcome_of(&self.by), self.log.denials());
        let mut outcomes =
            self.log.client().subscribe(subject.clone()).await.map_err(|error| wrong(&error))?;
        let seq = self.publish(command, Encoding::Json).await?;
        let heard = async {
            while let Some(message) = outcomes.next().await {
                if is_homings(&message)
                    && let Ok(outcome) = serde_json::from_slice::<OutcomeBody>(&message.payload)
                    && outcome.command == seq
                {
                    return Some(outcome);
                }
            }
            None
        };
        tokio::select! {
            heard = timeout(OUTCOME_WITHIN, heard) => heard.ok().flatten().ok_or_else(|| undecided(seq)),
            () = unheard.of(&subject) => Err(Failure::failed(format!(
                "the command is stored (number {}), but the server does not let this connection hear what becomes of it on {subject}",
                seq.0
            ))),
        }
    }

    /// Sends a command that must be accepted.
    pub(crate) async fn accepted(&self, command: &Command) -> Result<OutcomeBody, Failure> {
        self.command(command).await.and_then(must_be_accepted)
    }

    /// Asks a question, for what it is about.
    pub(crate) async fn ask<A: DeserializeOwned>(
        &self,
        name: &str,
        question: &impl Serialize,
    ) -> Result<A, Failure> {
        self.answer(name, question).await.map(|Answer { answer, as_of: _ }| answer)
    }

    /// Asks a question, for the answer as it came.
    pub(crate) async fn answer<A: DeserializeOwned>(
        &self,
        name: &str,
        question: &impl Serialize,
    ) -> Result<Answer<A>, Failure> {
        self.asked(subjects::query(&self.by, name), question, name).await
    }

    /// As [`Client::answer`], on a subject of its own; `name` says which role answers.
    pub(crate) async fn asked<A: DeserializeOwned>(
        &self,
        subject: String,
        question: &impl Serialize,
        name: &str,
    ) -> Result<A, Failure> {
        self.while_let_in(self.answered(subject, question, name)).await
    }

    async fn answered<A: DeserializeOwned>(
        &self,
        subject: String,
        question: &impl Serialize,
        name: &str,
    ) -> Result<A, Failure> {
        let payload = Bytes::from(crate::wire::to_json(question));
        let (mut denials, mut unheard) = (self.log.denials(), self.log.denials());
        let inbox = self.log.inbox();
        let answer = tokio::select! {
            biased;
            answer = self.log.client().request(subject.clone(), payload) => answer,
            () = denials.of(&subject) => {
                return Err(not_permitted(&subject));
            }
            () = unheard.below(&inbox) => {
                return Err(Failure::failed(format!("could not ask on {subject}: {}", unheard_below(&inbox))));
            }
        };
        let answer = answer.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => Failure::unreachable(nobody_answers(name).to_owned()),
            RequestErrorKind::TimedOut => Failure::unreachable(
                "nobody has answered in time: the part of Homing that does is held up, or not there; `homing status` shows what runs"
                    .to_owned(),
            ),
            RequestErrorKind::InvalidSubject
            | RequestErrorKind::MaxPayloadExceeded
            | RequestErrorKind::Other => Failure::failed(format!("could not ask: {error}")),
        })?;
        read_answer(&answer.payload)
    }
}

impl Client {
    /// Ends also where the server refuses this connection after all: it has waited in vain for somebody to say who this is.
    async fn while_let_in<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let mut refusals = self.log.refusals();
        tokio::select! {
            biased;
            done = work => done,
            () = refusals.late() => Err(Failure::not_let_in(
                "the server lets nobody in who signs in by a password or an nkey of their own: no Homing with the role `gate` answers it; \
                 an operator sees what runs by `homing status`"
                    .to_owned(),
            )),
        }
    }

    /// Asks a question that every process answers for itself; gives all the answers.
    pub(super) async fn answers<A: DeserializeOwned>(
        &self,
        name: &str,
        question: Bytes,
    ) -> Result<Vec<A>, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::failed(format!("could not ask: {error}"));
        let nats = self.log.client();
        let inbox = nats.new_inbox();
        let mut denials = self.log.denials();
        let answers = nats.subscribe(inbox.clone()).await.map_err(|error| failed(&error))?;
        let subject = subjects::query(&self.by, name);
        nats.publish_with_reply(subject.clone(), inbox, question).await.map_err(|error| failed(&error))?;
        let (mut all, mut answers) = (Vec::new(), answers.take(ANSWERS_LEN_MAX));
        loop {
            let answer = tokio::select! {
                answer = timeout(SILENCE, answers.next()) => answer,
                () = denials.of(&subject) => return Err(not_permitted(&subject)),
            };
            let Ok(Some(answer)) = answer else { break };
            // Where nobody listens the server says so, without a payload.
            if !answer.payload.is_empty() {
                all.push(read_answer(&answer.payload)?);
            }
        }
        Ok(all)
    }
}

fn not_permitted(subject: &str) -> Failure {
    Failure::failed(format!("could not ask on {subject}: there is no permission for it"))
}

fn read_answer<A: DeserializeOwned>(payload: &[u8]) -> Result<A, Failure> {
    let unreadable = |error| Failure::failed(format!("the answer cannot be read: {error}"));
    let value: Value = serde_json::from_slice(payload).map_err(unreadable)?;
    if let Some(error) = value.get("error") {
        let rejection: Option<Rejection> = serde_json::from_value(error.clone()).ok();
        return Err(rejection.map_or_else(|| Failure::failed(error.to_string()), Failure::refused));
    }
    serde_json::from_value(value).map_err(unreadable)
}

/// Each role answers its own questions.
pub(super) fn nobody_answers(name: &str) -> &'static str {
    match name {
        "status" => {
            "nobody answers: no Homing runs here (`homing up` starts it; --nats names another server)"
        }
        "sms" => {
            "nobody answers: no Homing with the role `sms` and an SMSC (--smsc) runs here; `homing status` shows what runs"
        }
        "sessions" => {
            "nobody answers: no Homing with the role `gate` runs here; `homing status` shows what runs"
        }
        _ => {
            "nobody answers questions: no Homing with the role `query` runs here; `homing status` shows what runs"
        }
    }
}

/// A refusal as a failure.
pub(crate) fn must_be_accepted(outcome: OutcomeBody) -> Result<OutcomeBody, Failure> {
    if outcome.accepted {
        return Ok(outcome);
    }
    let OutcomeBody { code, text, field, retry_at, .. } = outcome;
    let (code, text) = (code.unwrap_or_default(), text.unwrap_or_default());
    let retry_at = retry_at.and_then(|at| at.parse().ok());
    Err(Failure::refused(Rejection { code, text, field, retry_at }))
}

fn undecided(seq: CommandSeq) -> Failure {
    Failure::failed(format!(
        "the command is stored (number {}), and will be decided when a decider runs; none answered within {} s",
        seq.0,
        OUTCOME_WITHIN.as_secs()
    ))
}

/// Who speaks.
#[derive(Debug, clap::Args)]
pub(crate) struct Speaker {
    /// Who you are [default: `user` of the configuration file, or whom the URL names]
    #[arg(long, value_name = "NAME", env = "HOMING_USER")]
    user: Option<UserName>,
}

impl Speaker {
    /// Who it is: `--user`, or the configuration's, or whom the address names. A key of somebody else's is refused here: its
    /// owner may speak, and would hear no answer in an inbox of that other name.
    pub(crate) fn name(&self, settings: &Settings) -> Result<UserName, Failure> {
        let configured = settings.user.as_deref().map(str::parse).transpose();
        let configured =
            configured.map_err(|error| Failure::usage(format!("the configured user is {error}")))?;
        let address = settings.named()?.map(|named| &named.value);
        let signs_in = || address.and_then(NatsUrl::user).and_then(|name| name.parse().ok());
        let name = self.user.clone().or(configured).or_else(signs_in);
        let name =
            name.ok_or_else(|| Failure::usage("say who you are with --user, as in --user alice".to_owned()))?;
        match address.and_then(NatsUrl::owner_of_nkey) {
            Some(owner) if owner != name.as_str() => Err(Failure::usage(format!(
                "the address says that this nkey is {owner}'s, and --user, HOMING_USER or `user` says {name}: name the owner of the \
                 key in both, or leave {owner}@ out of the address"
            ))),
            Some(_) | None => Ok(name),
        }
    }

    pub(crate) async fn connect(&self, settings: &Settings) -> Result<Client, Failure> {
        Client::connect(settings, self.name(settings)?.as_str()).await
    }
}

/// Somebody may have had an answer sent here, by naming it as the reply of a question of theirs.
pub(crate) fn is_homings(message: &async_nats::Message) -> bool {
    message.headers.as_ref().is_some_and(|headers| headers.get(SAID_BY_HOMING.0).is_some())
}
