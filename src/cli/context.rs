//! The context file: where this data folder's server is, and how its operator signs in.
//!
//! For Homing's own command line and for `nats --context`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::client::OPERATOR;
use crate::log::{Fault, NatsUrl, Tls};
use crate::server::{Keys, client_certificate, write_secret};
use crate::wire::subjects;

/// As the `nats` command line reads it, with what Homing writes of it. It names a key, with which the server's question is signed:
/// whoever else listens there learns nothing.
#[skip_serializing_none]
#[derive(Serialize, Deserialize)]
struct Context {
    description: String,
    url: String,
    /// A file.
    nkey: Option<PathBuf>,
    ca: Option<PathBuf>,
    /// What a client shows, where the server asks for it; both are files.
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    inbox_prefix: String,
}

/// Where it is.
pub(super) fn file(data: &Path) -> PathBuf {
    data.join("nats-context.json")
}

/// Writes it for a server that was just started.
///
/// # Errors
/// Where the folder cannot be written.
pub(super) fn write(data: &Path, address: &NatsUrl, keys: Option<&Keys>, tls: &Tls) -> Result<(), Fault> {
    let (cert, key) = tls.own.clone().unzip();
    let context = Context {
        description: format!("Homing, data in {}", data.display()),
        url: address.to_string(),
        nkey: keys.map(|_| Keys::own_file(data)),
        ca: tls.ca.clone(),
        cert,
        key,
        inbox_prefix: subjects::inbox_prefix(OPERATOR),
    };
    let text = String::from_utf8_lossy(&crate::wire::to_json(&context)).into_owned();
    let (file, doing) = (file(data), "write down how the operator signs in");
    write_secret(&file, &(text + "\n")).map_err(|error| Fault::never(doing).because(error))
}

/// Where the server of this data folder is, where one was started for it.
pub(super) fn address(data: &Path) -> Option<NatsUrl> {
    read(data)?.url.parse().ok()
}

/// The same server, with what this data folder has for it: the certificate that clients show there, and its operator's key where
/// the address says nobody's name. It has some where its file is about that server, or where this folder was `named`.
pub(super) fn sign_in(data: &Path, named: bool, address: NatsUrl) -> NatsUrl {
    let own = |context: &Context| context.url.parse().is_ok_and(|own: NatsUrl| own.is_at(&address));
    let (nkey, tls) = match read(data).filter(own) {
        Some(Context { nkey, ca, cert, key, .. }) => (nkey, Tls { ca, own: cert.zip(key) }),
        None if named => {
            let own = address.speaks_tls().then(|| client_certificate(data)).flatten();
            (Some(Keys::own_file(data)), Tls { ca: None, own })
        }
        None => (None, Tls::default()),
    };
    let address = address.with_tls_unless_named(tls);
    match nkey.filter(|_| !address.says_who()).and_then(|file| std::fs::read_to_string(file).ok()) {
        Some(seed) => address.with_nkey(seed.trim()),
        None => address,
    }
}

fn read(data: &Path) -> Option<Context> {
    serde_json::from_str(&std::fs::read_to_string(file(data)).ok()?).ok()
}
