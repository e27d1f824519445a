//! The configuration file of the managed server, and where its files lie below the data folder.

use std::path::{Path, PathBuf};

use super::Sync;

/// A message may be larger than any command Homing accepts, so a too large one is refused with a code and not by a closed
/// connection (NATS advises at most 8 MiB). A client that does not read is cut off with as much unread as `max_pending`.
pub(super) const LIMITS: &str = "max_payload: 4MB\n\
                                 max_pending: 32MB\n\
                                 max_connections: 65536\n\
                                 max_control_line: 4KB\n\
                                 max_subscriptions: 1024\n";
/// Without it the limit is three quarters of what is free at start, and a filling disk would shrink it below what is
/// stored. The disk is the limit.
const STORE_LIMIT: &str = "1TB";
const LOG_FILE_LIMIT: &str = "16MB";
const LOG_FILES_MAX: usize = 4;

/// Whether a managed server has kept streams below this data folder.
pub fn holds_streams(data: &Path) -> bool {
    data.join("nats").join("jetstream").is_dir()
}

/// `<data>/nats` and what is in it.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Absolute: the server runs in another folder.
    pub(super) root: PathBuf,
}

impl Layout {
    pub(super) fn config(&self) -> PathBuf {
        self.root.join("nats-server.conf")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("nats-server.log")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// The streams of the account in which Homing's are.
    pub(super) fn store(&self, account: &str) -> PathBuf {
        self.root.join("jetstream").join(account)
    }

    /// Where the server writes which port it took.
    pub(super) fn ports(&self) -> PathBuf {
        self.root.join("ports")
    }
}

/// `port` 0 lets the server pick one. No listener but this one is opened. The server adds `jetstream` to the store's path.
pub(super) fn text(layout: &Layout, port: u16, sync: Sync, accounts: &str) -> String {
    let port = if port == 0 { "-1".to_owned() } else { port.to_string() };
    let sync_line = match sync {
        Sync::Off => String::new(),
        Sync::Always | Sync::Every(_) => format!("  sync_interval: \"{sync}\"\n"),
    };
    format!(
        "# Written by Homing at each start: changes are lost.\n\
         server_name: homing\n\
         host: \"127.0.0.1\"\n\
         port: {port}\n\
         {LIMITS}\
         log_file: {log}\n\
         logfile_size_limit: {LOG_FILE_LIMIT}\n\
         logfile_max_num: {LOG_FILES_MAX}\n\
         ports_file_dir: {ports}\n\
         jetstream {{\n\
         \x20 store_dir: {store}\n\
         \x20 max_file_store: {STORE_LIMIT}\n\
         {sync_line}\
         }}\n\
         {accounts}",
        log = quoted(&layout.log()),
        ports = quoted(&layout.ports()),
        store = quoted(&layout.root),
    )
}

/// In NATS's configuration a double-quoted string knows backslash escapes. The caller has refused what is not UTF-8.
pub(super) fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn check(root: &str, port: u16, sync: Sync, holds: &str) {
        let config = text(&Layout { root: root.into() }, port, sync, "accounts {\n}\n");
        assert!(config.contains(holds), "{config}\nshould have held: {holds}");
    }

    #[test]
    fn each_option_has_its_line() {
        check("/d/nats", 0, Sync::Always, "\nport: -1\n");
        check("/d/nats", 4222, Sync::Always, "\nport: 4222\n");
        check(
            "/d/nats",
            0,
            Sync::Always,
            "\n  max_file_store: 1TB\n  sync_interval: \"always\"\n}\naccounts {",
        );
        check("/d/nats", 0, Sync::Every(Duration::from_millis(1_500)), "\n  sync_interval: \"1500ms\"\n}\n");
        check("/d/nats", 0, Sync::Off, "\n  max_file_store: 1TB\n}\n");
        check("/a \"b\"\\c", 0, Sync::Off, r#"store_dir: "/a \"b\"\\c""#);
    }
}
