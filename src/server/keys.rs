//! The keys of the gate: made once, each in a file that only its owner reads. A file that is deleted is made anew.
//!
//! | file | what it is |
//! |---|---|
//! | `issuer.nk` | seed of the account key with which the gate signs what somebody may do |
//! | `homing.nk` | seed of the user key of Homing's own roles |
//! | `system.nk` | seed of the gate's user key in the server's own account |
//! | `<role>.nk` | seed of the user key of a part that runs elsewhere ([`PART_KEYS`]) |
//! | `admin.password` | the first operator's password |
//! | `server-cert.pem`, `server-key.pem` | a certificate of the server's, where one was asked for |
//! | `client-cert.pem`, `client-key.pem` | Homing's own as a client, where clients must have one; `client-ca.pem` is what they are checked by |

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nkeys::KeyPair;

use crate::log::Fault;
use crate::wire::part_keys::{PART_KEYS, PartKey};

/// 32 characters of these are 160 bits.
const PASSWORD_LEN: usize = 32;
/// Somebody may have written one of their own.
const PASSWORD_LEN_MIN: usize = 20;

/// What a server shows of itself: files in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub cert: PathBuf,
    pub key: PathBuf,
    /// Of a server: who signs the certificates of its clients. Without it none is asked for.
    pub client_ca: Option<PathBuf>,
}

/// The keys of a data folder.
pub struct Keys {
    folder: PathBuf,
    pub(super) issuer: KeyPair,
    pub(super) homing: KeyPair,
    pub(super) system: KeyPair,
    /// In the order of [`PART_KEYS`]. None for a gate that was given the others: what it made now, no server would know.
    pub(super) parts: Vec<KeyPair>,
    pub(super) admin_password: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Keys {
    /// Those of this data folder; what is missing is made.
    ///
    /// # Errors
    /// Where the folder cannot be written, or holds something else under one of the names.
    pub fn of(data: &Path) -> Result<Keys, Fault> {
        // nats-server reads paths from where it was started.
        let data = std::path::absolute(data)
            .map_err(|error| Fault::never(format!("find {}", data.display())).because(error))?;
        let folder = data.join("keys");
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| Fault::never(format!("make the folder {}", folder.display())).because(error))?;
        Keys::with_parts(folder, &PART_KEYS)
    }

    fn with_parts(folder: PathBuf, parts: &[PartKey]) -> Result<Keys, Fault> {
        let part = |part: &PartKey| pair(&folder.join(part.file()), KeyPair::new_user);
        Ok(Keys {
            parts: parts.iter().map(part).collect::<Result<_, _>>()?,
            issuer: pair(&folder.join("issuer.nk"), KeyPair::new_account)?,
            homing: pair(&folder.join("homing.nk"), KeyPair::new_user)?,
            system: pair(&folder.join("system.nk"), KeyPair::new_user)?,
            admin_password: password(&folder.join("admin.password"))?,
            folder,
        })
    }

    /// Those of a gate in this data folder, where they are already.
    ///
    /// # Errors
    /// As [`Keys::of`], and where there are none.
    pub fn at(data: &Path) -> Result<Keys, Fault> {
        let folder = data.join("keys");
        let files = ["issuer.nk", "homing.nk", "system.nk", "admin.password"];
        if files.iter().all(|file| folder.join(file).exists()) {
            return Keys::with_parts(folder, &[]);
        }
        Err(Fault::never(format!("find the gate's keys in {}", folder.display())).because(
            "`homing server config` makes them, and what it prints belongs to the server; copy its whole folder `keys` to here",
        ))
    }

    /// With which the gate signs what somebody may do.
    ///
    /// # Errors
    /// Never for a key that was made here.
    pub fn issuer(&self) -> Result<String, Fault> {
        seed(&self.issuer)
    }

    /// With which Homing's own roles sign in.
    ///
    /// # Errors
    /// Never for a key that was made here.
    pub fn homing(&self) -> Result<String, Fault> {
        seed(&self.homing)
    }

    /// With which the gate signs in to the server's own account.
    ///
    /// # Errors
    /// Never for a key that was made here.
    pub fn system(&self) -> Result<String, Fault> {
        seed(&self.system)
    }

    /// The certificate that was made here.
    pub fn made_certificate(&self) -> Option<Certificate> {
        let certificate = self.certificate_files();
        (certificate.cert.exists() && certificate.key.exists()).then_some(certificate)
    }

    fn certificate_files(&self) -> Certificate {
        let [cert, key] = ["server-cert.pem", "server-key.pem"].map(|name| self.folder.join(name));
        Certificate { cert, key, client_ca: None }
    }

    /// A certificate for these names and this machine's own, signed by itself; made where there is none.
    ///
    /// # Errors
    /// Where a name is none, or the folder cannot be written.
    pub fn certificate(&self, names: &[String]) -> Result<Certificate, Fault> {
        let doing = "make a certificate";
        if let Some(made) = self.made_certificate() {
            return Ok(made);
        }
        let files = self.certificate_files();
        let own = ["localhost", "127.0.0.1"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed([names, &own].concat());
        let made = made.map_err(|error| Fault::never(doing).because(error))?;
        for (file, pem) in [(&files.key, made.signing_key.serialize_pem()), (&files.cert, made.cert.pem())] {
            write_secret(file, &pem).map_err(|error| Fault::never(doing).because(error))?;
        }
        Ok(files)
    }

    pub fn admin_password(&self) -> &str {
        &self.admin_password
    }

    /// Where a data folder has the key of Homing's own roles, whether or not it is there.
    pub fn own_file(data: &Path) -> PathBuf {
        data.join("keys/homing.nk")
    }

    pub fn admin_password_file(&self) -> PathBuf {
        self.folder.join("admin.password")
    }
}

fn seed(key: &KeyPair) -> Result<String, Fault> {
    key.seed().map_err(|error| Fault::never("write a key down").because(error))
}

/// Writes what only the owner of the file may read, whole or not at all.
///
/// # Errors
/// Where the folder cannot be written.
pub fn write_secret(file: &Path, text: &str) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".homing-new");
    let beside = PathBuf::from(beside);
    let _left_by_one_that_was_killed = std::fs::remove_file(&beside);
    let mut opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()?;
    std::fs::rename(beside, file)
}

/// The text of a file, which is made where there is none.
fn text(file: &Path, make: impl FnOnce() -> Result<String, Fault>) -> Result<String, Fault> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = make()?;
            write_secret(file, &format!("{text}\n"))
                .map_err(|error| Fault::never(format!("write {}", file.display())).because(error))?;
            Ok(text)
        }
        Err(error) if file.is_dir() => Err(Fault::never(format!("read {}", file.display()))
            .because(format!("{error}: it is to be a file; move the folder away, and a new one is made"))),
        Err(error) => Err(Fault::never(format!("read {}", file.display())).because(error)),
    }
}

fn pair(file: &Path, make: impl FnOnce() -> KeyPair) -> Result<KeyPair, Fault> {
    let made = make();
    let kind = made.key_pair_type();
    let text = text(file, || seed(&made))?;
    let pair = KeyPair::from_seed(&text).ok().filter(|pair| pair.key_pair_type() == kind);
    pair.ok_or_else(|| {
        Fault::never(format!("read {}", file.display()))
            .because("it holds no such key; delete it, and a new one is made")
    })
}

fn password(file: &Path) -> Result<String, Fault> {
    // The seed of a key is as hard to guess as a password can be, and has no character that an address must escape.
    let text = text(file, || Ok(seed(&KeyPair::new_user())?.chars().skip(4).take(PASSWORD_LEN).collect()))?;
    // A server takes an empty one too, and lets everybody in.
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if text.len() < PASSWORD_LEN_MIN || !plain {
        return Err(Fault::never(format!("use the password in {}", file.display())).because(format!(
            "it has at least {PASSWORD_LEN_MIN} of A-Z, a-z, 0-9, - and _; delete the file, and a new one is made"
        )));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn keys_are_made_once_and_only_their_owner_reads_them() {
        let data = tempfile::tempdir().unwrap();
        let (first, again) = (Keys::of(data.path()).unwrap(), Keys::of(data.path()).unwrap());
        assert_eq!(first.homing().unwrap(), again.homing().unwrap());
        assert_eq!(first.admin_password(), again.admin_password());
        assert_eq!(first.admin_password().len(), PASSWORD_LEN);
        assert_ne!(first.homing().unwrap(), first.system().unwrap());
        for file in std::fs::read_dir(data.path().join("keys")).unwrap().map(Result::unwrap) {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
        }
        std::fs::remove_file(data.path().join("keys/sms.nk")).unwrap();
        let rotated = Keys::of(data.path()).unwrap();
        let public = |keys: &Keys| keys.parts.iter().map(KeyPair::public_key).collect::<Vec<_>>();
        let (before, now) = (public(&first), public(&rotated));
        let changed: Vec<_> =
            PART_KEYS.iter().zip(before.iter().zip(&now)).filter(|(_, (a, b))| a != b).collect();
        assert!(matches!(changed.as_slice(), [(part, _)] if part.role == "sms"), "{changed:?}");
        assert_eq!(rotated.issuer.public_key(), first.issuer.public_key());
    }

    #[test]
    fn a_file_that_holds_something_else_is_told_and_left_alone() {
        let data = tempfile::tempdir().unwrap();
        Keys::of(data.path()).unwrap();
        let file = data.path().join("keys/issuer.nk");
        std::fs::write(&file, "notes").unwrap();
        let told = Keys::of(data.path()).unwrap_err().to_string();
        assert!(told.contains("issuer.nk") && told.contains("delete it"), "{told}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "notes");
        std::fs::remove_file(&file).unwrap();
        for poor in ["", "\n", "short", "twenty characters, with \"}", "$2a$11$abcdefghijklmnopqrstu"] {
            std::fs::write(data.path().join("keys/admin.password"), poor).unwrap();
            let told = Keys::of(data.path()).unwrap_err().to_string();
            assert!(told.contains("admin.password") && told.contains("delete the file"), "{told}");
        }
    }
}
