//! What goes over the wire, as tshark reads it.
