//! The plan's tables: every form, policy and refusal.
