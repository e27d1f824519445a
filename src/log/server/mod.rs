//! The managed nats-server: found or obtained, configured, started, watched, stopped; it never outlives us.
