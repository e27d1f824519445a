//! How the roles of this process stand, and the answer to whoever asks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_nats::Subscriber;
use futures_util::StreamExt;
use tokio_util::task::AbortOnDropHandle;

use super::{Role, name};
use crate::cli::client::OPERATOR;
use crate::log::{Fault, Log, host};
use crate::wire::status::{ProcessView, RoleView};
use crate::wire::{subjects, to_json};
use crate::words::Instant;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Standing {
    Running {
        since: Instant,
    },
    /// It is started again after a while.
    Failed {
        since: Instant,
        why: String,
    },
}

/// The roles of this process.
#[derive(Debug, Clone, Default)]
pub(super) struct Board {
    is_ready: Arc<AtomicBool>,
    failures: Arc<AtomicUsize>,
    /// Whether the decider of this process is the one that decides.
    decides: Arc<AtomicBool>,
    roles: Arc<Mutex<BTreeMap<Role, Standing>>>,
}

impl Board {
    /// The program has started: from now on a role that fails is started again.
    pub(super) fn ready(&self) {
        self.is_ready.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, role: Role, standing: Standing) {
        self.failures.fetch_add(usize::from(matches!(standing, Standing::Failed { .. })), Ordering::Relaxed);
        self.roles.lock().unwrap_or_else(PoisonError::into_inner).insert(role, standing);
    }

    /// For the decider to say whether it decides, or stands by.
    pub(super) fn decides(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.decides)
    }

    #[cfg(test)]
    pub(super) fn standing(&self, role: Role) -> Option<Standing> {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner).get(&role).cloned()
    }

    /// Answers for this process until the handle is dropped.
    ///
    /// # Errors
    /// Where the server is away.
    pub(super) async fn answer(&self, log: Log) -> Result<AbortOnDropHandle<()>, Fault> {
        // No queue group: each process answers for itself.
        let asked = log.client().subscribe(subjects::query(OPERATOR, "status")).await;
        let asked = asked.map_err(|error| Fault::later("offer the question `status`").because(error))?;
        Ok(AbortOnDropHandle::new(tokio::spawn(answer(self.clone(), log, asked))))
    }

    fn view(&self) -> ProcessView {
        let roles = self.roles.lock().unwrap_or_else(PoisonError::into_inner);
        let stands_by = |role: Role| role == Role::Decider && !self.decides.load(Ordering::Relaxed);
        let view = |(role, standing): (&Role, &Standing)| match standing {
            Standing::Running { since } => RoleView {
                role: name(*role),
                state: if stands_by(*role) { "standby" } else { "running" }.to_owned(),
                since: since.to_string(),
                why: None,
            },
            Standing::Failed { since, why } => RoleView {
                role: name(*role),
                state: "failed".to_owned(),
                since: since.to_string(),
                why: Some(why.clone()),
            },
        };
        ProcessView {
            pid: std::process::id(),
            host: host(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            failures: self.failures.load(Ordering::Relaxed),
            roles: roles.iter().map(view).collect(),
        }
    }
}

async fn answer(board: Board, log: Log, mut asked: Subscriber) {
    while let Some(question) = asked.next().await {
        if let Some(reply) = question.reply {
            // Whoever asked may be gone; then there is nobody to tell.
            let _ = log.client().publish(reply, to_json(&board.view()).into()).await;
        }
    }
}
