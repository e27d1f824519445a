//! The signed texts in which nats-server asks who comes and is told what they may do.
//!
//! ADR-26; the claims are those of NATS's jwt library, version 2.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::{KeyPair, KeyPairType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::log::Fault;
use crate::wire::rights::Rights;
use crate::wire::to_json;
use crate::words::Instant;

/// Of all tokens here.
const HEADER: &str = r#"{"typ":"JWT","alg":"ed25519-nkey"}"#;
const VERSION: u32 = 2;

/// What the server asks. Much more stands there; what is empty is left out of it.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    pub(super) nats: Request,
}

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    pub(super) server_id: Server,
    /// For this connection alone; what the user may do is signed for it.
    pub(super) user_nkey: String,
    #[serde(default)]
    pub(super) client_info: Client,
    #[serde(default)]
    pub(super) connect_opts: Connect,
}

#[derive(Debug, Deserialize)]
pub(super) struct Server {
    pub(super) id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Client {
    /// The address it comes from.
    pub(super) host: String,
    /// What a key signs.
    pub(super) nonce: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Connect {
    pub(super) user: String,
    pub(super) pass: String,
    pub(super) nkey: String,
    pub(super) sig: String,
}

impl std::fmt::Debug for Connect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connect").field("user", &self.user).finish_non_exhaustive()
    }
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Claims<N> {
    aud: String,
    iss: String,
    sub: String,
    name: Option<String>,
    iat: i64,
    jti: String,
    nats: N,
}

#[skip_serializing_none]
#[derive(Serialize)]
struct Response {
    jwt: Option<String>,
    error: Option<String>,
    r#type: &'static str,
    version: u32,
}

#[derive(Serialize)]
struct User<'a> {
    r#pub: Allowed<'a>,
    sub: Allowed<'a>,
    /// Subscriptions, and bytes of a message: as many as the server lets anybody.
    subs: i64,
    data: i64,
    payload: i64,
    r#type: &'static str,
    version: u32,
}

#[derive(Serialize)]
struct Allowed<'a> {
    allow: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    deny: &'a [String],
}

/// What the server asks; none where it cannot be read. It comes in the server's own account, where nobody else may publish.
pub(super) fn read(token: &[u8]) -> Option<Asked> {
    claims(token)
}

fn claims<T: DeserializeOwned>(token: &[u8]) -> Option<T> {
    let body = token.split(|byte| *byte == b'.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
}

/// Signs what is answered.
pub(super) struct Signer {
    issuer: KeyPair,
}

impl Signer {
    /// # Errors
    /// Where the seed is none of an account.
    pub(super) fn new(seed: &str) -> Result<Signer, Fault> {
        let issuer = KeyPair::from_seed(seed);
        let issuer = issuer.ok().filter(|issuer| issuer.key_pair_type() == KeyPairType::Account);
        Ok(Signer { issuer: issuer.ok_or_else(|| Fault::never("read the issuer's key"))? })
    }

    /// What somebody may do who comes in under this name.
    pub(super) fn let_in(
        &self,
        request: &Request,
        (name, rights): (&str, &Rights),
        now: Instant,
    ) -> Result<String, Fault> {
        let user = User {
            r#pub: Allowed { allow: &rights.publish, deny: &rights.never_publish },
            sub: Allowed { allow: &rights.subscribe, deny: &rights.never_subscribe },
            subs: -1,
            data: -1,
            payload: -1,
            r#type: "user",
            version: VERSION,
        };
        let (account, name) = (rights.account.as_str(), Some(name.to_owned()));
        let jwt = self.sign(account, &request.user_nkey, name, now, user)?;
        self.answer(
            request,
            Response { jwt: Some(jwt), error: None, r#type: "authorization_response", version: VERSION },
            now,
        )
    }

    /// That somebody does not come in; the reason is for the server's log.
    pub(super) fn refuse(&self, request: &Request, why: &str, now: Instant) -> Result<String, Fault> {
        let error = Some(why.to_owned());
        self.answer(
            request,
            Response { jwt: None, error, r#type: "authorization_response", version: VERSION },
            now,
        )
    }

    fn answer(&self, request: &Request, response: Response, now: Instant) -> Result<String, Fault> {
        self.sign(&request.server_id.id, &request.user_nkey, None, now, response)
    }

    fn sign<N: Serialize>(
        &self,
        audience: &str,
        subject: &str,
        name: Option<String>,
        now: Instant,
        nats: N,
    ) -> Result<String, Fault> {
        let claims = Claims {
            aud: audience.to_owned(),
            iss: self.issuer.public_key(),
            sub: subject.to_owned(),
            name,
            iat: now.unix_ms() / 1_000,
            // The key is for one connection: nothing else is signed for it in this way.
            jti: subject.to_owned(),
            nats,
        };
        let [header, body] =
            [HEADER.as_bytes().to_vec(), to_json(&claims)].map(|part| URL_SAFE_NO_PAD.encode(part));
        let signed = format!("{header}.{body}");
        let signature = self.issuer.sign(signed.as_bytes());
        let signature =
            signature.map_err(|error| Fault::never("sign what somebody may do").because(error))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::words::Access;

    #[test]
    fn what_is_signed_holds_the_rights_and_is_for_one_connection() {
        let (account, server) = (KeyPair::new_account(), "NSERVER".to_owned());
        let signer = Signer::new(&account.seed().unwrap()).unwrap();
        let request = Request {
            server_id: Server { id: server.clone() },
            user_nkey: KeyPair::new_user().public_key(),
            client_info: Client::default(),
            connect_opts: Connect::default(),
        };
        let rights = Rights::of(&"alice".parse().unwrap(), Access::User);
        let token = signer.let_in(&request, ("alice", &rights), Instant::from_unix_ms(5_000)).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        account.verify(signed.as_bytes(), &signature).unwrap();
        let answer: Value = claims(token.as_bytes()).unwrap();
        assert_eq!((&answer["aud"], &answer["sub"]), (&server.into(), &request.user_nkey.clone().into()));
        let user: Value = claims(answer["nats"]["jwt"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!((&user["aud"], &user["iat"]), (&"USERS".into(), &5.into()));
        assert_eq!(user["nats"]["pub"]["allow"][0], "homing.cmd.alice.*.*");
        assert!(user["nats"]["pub"]["deny"].is_null());
    }

    #[test]
    fn what_the_server_leaves_out_is_empty() {
        let body =
            URL_SAFE_NO_PAD.encode(r#"{"nats":{"server_id":{"id":"N"},"user_nkey":"U","client_info":{}}}"#);
        let asked = read(format!("h.{body}.s").as_bytes()).unwrap();
        assert_eq!(asked.nats.connect_opts.user, "");
        assert!(read(b"junk").is_none() && read(b"a.b.c").is_none());
    }
}
