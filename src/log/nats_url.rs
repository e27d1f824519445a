//! A NATS address, of one server or of several, with who connects there: shown it never holds a secret.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use async_nats::{ConnectOptions, ServerAddr};
use url::Url;

use super::{Fault, tls_troubles};
use crate::wire::subjects::OWN_INBOX_PREFIX;
use crate::words::UserName;

/// Where to connect, and as whom.
#[derive(Clone, PartialEq, Eq)]
pub struct NatsUrl {
    /// Without a user: what the client library logs of them holds no secret either.
    servers: Vec<ServerAddr>,
    login: Option<Login>,
    /// Where answers come to; no two who may not hear each other have the same.
    inbox: Option<String>,
    tls: Tls,
}

/// The files of TLS, where the system's own roots do not do or the server asks who comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    pub ca: Option<PathBuf>,
    /// A certificate and its key.
    pub own: Option<(PathBuf, PathBuf)>,
}

#[derive(Clone, PartialEq, Eq)]
enum Login {
    User {
        name: String,
        password: String,
    },
    /// As NATS clients read a name without a password.
    Token(String),
    /// The seed of a user's key, and the name that the address says beside it: the server is told of the key alone.
    Nkey {
        seed: String,
        name: Option<String>,
    },
    /// A file with a user's JWT and seed.
    Creds(PathBuf),
}

/// Which text it was is not said: it may hold a password.
fn not_one() -> Fault {
    Fault::never("read the NATS address").because(
        "it is to be like nats://host:4222 or nats://user:password@host:4222 (special characters as %40), or several of \
         these with commas between them",
    )
}

impl FromStr for NatsUrl {
    type Err = Fault;

    /// Whoever the first one names is who we are.
    fn from_str(text: &str) -> Result<NatsUrl, Fault> {
        let parsed = text.split(',').map(|url| server(url.trim()));
        let parsed = parsed.collect::<Result<Vec<_>, _>>()?;
        let login = parsed.first().and_then(|(_, login)| login.clone());
        let servers = parsed.into_iter().map(|(server, _)| server).collect();
        Ok(NatsUrl { servers, login, inbox: None, tls: Tls::default() })
    }
}

fn server(text: &str) -> Result<(ServerAddr, Option<Login>), Fault> {
    let mut url = text.parse::<ServerAddr>().map_err(|_| not_one())?.into_inner();
    // What stands behind the port may be the rest of a password whose `/`, `?` or `#` was to be escaped.
    let nothing_behind = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if !nothing_behind || url.host_str().is_none_or(str::is_empty) {
        return Err(not_one());
    }
    let login = login(&url)?;
    url.set_username("").and_then(|()| url.set_password(None)).map_err(|()| not_one())?;
    Ok((ServerAddr::from_url(url).map_err(|_| not_one())?, login))
}

fn login(url: &Url) -> Result<Option<Login>, Fault> {
    let decoded = |part: &str| {
        let text = percent_encoding::percent_decode_str(part).decode_utf8();
        text.map(String::from).map_err(|_| not_one())
    };
    let name = decoded(url.username())?;
    Ok(match url.password() {
        Some(password) => Some(Login::User { name, password: decoded(password)? }),
        None if name.is_empty() => None,
        None => Some(Login::Token(name)),
    })
}

impl NatsUrl {
    pub(super) fn servers(&self) -> &[ServerAddr] {
        &self.servers
    }

    pub(super) async fn log_in(&self, options: ConnectOptions) -> Result<ConnectOptions, Fault> {
        let mut options = match self.login.clone() {
            None => options,
            Some(Login::User { name, password }) => options.user_and_password(name, password),
            Some(Login::Token(token)) => options.token(token),
            Some(Login::Nkey { seed, name: _ }) => options.nkey(seed),
            Some(Login::Creds(file)) => options
                .credentials_file(&file)
                .await
                .map_err(|error| Fault::never(format!("read {}", file.display())).because(error))?,
        };
        tls_troubles::check(&self.tls)?;
        if let Some(ca) = &self.tls.ca {
            options = options.add_root_certificates(ca.clone()).require_tls(true);
        }
        if let Some((certificate, key)) = &self.tls.own {
            options = options.add_client_certificate(certificate.clone(), key.clone()).require_tls(true);
        }
        Ok(options)
    }

    /// Who it says that connects, where it says a name.
    pub fn user(&self) -> Option<&str> {
        match &self.login {
            Some(Login::User { name, .. }) => Some(name),
            Some(Login::Nkey { name, .. }) => name.as_deref(),
            Some(Login::Token(_) | Login::Creds(_)) | None => None,
        }
    }

    /// Whose nkey it says that it is, where it says a name.
    pub fn owner_of_nkey(&self) -> Option<&str> {
        match &self.login {
            Some(Login::Nkey { name, .. }) => name.as_deref(),
            Some(Login::User { .. } | Login::Token(_) | Login::Creds(_)) | None => None,
        }
    }

    /// Whether it says who connects.
    pub fn says_who(&self) -> bool {
        self.login.is_some()
    }

    /// Whether it has the same servers as the other one, by whatever scheme they are named.
    pub fn is_at(&self, other: &NatsUrl) -> bool {
        let place = |server: &ServerAddr| (server.host().to_owned(), server.port());
        self.servers.iter().map(place).eq(other.servers.iter().map(place))
    }

    /// Host and port of the first server.
    pub fn first_place(&self) -> String {
        self.servers.first().map(|server| format!("{}:{}", server.host(), server.port())).unwrap_or_default()
    }

    /// Whether it is to be reached by TLS alone.
    pub fn speaks_tls(&self) -> bool {
        self.tls != Tls::default() || self.servers.iter().any(ServerAddr::tls_required)
    }

    #[must_use]
    pub fn with_password(self, name: &str, password: &str) -> NatsUrl {
        let login = Some(Login::User { name: name.to_owned(), password: password.to_owned() });
        NatsUrl { login, ..self }
    }

    /// With the seed of a user's key, whom a name in the address may name (`nats://vera@host:4222`).
    #[must_use]
    pub fn with_nkey(self, seed: &str) -> NatsUrl {
        let name = match self.login {
            Some(Login::User { name, .. } | Login::Token(name)) => Some(name),
            Some(Login::Nkey { name, .. }) => name,
            Some(Login::Creds(_)) | None => None,
        };
        // What names nobody may be a token, which is a secret.
        let name = name.filter(|name| name.parse::<UserName>().is_ok());
        NatsUrl { login: Some(Login::Nkey { seed: seed.to_owned(), name }), ..self }
    }

    /// With a file that holds a user's JWT and seed.
    #[must_use]
    pub fn with_creds(self, file: PathBuf) -> NatsUrl {
        NatsUrl { login: Some(Login::Creds(file)), ..self }
    }

    /// With answers that come below this prefix.
    #[must_use]
    pub fn with_inbox(self, prefix: &str) -> NatsUrl {
        NatsUrl { inbox: Some(prefix.to_owned()), ..self }
    }

    /// With these files of TLS, where none were named.
    #[must_use]
    pub fn with_tls_unless_named(self, Tls { ca, own }: Tls) -> NatsUrl {
        let tls = Tls { ca: self.tls.ca.clone().or(ca), own: self.tls.own.clone().or(own) };
        NatsUrl { tls, ..self }
    }

    #[must_use]
    pub fn with_tls(self, tls: Tls) -> NatsUrl {
        NatsUrl { tls, ..self }
    }

    pub(super) fn inbox(&self) -> &str {
        self.inbox.as_deref().unwrap_or(OWN_INBOX_PREFIX)
    }
}

impl fmt::Display for NatsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, server) in self.servers.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{}", server.as_url_str().trim_end_matches('/'))?;
        }
        Ok(())
    }
}

impl fmt::Debug for NatsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_who_connects() {
        let user = |name: &str, password: &str| {
            Some(Login::User { name: name.to_owned(), password: password.to_owned() })
        };
        for (text, shown, login) in [
            ("nats://host:4222", "nats://host:4222", None),
            ("host", "nats://host", None),
            ("tls://host:4443/", "tls://host:4443", None),
            ("nats://homing:hunter2@host:4222", "nats://host:4222", user("homing", "hunter2")),
            ("homing:hunter2@host", "nats://host", user("homing", "hunter2")),
            ("nats://homing:h%40%2Fnter2%25@[::1]:4222", "nats://[::1]:4222", user("homing", "h@/nter2%")),
            ("nats://hunter2@host", "nats://host", Some(Login::Token("hunter2".to_owned()))),
            ("nats://a:hunter2@n1, nats://a:hunter2@n2:1", "nats://n1,nats://n2:1", user("a", "hunter2")),
        ] {
            let address: NatsUrl = text.parse().unwrap();
            assert_eq!(address.to_string(), shown, "{text}");
            assert!(address.login == login, "{text} says who connects");
            assert_eq!(format!("{address:?}"), shown);
            assert!(!format!("{:?}", address.servers).contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn an_address_names_whose_nkey_it_is() {
        for (text, user) in [
            ("nats://vera@host:4222", Some("vera")),
            ("nats://vera:pw@host", Some("vera")),
            ("nats://host", None),
        ] {
            let address = text.parse::<NatsUrl>().unwrap().with_nkey("SU");
            assert_eq!(address.user(), user, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_not_shown_at_all() {
        for text in [
            "",
            "nats://",
            "nats://host:4222,",
            "http://homing:hunter2@host",
            "nats://homing:hunter2@host:port",
            "nats://homing:4/hunter2@host:4222",
            "nats://homing:4?hunter2@host:4222",
            "nats://homing:4#hunter2@host:4222",
            "nats://homing:hunter2%ff@host",
        ] {
            let told = text.parse::<NatsUrl>().expect_err(text).to_string();
            assert!(told.contains("nats://user:password@host:4222") && !told.contains("hunter2"), "{told}");
        }
    }
}
