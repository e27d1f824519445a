//! One connector: bound sessions to an SMSC over TCP or TLS, kept up, with an enforced window and pace.
