//! Certificates of clients: who shows none of the named authority does not come as far as a password.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use homing::log::{Log, NatsUrl, Tls};
use homing::server::Keys;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use tokio::task::block_in_place;

use crate::support::{HOMING, Homing, run_reading};
use crate::world::{WITHIN, password};

/// Somebody who signs certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate and its key, written down.
    fn signs(&self, folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let signed = params.signed_by(&key, &self.issuer).unwrap();
        let files = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        fs::write(&files.0, signed.pem()).unwrap();
        fs::write(&files.1, key.serialize_pem()).unwrap();
        files
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_needs_a_certificate_of_the_named_authority_and_the_operator_types_none() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, others) = (Authority::new(), Authority::new());
    let authority = folder.path().join("authority.pem");
    fs::write(&authority, &ours.pem).unwrap();
    let server = Keys::of(folder.path()).unwrap().certificate(&[]).unwrap();
    let mut flags = vec!["--sync", "off"];
    let files = [("--tls-cert", &server.cert), ("--tls-key", &server.key), ("--tls-client-ca", &authority)];
    for (flag, file) in files {
        flags.extend([flag, file.to_str().unwrap()]);
    }
    let data = folder.path().join("data");
    for (round, command) in ["register", "passwd"].into_iter().enumerate() {
        let homing = block_in_place(|| Homing::start_at(&data, 0, &flags));
        let (_, address) = homing.url().rsplit_once('@').unwrap();
        let typed = tempfile::NamedTempFile::new().unwrap();
        fs::write(typed.path(), password("alice")).unwrap();
        let mut operator = Command::new(HOMING);
        let passwd: &[&str] = if command == "register" { &["--passwd"] } else { &[] };
        operator.args(["user", command, "alice", "--stdin"]).args(passwd).env_remove("NATS_URL");
        // However the server and the folder are named, what the folder has is shown there.
        if command == "register" {
            operator.arg("--nats").arg(format!("nats://{address}")).arg("--data").arg(&data);
        } else {
            operator.arg("--nats").arg(format!("tls://{address}")).arg("--nats-ca").arg(&server.cert);
            operator.env("HOMING_DATA", &data);
        }
        block_in_place(|| run_reading(&mut operator, typed.reopen().unwrap().into(), WITHIN))
            .succeeded(command);
        for (name, shown, comes_in) in [
            ("hers", Some(ours.signs(folder.path(), "hers")), true),
            ("none", None, false),
            ("of another authority", Some(others.signs(folder.path(), "theirs")), false),
            ("the server's", Some((server.cert.clone(), server.key.clone())), false),
        ] {
            let at: NatsUrl = format!("nats://{address}").parse().unwrap();
            let at = at.with_tls(Tls { ca: Some(server.cert.clone()), own: shown });
            let came = Log::of_user(&at.with_password("alice", &password("alice")), "alice").await;
            let answered = match came {
                Ok(log) => log.client().request("homing.query.alice.inbox", "{}".into()).await.is_ok(),
                Err(_) => false,
            };
            assert_eq!(answered, comes_in, "with {name} in round {round}");
        }
        assert!(block_in_place(|| homing.stop()).success());
    }
}
