//! The server that a subcommand is to use: one of Homing's own or one that was named. What asks for both is an error.

use std::path::Path;

use super::output::Failure;
use super::settings::{NATS_PORT_DEFAULT, Origin, Said, Settings};
use crate::log::NatsUrl;
use crate::server;

/// The server of `up`.
#[derive(Debug, PartialEq)]
pub(crate) enum Server<'a> {
    /// On this port of 127.0.0.1; 0 is a free one.
    Own(u16),
    Named(&'a Said<NatsUrl>),
}

/// One's own, unless another was named; `nats_port` is the flag's.
///
/// # Errors
/// Where another server was named and something was said about one's own. What is typed as a flag is meant now, and goes
/// before what stands in the environment or in a file; these may have been meant for something else.
pub(crate) fn of_up<'a>(
    settings: &'a Settings,
    nats_port: Option<u16>,
    data: &Path,
) -> Result<Server<'a>, Failure> {
    let Some(named) = settings.named()? else {
        return Ok(Server::Own(nats_port.or(settings.nats_port).unwrap_or(NATS_PORT_DEFAULT)));
    };
    let port = nats_port.map(|_| Origin::Flag).or(settings.nats_port.map(|_| Origin::File));
    let port = port.map(|by| (by, by.of("--nats-port", "", "nats_port")));
    let sync = settings.said_sync.as_ref().map(|said| said.by);
    let sync = sync.map(|by| (by, by.of("--sync", "HOMING_SYNC", "sync")));
    let contradicts = |(by, _): &(Origin, String)| named.by != Origin::Flag || *by == Origin::Flag;
    if let Some((_, own)) = port.into_iter().chain(sync).find(contradicts) {
        return Err(contradiction(named, &format!("{own} is meant for"), &format!("leave {own} out")));
    }
    if named.by == Origin::Environment && server::holds_streams(data) {
        let streams = format!("the streams in {} are those of", data.display());
        return Err(contradiction(named, &streams, "choose another folder with --data, or say --nats"));
    }
    Ok(Server::Named(named))
}

fn contradiction(named: &Said<NatsUrl>, own: &str, or: &str) -> Failure {
    let (by, address) = (by_what(named), &named.value);
    let undo = match named.by {
        Origin::Flag => "leave --nats out".to_owned(),
        Origin::Environment => "unset it, as in `env -u NATS_URL homing up`".to_owned(),
        Origin::File => format!("take {by} out"),
    };
    Failure::usage(format!(
        "{own} a nats-server that Homing runs itself, but {by} names another server, {address}.\n\
         To have Homing start its own, {undo}; to use {address}, {or}."
    ))
}

/// What named the server.
pub(crate) fn by_what(named: &Said<NatsUrl>) -> String {
    named.by.of("--nats", "NATS_URL", "nats")
}

/// `serve` starts no server.
pub(crate) fn must_not_be_tuned(settings: &Settings) -> Result<(), Failure> {
    match &settings.said_sync {
        Some(Said { by: Origin::Flag, .. }) => Err(Failure::usage(
            "--sync is meant for a nats-server that Homing runs itself, and `serve` starts none: set sync_interval where \
             the server is configured"
                .to_owned(),
        )),
        Some(Said { by: Origin::Environment | Origin::File, .. }) | None => Ok(()),
    }
}

/// The demo and the benches always run their own.
pub(crate) fn must_not_be_named(settings: &Settings) -> Result<(), Failure> {
    match settings.named() {
        Ok(Some(Said { by: Origin::Flag, .. })) => {
            Err(Failure::usage("this always runs a nats-server of its own: leave --nats out".to_owned()))
        }
        // What is not used may be anything.
        Ok(Some(Said { by: Origin::Environment | Origin::File, .. }) | None) | Err(_) => Ok(()),
    }
}
