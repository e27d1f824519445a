//! The part of a nats-server's configuration that keeps people out: accounts, what passes between them, the gate.

use std::fmt::Write;

use nkeys::KeyPair;

use super::config::quoted;
use super::keys::{Certificate, Keys};
use crate::wire::part_keys::{PART_KEYS, PartKey};
use crate::wire::rights::{ASK_AS_OPERATOR, Account, READ_STREAMS, Rights};
use crate::wire::subjects::OPERATOR as ADMIN;

/// What people say to Homing: requests that pass into its account.
const SERVICES: [&str; 3] = ["homing.cmd.*.*.*", "homing.query.*.*", "homing.live.*.*"];
/// What Homing says to people.
const STREAMS: [&str; 4] = ["homing.to.>", "homing.outcome.>", "homing.note.>", "homing.app.>"];
/// What a viewer hears.
const EVERYTHING: &str = "homing.>";
/// The account of the server itself: the gate hears there who comes, and ends connections.
const SYSTEM: &str = "SYS";
/// A login waits for its turn while others are checked.
const LOGIN_WITHIN_S: u32 = 10;

/// The lines for a server with the gate.
pub fn gated(keys: &Keys) -> String {
    let [homing, system] = [&keys.homing, &keys.system].map(|key| key.public_key());
    let part = |(key, pair): (&PartKey, &KeyPair)| {
        format!("      {{ nkey: {}, permissions: {} }}\n", pair.public_key(), permissions(&key.rights()))
    };
    let parts: String = PART_KEYS.iter().zip(&keys.parts).map(part).collect();
    let parts_keys: String = keys.parts.iter().map(|pair| format!(", {}", pair.public_key())).collect();
    let [own, users, viewers] = Account::ALL.map(Account::as_str);
    let mut text = format!(
        "system_account: {SYSTEM}\n\
         accounts {{\n\
         \x20 {own} {{\n\
         \x20   jetstream: enabled\n\
         \x20   users: [\n\
         \x20     {{ nkey: {homing} }}\n\
         \x20     {{ user: \"{ADMIN}\", password: \"{}\" }}\n\
         {parts}\
         \x20   ]\n",
        keys.admin_password,
    );
    let read: Vec<&str> = READ_STREAMS.iter().copied().chain([ASK_AS_OPERATOR]).collect();
    let exports = exported("service", &SERVICES, users)
        + &exported("stream", &STREAMS, users)
        + &exported("service", &read, viewers)
        + &exported("stream", &[EVERYTHING], viewers);
    let to_users = imported("service", &SERVICES) + &imported("stream", &STREAMS);
    let to_viewers = imported("service", &read) + &imported("stream", &[EVERYTHING]);
    let _a_string_takes_all = write!(
        text,
        "\x20   exports: [\n{exports}\x20   ]\n\
         \x20 }}\n\
         \x20 {users} {{\n\
         \x20   imports: [\n{to_users}\x20   ]\n\
         \x20 }}\n\
         \x20 {viewers} {{\n\
         \x20   imports: [\n{to_viewers}\x20   ]\n\
         \x20 }}\n\
         \x20 {SYSTEM} {{\n\
         \x20   users: [ {{ nkey: {system} }} ]\n\
         \x20 }}\n\
         }}\n\
         authorization {{\n\
         \x20 timeout: {LOGIN_WITHIN_S}\n\
         \x20 auth_callout {{\n\
         \x20   issuer: {}\n\
         \x20   account: {SYSTEM}\n\
         \x20   auth_users: [ {homing}, \"{ADMIN}\", {system}{parts_keys} ]\n\
         \x20 }}\n\
         }}\n",
        keys.issuer.public_key()
    );
    text
}

fn exported(kind: &str, subjects: &[&str], to: &str) -> String {
    // Some questions are answered by each process.
    let response = |subject: &str| if subject == ASK_AS_OPERATOR { ", response: stream" } else { "" };
    let line = |subject: &&str| {
        format!("      {{ {kind}: \"{subject}\", accounts: [{to}]{} }}\n", response(subject))
    };
    subjects.iter().map(line).collect()
}

fn imported(kind: &str, subjects: &[&str]) -> String {
    let own = Account::Homing.as_str();
    let line = |subject: &&str| format!("      {{ {kind}: {{ account: {own}, subject: \"{subject}\" }} }}\n");
    subjects.iter().map(line).collect()
}

/// Of a part. It answers whoever asks it: that is what the last line allows, once for each question that it was given.
fn permissions(rights: &Rights) -> String {
    let allowed = |subjects: &[String]| {
        let quoted: Vec<String> = subjects.iter().map(|subject| format!("\"{subject}\"")).collect();
        quoted.join(", ")
    };
    format!(
        "{{ publish: {{ allow: [{}], deny: [{}] }}, subscribe: {{ allow: [{}], deny: [{}] }}, allow_responses: true }}",
        allowed(&rights.publish),
        allowed(&rights.never_publish),
        allowed(&rights.subscribe),
        allowed(&rights.never_subscribe)
    )
}

/// The lines for a server that speaks TLS.
pub fn tls(Certificate { cert, key, client_ca }: &Certificate) -> String {
    let (cert, key) = (quoted(cert), quoted(key));
    let clients = client_ca.as_deref().map(quoted);
    let clients = clients.map(|file| format!("  ca_file: {file}\n  verify: true\n")).unwrap_or_default();
    format!("tls {{\n  cert_file: {cert}\n  key_file: {key}\n{clients}  timeout: 5\n}}\n")
}
