//! TLS that fails, in words: what is wrong with which certificate, and which setting mends it.

use std::path::Path;

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::{Fault, Tls};

/// A part of what the TLS library says, and what to say in its place.
const OF_CONNECTION: [(&str, &str); 11] = [
    (
        "UnknownIssuer",
        "nobody known here has signed the server's certificate: name the file of who did with --nats-ca, or the certificate \
         itself where it signs itself",
    ),
    ("not valid for name", "the server's certificate is for another host: say one of its names in --nats"),
    ("NotValidForName", "the server's certificate is for another host: say one of its names in --nats"),
    (
        "CertificateRequired",
        "the server asks for a certificate of the client's: name one with --nats-cert and --nats-key",
    ),
    ("UnknownCA", "the server does not know who signed the client's certificate, which --nats-cert names"),
    ("BadCertificate", "the server does not take the client's certificate, which --nats-cert names"),
    ("CertificateExpired", "the client's certificate, which --nats-cert names, has expired"),
    ("certificate expired", "the server's certificate has expired"),
    ("UnsupportedCertVersion", "the server's certificate is of X.509 version 1: it must be of version 3"),
    (
        "CaUsedAsEndEntity",
        "the server's certificate is an authority's own (CA:TRUE): it needs one that the authority signs (CA:FALSE)",
    ),
    (
        "InvalidContentType",
        "the server does not speak TLS: leave out --nats-ca and --nats-cert, and say nats://",
    ),
];

/// The same of a certificate of one's own.
const OF_FILE: [(&str, &str); 2] = [
    ("UnsupportedCertVersion", "it is of X.509 version 1; it must be of version 3"),
    ("InconsistentKeys", "they do not belong together"),
];

fn in_words<'a>(troubles: &[(&str, &'a str)], said: &str) -> Option<&'a str> {
    troubles.iter().find(|(part, _)| said.contains(part)).map(|(_, words)| *words)
}

/// A connection that failed for a reason of TLS which a person must mend; any other is left as it is.
pub(super) fn explained(doing: &str, fault: Fault) -> Fault {
    let said = fault.to_string();
    match in_words(&OF_CONNECTION, &said) {
        // What the library says of it names the hosts.
        Some(words) if said.contains("not valid for name") => {
            let names = said.split("certificate: ").last().unwrap_or_default().to_owned();
            Fault::never(doing).because(format!("{words} ({names})"))
        }
        Some(words) => Fault::never(doing).because(words),
        None => fault,
    }
}

/// Reads the files before they are used: the client library names none that it cannot use.
pub(super) fn check(tls: &Tls) -> Result<(), Fault> {
    if let Some(ca) = &tls.ca {
        certificates(ca, "--nats-ca")?;
    }
    let Some((cert, key)) = &tls.own else { return Ok(()) };
    let chain = certificates(cert, "--nats-cert")?;
    let secret = PrivateKeyDer::from_pem_slice(&read(key, "--nats-key")?);
    let secret = secret.map_err(|_| wrong(key, "--nats-key").because("it holds no private key, as PEM"))?;
    let builder = ClientConfig::builder().with_root_certificates(RootCertStore::empty());
    builder.with_client_auth_cert(chain, secret).map(drop).map_err(|error| {
        let (said, key) = (format!("{error:?}"), key.display());
        let words = in_words(&OF_FILE, &said).map_or_else(|| error.to_string(), str::to_owned);
        wrong(cert, "--nats-cert").because(format!("with the key {key}: {words}"))
    })
}

fn certificates(file: &Path, flag: &str) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let read = read(file, flag)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read).collect();
    let certificates = certificates.unwrap_or_default();
    if certificates.is_empty() {
        return Err(wrong(file, flag).because("it holds no certificate, as PEM"));
    }
    Ok(certificates)
}

fn read(file: &Path, flag: &str) -> Result<Vec<u8>, Fault> {
    std::fs::read(file).map_err(|error| wrong(file, flag).because(error))
}

fn wrong(file: &Path, flag: &str) -> Fault {
    Fault::never(format!("use {}, which {flag} names", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tls_says_is_said_in_words_and_all_else_is_left() {
        for (said, words) in [
            ("invalid peer certificate: UnknownIssuer", Some("--nats-ca")),
            ("received fatal alert: CertificateRequired", Some("--nats-cert")),
            ("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))", Some("CA:FALSE")),
            ("Connection refused (os error 111)", None),
        ] {
            let told = explained("connect", Fault::later("connect").because(said)).to_string();
            assert!(told.contains(words.unwrap_or(said)), "{told}");
            assert_eq!(told.contains(said), words.is_none(), "{told}");
        }
        let name = "invalid peer certificate: certificate not valid for name \"n\"; only for \"m\"";
        let told = explained("connect", Fault::later("connect").because(name)).to_string();
        assert!(told.contains("(certificate not valid for name \"n\"; only for \"m\")"), "{told}");
    }
}
