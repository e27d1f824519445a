//! SMPP 3.4 protocol data units as they stand on the wire: framed, encoded, leniently decoded.
