//! From nothing to a bound session: TCP, TLS, and the bind (SMPP 3.4, 4.1).

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::connector::Connector;
use crate::smpp::pdu::status::{RBINDFAIL, ROK};
use crate::smpp::pdu::{Bind, BindKind, Body, FrameReader, INTERFACE_VERSION};

/// A SYN is sent three times within it; who does not answer then is away.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Nothing stands before these octets.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);
/// The first of a session, as many an SMSC wants it.
pub(super) const BIND_SEQUENCE: u32 = 1;
/// Some hundred responses at a time.
pub(super) const READ_LEN: usize = 16 * 1024;

/// A bound session.
pub(super) struct Bound {
    pub(super) reader: Box<dyn AsyncRead + Send + Unpin>,
    pub(super) writer: Box<dyn AsyncWrite + Send + Unpin>,
    /// A write that fails has handed nothing over (TLS has no such promise).
    pub(super) write_is_exact: bool,
    /// Holds what came behind the bind's response.
    pub(super) frames: FrameReader,
}

#[derive(Debug)]
pub(super) enum NotBound {
    Refused(u32),
    Down(String),
}

fn down<E: Display>(what: &'static str) -> impl FnOnce(E) -> NotBound {
    move |error| NotBound::Down(format!("{what}: {error}"))
}

pub(super) async fn dial(connector: &Connector, kind: BindKind) -> Result<Bound, NotBound> {
    let password = password(connector).await?;
    let connecting = tokio::time::timeout(CONNECT_WITHIN, connect(connector));
    let mut bound =
        connecting.await.unwrap_or_else(|_| Err(NotBound::Down("connect: no answer".to_owned())))?;
    let bind = Body::Bind(Bind {
        kind,
        system_id: connector.system_id.clone(),
        password,
        system_type: connector.system_type.clone(),
        interface_version: INTERFACE_VERSION,
        addr_ton: 0,
        addr_npi: 0,
        address_range: String::new(),
    });
    let binding = tokio::time::timeout(connector.response_timeout, ask(&mut bound, &bind));
    binding.await.unwrap_or_else(|_| Err(NotBound::Down("bind: no answer".to_owned())))?;
    Ok(bound)
}

async fn password(connector: &Connector) -> Result<String, NotBound> {
    let Some(file) = &connector.password_file else { return Ok(connector.password.reveal().to_owned()) };
    let text = tokio::fs::read_to_string(file).await.map_err(down("read the password file"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

async fn connect(connector: &Connector) -> Result<Bound, NotBound> {
    let stream =
        TcpStream::connect((connector.host.as_str(), connector.port)).await.map_err(down("connect"))?;
    stream.set_nodelay(true).map_err(down("connect"))?;
    let frames = FrameReader::new(connector.pdu_bytes_max);
    if !connector.tls {
        let (reader, writer) = stream.into_split();
        return Ok(Bound {
            reader: Box::new(reader),
            writer: Box::new(writer),
            write_is_exact: true,
            frames,
        });
    }
    let name = ServerName::try_from(connector.host.clone()).map_err(down("name the server for TLS"))?;
    let config = tls(connector).await?;
    let stream =
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(down("begin TLS"))?;
    let (reader, writer) = tokio::io::split(stream);
    Ok(Bound { reader: Box::new(reader), writer: Box::new(writer), write_is_exact: false, frames })
}

async fn tls(connector: &Connector) -> Result<ClientConfig, NotBound> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = &connector.ca_file {
        let pem = tokio::fs::read(file).await.map_err(down("read the CA file"))?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots.add(certificate.map_err(down("read the CA file"))?).map_err(down("read the CA file"))?;
        }
    } else {
        // Some of a platform's roots may be unreadable; without the right one the handshake says so.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(down("begin TLS"))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Binds. What else comes before the answer is not for a session that does not exist yet.
async fn ask(bound: &mut Bound, bind: &Body) -> Result<(), NotBound> {
    let sent = async {
        bound.writer.write_all(&bind.to_vec(ROK, BIND_SEQUENCE)).await?;
        bound.writer.flush().await
    };
    sent.await.map_err(down("bind"))?;
    loop {
        while let Some(frame) = bound.frames.next_frame().map_err(down("bind"))? {
            let answers = frame.header.sequence == BIND_SEQUENCE
                && matches!(Body::of(&frame), Body::BindResp(_) | Body::GenericNack);
            match frame.header.status {
                _ if !answers => (),
                ROK if matches!(Body::of(&frame), Body::BindResp(_)) => return Ok(()),
                ROK => return Err(NotBound::Refused(RBINDFAIL)),
                refused => return Err(NotBound::Refused(refused)),
            }
        }
        let read = bound.reader.read_buf(bound.frames.room(READ_LEN)).await.map_err(down("bind"))?;
        if read == 0 {
            return Err(NotBound::Down("bind: the SMSC closed the connection".to_owned()));
        }
    }
}

/// Unbinds a session that is not used: one that is only closed stays bound for many an SMSC, which refuses the next.
pub(super) async fn leave(mut bound: Bound) {
    let unbind = Body::Unbind.to_vec(ROK, BIND_SEQUENCE + 1);
    let leaving = async {
        bound.writer.write_all(&unbind).await?;
        bound.writer.shutdown().await
    };
    let _gone_anyway = tokio::time::timeout(LEAVE_WITHIN, leaving).await;
}
