//! `homing user passwd`: a person's password or one-time code, hashed here; what is published is the hash.

use std::io::{IsTerminal, Read, stdin};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::time::sleep;

use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::gate;
use crate::log::NatsUrl;
use crate::rules::identity::{Changed, CodeGiven, GiveCode, Registered, SetPassword, SetUser};
use crate::rules::{Command, Happened};
use crate::wire::gate_query::{Sessions, SessionsOf};
use crate::wire::outcome::OutcomeBody;
use crate::wire::subjects;
use crate::words::UserName;

/// It reads the log at once; a busy machine takes longer.
const KNOWN_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Each time too early is a failed login.
const SIGN_IN_EVERY: Duration = Duration::from_millis(250);

/// Set the password with which someone signs in; connections that they have end
///
/// Asks for it twice, or reads one line of standard input with --stdin. Only its hash (Argon2id) leaves this program. An operator
/// sets anybody's; whoever has signed in by their name, in the address, sets their own.
///
/// With --code nobody is asked for a password: a one-time code is printed, once, for whoever has none or forgot it. It signs
/// them in once within ten minutes, in place of a password, and then they can set one. Five wrong tries end it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    name: UserName,
    /// Read the password from standard input, up to the end of its first line
    #[arg(long)]
    stdin: bool,
    /// Print a one-time code that signs them in once, and leave the password as it is
    #[arg(long, conflicts_with = "stdin")]
    code: bool,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    if args.code {
        return give_code(args.name, settings, output).await;
    }
    let address = settings.as_client()?;
    if address.user() == Some(args.name.as_str()) {
        return own(args, &address, output).await;
    }
    let client = Client::connect(settings, OPERATOR).await?;
    let secret = Some(secret(args.stdin)?);
    let set = SetUser { secret, ..SetUser::of(args.name.clone()) };
    let outcome = client.accepted(&Command::from(set)).await?;
    until_the_gate_knows(&client, &args.name).await?;
    output.result(&outcome, || format!("{} has a new password", args.name));
    Ok(())
}

/// What a program reads: the outcome and the code.
#[derive(Serialize)]
struct Given {
    #[serde(flatten)]
    outcome: OutcomeBody,
    one_time_code: String,
}

async fn give_code(name: UserName, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let (code, secret) = gate::one_time_code()?;
    let give = GiveCode { name: name.clone(), secret };
    let outcome = client.accepted(&Command::from(give)).await?;
    until_the_gate_knows(&client, &name).await?;
    let given = Given { outcome, one_time_code: code.to_string() };
    output.shown(&given, || {
        format!("{code} signs {name} in once, within ten minutes, in place of the password")
    })
}

/// One's own. The connection may end before the outcome comes, for the password is another one then: that it is is seen by
/// signing in with it.
async fn own(args: Args, address: &NatsUrl, output: Output) -> Result<(), Failure> {
    let client = Client::at(address, args.name.as_str()).await?;
    let password = password(args.stdin)?;
    let set = Command::from(SetPassword { secret: gate::hash(&password)? });
    tokio::select! {
        outcome = client.accepted(&set) => drop(outcome?),
        () = client.log.lost() => {}
    }
    drop(client);
    let (address, until) =
        (address.clone().with_password(args.name.as_str(), &password), Instant::now() + KNOWN_WITHIN);
    while Client::at(&address, args.name.as_str()).await.is_err() {
        if Instant::now() > until {
            return Err(Failure::failed(
                "the new password is not known yet; try to sign in with it".to_owned(),
            ));
        }
        sleep(SIGN_IN_EVERY).await;
    }
    let set = serde_json::json!({ "accepted": true, "user": args.name });
    output.result(&set, || format!("{} has a new password", args.name));
    Ok(())
}

/// So that whoever is told of a password can sign in with it. Where no gate runs there is nothing to wait for.
pub(super) async fn until_the_gate_knows(client: &Client, name: &UserName) -> Result<(), Failure> {
    let (subject, theirs) = (subjects::query(OPERATOR, "sessions"), SessionsOf { user: Some(name.clone()) });
    let changed = subjects::events_with(&[Registered::NAME, Changed::NAME, CodeGiven::NAME]);
    let last = client.log.last_seq_of("EVENTS", &changed).await?;
    let until = Instant::now() + KNOWN_WITHIN;
    while Instant::now() < until {
        match client.asked::<Sessions>(subject.clone(), &theirs, "sessions").await {
            Ok(sessions) if sessions.as_of.0 < last => sleep(LOOK_EVERY).await,
            Err(failure) if failure.is("user.unknown") => sleep(LOOK_EVERY).await,
            Ok(_) | Err(_) => return Ok(()),
        }
    }
    Err(Failure::failed(
        "it is stored, and the gate does not know it yet; `homing status` shows how it is".to_owned(),
    ))
}

/// The hash of a password that is asked for twice, or read once.
pub(super) fn secret(from_stdin: bool) -> Result<String, Failure> {
    Ok(gate::hash(&password(from_stdin)?)?)
}

fn password(from_stdin: bool) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::failed(format!("could not read the password: {error}"));
    let password = match from_stdin {
        true => {
            let mut text = String::new();
            // One byte more than any password has, and its line end.
            let limit = gate::PASSWORD_BYTES_MAX as u64 + 2;
            stdin().lock().take(limit).read_to_string(&mut text).map_err(failed)?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        false if !stdin().is_terminal() => {
            return Err(Failure::usage(
                "there is no terminal to ask on: say --stdin to read the password from standard input"
                    .to_owned(),
            ));
        }
        false => {
            let first = rpassword::prompt_password("New password: ").map_err(failed)?;
            if first != rpassword::prompt_password("The same again: ").map_err(failed)? {
                return Err(Failure::failed("the two are not the same; nothing was changed".to_owned()));
            }
            first
        }
    };
    if password.is_empty() || password.len() > gate::PASSWORD_BYTES_MAX {
        return Err(Failure::usage(format!("a password has 1 to {} bytes", gate::PASSWORD_BYTES_MAX)));
    }
    Ok(password)
}
