//! Fields on the wire (SMPP 3.4, 3.1): integers, NUL-terminated strings, octets of a given length.

/// The field has 65 octets with its NUL (5.2.23); peers break the limits of the fields daily, but not so far.
const ID_BYTES_MAX: usize = 255;

/// An id that is not too long to be one.
pub(super) fn bounded(id: String) -> Option<String> {
    (id.len() <= ID_BYTES_MAX).then_some(id)
}

/// What is left of a body. Fields are read from its front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Octets<'a>(&'a [u8]);

impl<'a> Octets<'a> {
    pub(super) fn of(body: &'a [u8]) -> Octets<'a> {
        Octets(body)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        let (first, rest) = self.0.split_first_chunk::<2>()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*first))
    }

    /// Up to the NUL, or all there is; of any length. Peers break the limits of the fields daily.
    pub(super) fn c_string(&mut self) -> String {
        let end = self.0.iter().position(|octet| *octet == 0);
        let (text, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        text_of(text)
    }

    /// A message_id (5.2.23). One that is longer than any SMSC's own is none: it is carried on and kept wherever it came.
    pub(super) fn message_id(&mut self) -> String {
        bounded(self.c_string()).unwrap_or_default()
    }

    /// As many octets, or as many as there are.
    pub(super) fn clipped(&mut self, len: usize) -> &'a [u8] {
        let (first, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        first
    }

    /// Exactly as many octets.
    pub(super) fn exactly(&mut self, len: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(first)
    }
}

/// UTF-8 where it is; else Latin-1, which no octets break: two different addresses never become one.
pub(super) fn text_of(octets: &[u8]) -> String {
    match str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => octets.iter().map(|octet| char::from(*octet)).collect(),
    }
}

/// A string with its NUL. What stands behind a NUL within it is not sent.
pub(super) fn put_c_string(out: &mut Vec<u8>, text: &str) {
    out.extend(text.bytes().take_while(|octet| *octet != 0));
    out.push(0);
}
