//! Reads an ESME's PDUs and answers them.

use std::sync::Arc;

use tokio::io::AsyncReadExt;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::debug;

use crate::lab::smsc::esme::Esme;
use crate::lab::smsc::event::Event;
use crate::lab::smsc::shared::Shared;
use crate::smpp::pdu::status::{RALYBND, RINVBNDSTS, RINVCMDID, RINVCMDLEN, ROK};
use crate::smpp::pdu::{
    Bind, BindKind, BindResp, Body, Frame, FrameReader, Header, INTERFACE_VERSION, ShortMessage, Tlvs,
    command, tlv,
};

/// How the SMSC calls itself.
const SYSTEM_ID: &str = "homing-smsc";
/// Some hundred submit_sm at a time.
const READ_LEN: usize = 16 * 1024;

pub(super) struct Conversation {
    pub(super) reader: OwnedReadHalf,
    pub(super) frames: FrameReader,
    pub(super) shared: Arc<Shared>,
    pub(super) queue: mpsc::Sender<Vec<u8>>,
    pub(super) late: mpsc::Sender<(Instant, Vec<u8>)>,
    pub(super) bound: Option<(BindKind, Arc<Esme>)>,
}

/// The session is over.
struct Over;

impl Conversation {
    /// Until the ESME has unbound, or is gone.
    pub(super) async fn hear(&mut self) {
        loop {
            loop {
                match self.frames.next_frame() {
                    Ok(None) => break,
                    Err(error) => return debug!(%error, "an ESME lost its frames"),
                    Ok(Some(frame)) => {
                        if self.handle(&frame).await.is_err() {
                            return;
                        }
                    }
                }
            }
            match self.reader.read_buf(self.frames.room(READ_LEN)).await {
                Ok(0) | Err(_) => return,
                Ok(_) => (),
            }
        }
    }

    pub(super) async fn end(&mut self) {
        if let Some((_, esme)) = self.bound.take() {
            self.shared.leaves(&esme);
            esme.ended();
            self.shared.tell(Event::Unbound { system_id: esme.system_id.clone() }).await;
        }
    }

    async fn handle(&mut self, frame: &Frame) -> Result<(), Over> {
        let Header { status, sequence, command: id } = frame.header;
        match Body::of(frame) {
            Body::Bind(bind) => self.bind(bind, sequence).await,
            Body::Unbind => {
                self.answer(&Body::UnbindResp, ROK, sequence).await;
                return Err(Over);
            }
            Body::UnbindResp => return Err(Over),
            Body::EnquireLink => self.answer(&Body::EnquireLinkResp, ROK, sequence).await,
            Body::DeliverSmResp | Body::DataSmResp(_) | Body::GenericNack => {
                if let Some((_, esme)) = &self.bound {
                    esme.answered(sequence, status);
                }
            }
            Body::SubmitSm(message) => {
                let (id, status) = self.take(&message).await;
                self.respond(&Body::SubmitSmResp(id), status, sequence).await;
            }
            Body::DataSm(message) => {
                let (id, status) = self.take(&message).await;
                self.respond(&Body::DataSmResp(id), status, sequence).await;
            }
            Body::QuerySm(query) => {
                let asked = self.transmits().and_then(|_| self.shared.asked(query));
                let status = asked.as_ref().err().copied().unwrap_or(ROK);
                self.respond(&Body::QuerySmResp(asked.unwrap_or_default()), status, sequence).await;
            }
            Body::CancelSm(cancel) => {
                let cancelled = self.transmits().and_then(|_| self.shared.cancelled(&cancel));
                self.respond(&Body::CancelSmResp, cancelled.err().unwrap_or(ROK), sequence).await;
            }
            Body::Broken(_) if !command::is_response(id) => self.refuse(RINVCMDLEN, sequence).await,
            body @ (Body::Foreign(_)
            | Body::Broken(_)
            | Body::DeliverSm(_)
            | Body::Outbind(_)
            | Body::AlertNotification(_)
            | Body::BindResp(_)
            | Body::SubmitSmResp(_)
            | Body::QuerySmResp(_)
            | Body::CancelSmResp
            | Body::EnquireLinkResp) => {
                // A response is never answered, or two peers could do so for ever.
                if !command::is_response(body.command()) {
                    self.refuse(RINVCMDID, sequence).await;
                }
            }
        }
        Ok(())
    }

    async fn bind(&mut self, bind: Bind, sequence: u32) {
        let let_in = if self.bound.is_some() { Err(RALYBND) } else { self.shared.lets_in(&bind) };
        let Bind { kind, system_id, .. } = bind;
        let tlvs = Tlvs::default().with(tlv::SC_INTERFACE_VERSION, [INTERFACE_VERSION]);
        let resp = Body::BindResp(BindResp { kind, system_id: SYSTEM_ID.to_owned(), tlvs });
        self.answer(&resp, let_in.err().unwrap_or(ROK), sequence).await;
        if let Err(status) = let_in {
            return self.shared.tell(Event::BindRefused { system_id, status }).await;
        }
        let esme = Arc::new(Esme::new(system_id.clone(), self.queue.clone()));
        self.bound = Some((kind, Arc::clone(&esme)));
        self.shared.tell(Event::Bound { system_id, kind }).await;
        if kind != BindKind::Transmitter {
            self.shared.receives(&esme);
        }
    }

    /// # Errors
    /// With the command_status for one that is not bound, or only receives.
    fn transmits(&self) -> Result<&Esme, u32> {
        let bound = self.bound.as_ref().filter(|(kind, _)| kind.transmits());
        bound.map(|(_, esme)| esme.as_ref()).ok_or(RINVBNDSTS)
    }

    /// The message_id, or a status.
    async fn take(&self, message: &ShortMessage) -> (String, u32) {
        let taken = match self.transmits() {
            Ok(esme) => self.shared.submitted(&esme.system_id, message).await,
            Err(status) => Err(status),
        };
        taken.map_or_else(|status| (String::new(), status), |id| (id, ROK))
    }

    /// To a request about messages, after the delay.
    async fn respond(&self, body: &Body, status: u32, sequence: u32) {
        let at = Instant::now() + self.shared.options.delay;
        // Where it does not go through, the session has ended.
        let _nobody_hears = self.late.send((at, body.to_vec(status, sequence))).await;
    }

    async fn refuse(&self, status: u32, sequence: u32) {
        self.answer(&Body::GenericNack, status, sequence).await;
    }

    async fn answer(&self, body: &Body, status: u32, sequence: u32) {
        let _nobody_hears = self.queue.send(body.to_vec(status, sequence)).await;
    }
}
