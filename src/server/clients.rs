//! Certificates of clients: whose the managed server takes, and Homing's own, which it takes beside them.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};

use super::keys::{Certificate, write_secret};
use crate::log::Fault;

/// Makes a server ask each client for a certificate that one of this file's authorities has signed. Gives the certificate by which
/// Homing itself comes in: it is made once, signed by itself, and no other that it signed would do.
///
/// # Errors
/// Where the file holds no certificate, or the data folder cannot be written.
pub fn ask_clients(data: &Path, server: &mut Certificate) -> Result<Option<Certificate>, Fault> {
    let Some(authorities) = &server.client_ca else { return Ok(None) };
    let doing = || format!("use the certificates in {}", authorities.display());
    let named = std::fs::read_to_string(authorities).map_err(|error| Fault::never(doing()).because(error))?;
    if !named.contains("-----BEGIN CERTIFICATE-----") {
        return Err(Fault::never(doing()).because("there are none, as PEM"));
    }
    let folder = data.join("keys");
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.map_err(|error| Fault::never(format!("make the folder {}", folder.display())).because(error))?;
    let ((cert, key), all) = (own_files(data), folder.join("client-ca.pem"));
    let doing = "make a certificate for Homing itself";
    if !(cert.exists() && key.exists()) {
        let (cert_pem, key_pem) = own().map_err(|error| Fault::never(doing).because(error))?;
        for (file, pem) in [(&key, key_pem), (&cert, cert_pem)] {
            write_secret(file, &pem).map_err(|error| Fault::never(doing).because(error))?;
        }
    }
    let own = std::fs::read_to_string(&cert).map_err(|error| Fault::never(doing).because(error))?;
    write_secret(&all, &format!("{named}\n{own}")).map_err(|error| Fault::never(doing).because(error))?;
    server.client_ca = Some(all);
    Ok(Some(Certificate { cert, key, client_ca: None }))
}

/// The certificate by which Homing itself comes in, and its key, where this data folder has them.
pub fn client_certificate(data: &Path) -> Option<(PathBuf, PathBuf)> {
    Some(own_files(data)).filter(|(cert, key)| cert.exists() && key.exists())
}

fn own_files(data: &Path) -> (PathBuf, PathBuf) {
    (data.join("keys/client-cert.pem"), data.join("keys/client-key.pem"))
}

/// The certificate and its key, as PEM.
fn own() -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "homing");
    // It signs no other.
    params.is_ca = rcgen::IsCa::ExplicitNoCa;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}
