//! Who comes, and what they may do: the server asks for each connection that is none of Homing's own (ADR-26).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_nats::{Message, Subscriber};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use futures_util::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use super::QUEUE;
use super::codes::Tries;
use super::jwt::{self, Request, Signer};
use super::known::{Known, Person};
use super::passwords::{self, Checked};
use super::remembered::{Remembered, Seen};
use super::sessions::Sessions;
use super::table::{self, Closed};
use super::turns::Turns;
use crate::log::{Fault, Log, blocking, clock};
use crate::rules::identity::{SetUser, TryCode};
use crate::rules::presence::Encoding;
use crate::rules::{Command, Part};
use crate::wire::rights::Rights;
use crate::wire::{command, subjects};
use crate::words::{CommandSeq, Nkey, UserName};

/// Where the server asks, in its own account.
const ASKED: &str = "$SYS.REQ.USER.AUTH";
/// Questions in hand, each a few kilobytes.
const IN_HAND_MAX: usize = 4_096;
/// The server waits ten seconds: what comes later is lost.
const ANSWER_WITHIN: Duration = Duration::from_secs(9);
/// Since somebody came: who waits no longer for the answer (clients of ours do for five seconds) must not use up a code.
const RECORDED_WITHIN: Duration = Duration::from_secs(4);
const TOLD_EVERY: Duration = Duration::from_secs(1);
const SIGNATURES: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why somebody does not come in: for the server's log, and for ours. Who it is for is told nothing of it.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("no user name with a password, and no nkey, was given")]
    NoCredentials,
    #[error("nobody of this name may come in with a password")]
    UnknownOrWithout,
    #[error("nobody has this nkey")]
    UnknownNkey,
    #[error("the password is wrong")]
    WrongPassword,
    #[error("what the nkey signed is not what was asked for")]
    WrongSignature,
    #[error("the one-time code was used or has ended meanwhile")]
    CodeEnded,
    #[error("that the one-time code is used could not be written down; try again")]
    Unrecorded,
    #[error("suspended")]
    Suspended,
    #[error("too many wait for their passwords to be checked; try again")]
    Busy,
    #[error("what they prove themselves by has changed meanwhile; try again")]
    Changed,
    #[error("too many connections of this user: {} at most", table::EACH_MAX)]
    TooMany,
    #[error("they said so much at once that others waited: they stay out for {} s", table::OUT_FOR.as_secs())]
    Flooded,
    #[error("the stored hash of the password cannot be used: {0}")]
    Unusable(&'static str),
    #[error("the gate has failed: {0}")]
    Failed(#[from] Fault),
}

/// Who has proven to be who.
struct Proven {
    user: UserName,
    person: Person,
    /// A hash of the password as it is made today, where that in the log is of another kind.
    fresh: Option<String>,
}

pub(super) struct Callout {
    pub(super) system: Log,
    /// As an operator, for a password whose hash is made anew.
    pub(super) log: Log,
    pub(super) signer: Signer,
    pub(super) known: Arc<Known>,
    pub(super) turns: Turns,
    pub(super) tries: Tries,
    pub(super) remembered: Remembered,
    pub(super) sessions: Arc<Sessions>,
    /// Of a password that nobody has: who does not exist takes as long to refuse as who does.
    pub(super) nobodys: String,
    pub(super) told: Told,
}

/// Of refusals our log gets one line in a while, with how many there were: a flood of them does not fill the disk.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<(Option<Instant>, u64)>);

impl Told {
    fn of(&self, host: &str, user: impl FnOnce() -> Option<UserName>, refusal: &Refusal) {
        let (mut told, now) = (self.0.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
        let (last, untold) = &mut *told;
        if last.is_some_and(|last| now - last < TOLD_EVERY) {
            *untold += 1;
            return;
        }
        let user = user();
        info!(host, user = user.as_ref().map(UserName::as_str), %refusal, refused_since_the_last_line = *untold, "refused");
        (*last, *untold) = (Some(now), 0);
    }
}

impl Callout {
    pub(super) async fn listen(&self) -> Result<Subscriber, Fault> {
        let asked = self.system.client().queue_subscribe(ASKED, QUEUE.to_owned()).await;
        asked.map_err(|error| Fault::later("listen to who comes").because(error))
    }

    /// Answers until `stop`.
    pub(super) async fn run(
        self: Arc<Self>,
        mut asked: Subscriber,
        stop: &CancellationToken,
    ) -> Result<(), Fault> {
        let (in_hand, tasks) = (Arc::new(Semaphore::new(IN_HAND_MAX)), TaskTracker::new());
        while let Some(message) = stop.run_until_cancelled(asked.next()).await {
            let Some(message) = message else { return Err(Fault::later("listen to who comes")) };
            // Too many: the server refuses them by itself when its time is over.
            let Ok(place) = Arc::clone(&in_hand).try_acquire_owned() else { continue };
            let this = Arc::clone(&self);
            tasks.spawn(async move {
                this.answer(message).await;
                drop(place);
            });
        }
        tasks.close();
        let _the_server_waits_no_longer = timeout(Duration::from_secs(1), tasks.wait()).await;
        Ok(())
    }

    async fn answer(&self, Message { reply, payload, .. }: Message) {
        let Some((reply, asked)) = reply.zip(jwt::read(&payload)) else {
            warn!("a question of the server's who may come in cannot be read");
            return;
        };
        let request = asked.nats;
        let judged = timeout(ANSWER_WITHIN, self.judge(&request)).await.unwrap_or(Err(Refusal::Busy));
        let (host, now) = (&request.client_info.host, clock::now());
        let (answer, fresh) = match judged {
            Ok(Proven { user, person, fresh }) => {
                debug!(%user, host, "came in");
                let rights = Rights::of(&user, person.access);
                let answer = self.signer.let_in(&request, (user.as_str(), &rights), now);
                (answer, fresh.zip(person.secret).map(|(fresh, before)| (user, before, fresh)))
            }
            Err(refusal) => {
                self.told.of(host, || self.named(&request), &refusal);
                (self.signer.refuse(&request, &refusal.to_string(), now), None)
            }
        };
        match answer {
            Ok(answer) => {
                let _the_server_may_be_gone = self.system.client().publish(reply, answer.into()).await;
            }
            Err(fault) => warn!(%fault, "who came is not answered"),
        }
        if let Some((user, before, fresh)) = fresh {
            self.keep_hash(&user, &before, fresh).await;
        }
    }

    /// Whom somebody says they are, where there is somebody of this name: else it may be a password in the wrong field.
    fn named(&self, request: &Request) -> Option<UserName> {
        let said = &request.connect_opts;
        let user = match said.nkey.parse::<Nkey>() {
            Ok(nkey) => self.known.holder(&nkey).ok().flatten()?,
            Err(_) => said.user.parse().ok()?,
        };
        self.known.person(&user).ok().flatten().map(|_| user)
    }

    async fn judge(&self, request: &Request) -> Result<Proven, Refusal> {
        let said = &request.connect_opts;
        let proven = match (said.nkey.as_str(), said.user.as_str()) {
            ("", "") => return Err(Refusal::NoCredentials),
            ("", _) => self.by_password(request).await?,
            (nkey, _) => self.by_nkey(nkey, &said.sig, &request.client_info.nonce)?,
        };
        let Proven { user, person, fresh: _ } = &proven;
        if person.suspended {
            return Err(Refusal::Suspended);
        }
        self.sessions.expect(user).map_err(|closed| match closed {
            Closed::TooMany => Refusal::TooMany,
            Closed::Flooded => Refusal::Flooded,
        })?;
        // Whoever took in a change since has looked for this connection before it was expected.
        if self.known.person(user)?.as_ref() != Some(person) {
            return Err(Refusal::Changed);
        }
        Ok(proven)
    }

    fn by_nkey(&self, nkey: &str, signature: &str, nonce: &str) -> Result<Proven, Refusal> {
        let nkey: Nkey = nkey.parse().map_err(|_| Refusal::UnknownNkey)?;
        let signature = SIGNATURES.decode(signature).map_err(|_| Refusal::WrongSignature)?;
        // Without a nonce of the server's own an old signature would do again.
        if nonce.is_empty() || !nkey.has_signed(nonce.as_bytes(), &signature) {
            return Err(Refusal::WrongSignature);
        }
        let user = self.known.holder(&nkey)?.ok_or(Refusal::UnknownNkey)?;
        let person = self.known.person(&user)?.ok_or(Refusal::UnknownNkey)?;
        Ok(Proven { user, person, fresh: None })
    }

    async fn by_password(&self, request: &Request) -> Result<Proven, Refusal> {
        let (said, host) = (&request.connect_opts, &request.client_info.host);
        let (user, began): (Option<UserName>, _) = (said.user.parse().ok(), Instant::now());
        let (found, code) = match &user {
            Some(user) => (self.known.person(user)?, self.known.code(user)?),
            None => (None, None),
        };
        let code = code.and_then(|code| code.try_with(&said.pass, clock::now()));
        let found = found.filter(|person| person.secret.is_some() || code.is_some());
        // What is no name at all is remembered as one.
        let named = user.as_ref().map_or("", UserName::as_str).to_owned();
        let Some((user, person)) = user.zip(found) else {
            let (password, hash) = (said.pass.clone(), self.nobodys.clone());
            let as_long = move || {
                passwords::check(&password, &hash);
                Checked::Wrong
            };
            self.turns.check((host, &named), as_long).await;
            return Err(Refusal::UnknownOrWithout);
        };
        let hash = person.secret.clone();
        let seen = hash.as_ref().map_or(Seen::Wrong, |hash| self.remembered.seen(&user, hash, &said.pass));
        match seen {
            Seen::Right if self.turns.is_free(host) => return Ok(Proven { user, person, fresh: None }),
            Seen::Wrong if code.is_none() => self.turns.failed((host, user.as_str())),
            Seen::Right | Seen::Unknown | Seen::Wrong => {}
        }
        let number = code.as_ref().map(|tried| tried.code.number);
        let (password, checked) = (said.pass.clone(), hash.clone());
        let (whose, tries) = (user.clone(), self.tries.clone());
        let check = move || {
            let of_password = match (seen, checked) {
                (Seen::Right, _) => Checked::Right,
                (Seen::Unknown, Some(hash)) => passwords::check(&password, &hash),
                (Seen::Unknown | Seen::Wrong, _) => Checked::Wrong,
            };
            // A password that is right is no try of the code, whatever it looks like.
            match (of_password, code) {
                (Checked::Wrong | Checked::Unusable(_), Some(tried)) => tried.check(&whose, &tries),
                (checked, _) => checked,
            }
        };
        let fresh = match self.turns.check((host, user.as_str()), check).await {
            Some(Checked::Right) => None,
            Some(Checked::RightOf { fresh }) => Some(fresh),
            Some(Checked::RightCode) => {
                self.use_code(&user, number, began).await?;
                // It is not remembered: it was right once.
                return Ok(Proven { user, person, fresh: None });
            }
            Some(Checked::WrongCode) => {
                self.missed_code(&user, number).await;
                return Err(Refusal::WrongPassword);
            }
            Some(Checked::Wrong) => return Err(Refusal::WrongPassword),
            Some(Checked::Unusable(why)) => return Err(Refusal::Unusable(why)),
            None => return Err(Refusal::Busy),
        };
        if let Some(hash) = &hash {
            self.remembered.keep(&user, hash, &said.pass);
        }
        Ok(Proven { user, person, fresh })
    }

    /// Has the log say that a code is used, and by this login: of several the first one comes in.
    async fn use_code(
        &self,
        user: &UserName,
        number: Option<CommandSeq>,
        began: Instant,
    ) -> Result<(), Refusal> {
        let number = number.ok_or(Refusal::WrongPassword)?;
        let within = RECORDED_WITHIN.checked_sub(began.elapsed()).ok_or(Refusal::Busy)?;
        let login = super::random()?.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let recorded = async {
            self.say_tried(user, number, Some(login)).await?;
            self.known.code_ended(user, number).await
        };
        match timeout(within, recorded).await {
            Ok(Ok(Some(used_by))) if used_by == login => Ok(()),
            Ok(Ok(_)) => Err(Refusal::CodeEnded),
            Ok(Err(fault)) => Err(fault.into()),
            Err(_) => Err(Refusal::Unrecorded),
        }
    }

    /// At most as often as a code may be tried: who guesses on fills no log.
    async fn missed_code(&self, user: &UserName, number: Option<CommandSeq>) {
        let Some(number) = number else { return };
        let said = timeout(RECORDED_WITHIN, self.say_tried(user, number, None)).await;
        if !matches!(said, Ok(Ok(()))) {
            warn!(%user, "a wrong one-time code is counted by this gate alone");
        }
    }

    async fn say_tried(&self, user: &UserName, number: CommandSeq, login: Option<u64>) -> Result<(), Fault> {
        let tried = Command::from(TryCode { name: user.clone(), number, login });
        self.log.command(command::outgoing(Part::Gate.as_str(), &tried, Encoding::Msgpack)).await.map(|_| ())
    }

    /// As the password is known now, the log gets a hash that is as strong as today's; unless it was changed meanwhile.
    async fn keep_hash(&self, user: &UserName, before: &str, fresh: String) {
        let (secret, instead_of) = (Some(fresh), Some(before.to_owned()));
        let set = SetUser { secret, instead_of, ..SetUser::of(user.clone()) };
        let outgoing = command::outgoing(subjects::OPERATOR, &Command::from(set), Encoding::Msgpack);
        if let Err(fault) = self.log.command(outgoing).await {
            debug!(%user, %fault, "a password's hash stays as it was");
        }
    }

    /// These may do something else now, or prove themselves in another way.
    pub(super) async fn changed(&self, users: Vec<UserName>) {
        for user in users {
            let ended = self.sessions.end(&user).await;
            if ended > 0 {
                info!(%user, ended, "connections end, for what they may do has changed");
            }
        }
    }
}

/// The hash that stands for everybody who is not there, of something that nobody knows.
pub(super) async fn nobodys(unknown: [u8; 32]) -> Result<String, Fault> {
    blocking(move || passwords::hash(&SIGNATURES.encode(unknown))).await
}
