//! The context file: where this data folder's server is, and how its operator signs in.
//!
//! For Homing's own command line and for `nats --context`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::client::OPERATOR;
use crate::log::{Fault, NatsUrl, Tls};
use crate::server::{Keys, write_secret};
use crate::wire::subjects;

/// As the `nats` command line reads it, with what Homing writes of it.
#[skip_serializing_none]
#[derive(Serialize, Deserialize)]
struct Context {
    description: String,
    url: String,
    user: Option<String>,
    password: Option<String>,
    ca: Option<PathBuf>,
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
pub(super) fn write(
    data: &Path,
    address: &NatsUrl,
    keys: Option<&Keys>,
    ca: Option<PathBuf>,
) -> Result<(), Fault> {
    let (user, password) =
        (keys.map(|_| OPERATOR.to_owned()), keys.map(|keys| keys.admin_password().to_owned()));
    let context = Context {
        description: format!("Homing, data in {}", data.display()),
        url: address.to_string(),
        user,
        password,
        ca,
        inbox_prefix: subjects::inbox_prefix(OPERATOR),
    };
    let text = String::from_utf8_lossy(&crate::wire::to_json(&context)).into_owned();
    let (file, doing) = (file(data), "write down how the operator signs in");
    write_secret(&file, &(text + "\n")).map_err(|error| Fault::never(doing).because(error))
}

/// The same server, as its operator: where the file of this data folder is about it, or where this folder was `named` and holds
/// the operator's password.
pub(super) fn sign_in(data: &Path, named: bool, address: NatsUrl) -> NatsUrl {
    let text = std::fs::read_to_string(file(data)).unwrap_or_default();
    let context = serde_json::from_str::<Context>(&text).ok();
    let Some(context) = context.filter(|context| context.url == address.to_string()) else {
        let password = Keys::admin_password_of(data).filter(|_| named);
        return match password {
            Some(password) => address.with_password(OPERATOR, &password),
            None => address,
        };
    };
    let address = match context.ca {
        Some(ca) => address.with_tls(Tls { ca: Some(ca), own: None }),
        None => address,
    };
    match context.user.zip(context.password) {
        Some((user, password)) => address.with_password(&user, &password),
        None => address,
    }
}
