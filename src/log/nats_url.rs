//! A NATS address, of one server or of several, with who connects there: shown it never holds a secret.

use std::fmt;
use std::str::FromStr;

use async_nats::{ConnectOptions, ServerAddr};
use url::Url;

use super::Fault;

/// Where to connect, and as whom.
#[derive(Clone, PartialEq, Eq)]
pub struct NatsUrl {
    /// Without a user: what the client library logs of them holds no secret either.
    servers: Vec<ServerAddr>,
    login: Option<Login>,
}

#[derive(Clone, PartialEq, Eq)]
enum Login {
    User {
        name: String,
        password: String,
    },
    /// As NATS clients read a name without a password.
    Token(String),
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
        Ok(NatsUrl { servers: parsed.into_iter().map(|(server, _)| server).collect(), login })
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

    pub(super) fn log_in(&self, options: ConnectOptions) -> ConnectOptions {
        match self.login.clone() {
            None => options,
            Some(Login::User { name, password }) => options.user_and_password(name, password),
            Some(Login::Token(token)) => options.token(token),
        }
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
