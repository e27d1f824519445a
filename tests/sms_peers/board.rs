//! The board of a test: what happens is written down there, and waited for.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// Redelivery comes after five seconds; the machine may be busy with other tests.
const COMES_WITHIN: Duration = Duration::from_secs(60);

pub struct Board<T> {
    inner: Mutex<T>,
    changed: watch::Sender<()>,
}

impl<T> Board<T> {
    pub fn new(inner: T) -> Board<T> {
        Board { inner: Mutex::new(inner), changed: watch::Sender::new(()) }
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let result = change(&mut self.lock());
        self.changed.send_replace(());
        result
    }

    /// # Panics
    /// When it does not come.
    pub async fn wait<R>(&self, what: &str, mut look: impl FnMut(&T) -> Option<R>) -> R {
        let mut changes = self.changed.subscribe();
        let found = async {
            loop {
                if let Some(found) = look(&self.lock()) {
                    return found;
                }
                changes.changed().await.expect("the board is there");
            }
        };
        tokio::time::timeout(COMES_WITHIN, found).await.unwrap_or_else(|_| panic!("{what}: it never came"))
    }
}
