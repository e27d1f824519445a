//! A message on its way out: everything but the connection.

/// Subject, headers and payload, ready to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub subject: String,
    pub headers: Vec<(&'static str, String)>,
    pub payload: Vec<u8>,
}

impl Outgoing {
    /// As the server counts it against its `max_payload`: the headers in NATS's form, and the payload.
    pub fn bytes_len(&self) -> usize {
        const AROUND: usize = "NATS/1.0\r\n\r\n".len();
        const BETWEEN: usize = ": \r\n".len();
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len() + BETWEEN);
        AROUND + headers.sum::<usize>() + self.payload.len()
    }
}
