//! The nats-server to run: the one named, else the one on PATH, else the one in our cache, else a new one.

use std::path::Path;

use super::Progress;
use super::obtain::obtain;
use super::search::{Binary, Search};
use super::version::{Version, version_of};
use crate::log::Fault;

pub async fn find(search: &Search, progress: &Progress<'_>) -> Result<Binary, Fault> {
    if let Some(path) = &search.named {
        return named(path, progress).await;
    }
    let installed = if search.way.is_none() { search.installed().await } else { None };
    if let Some(binary) = installed.as_ref().filter(|binary| binary.is_recent()) {
        return Ok(binary.clone());
    }
    if let Some(binary) = search.cached().await {
        return Ok(binary);
    }
    if let Some(Binary { path, version }) = installed {
        progress(&format!(
            "{} is version {version}, older than {}: not used (NATS_SERVER would insist on it)",
            path.display(),
            Version::PINNED
        ));
    }
    obtain(search, progress).await
}

/// Named by a person: used or complained about, never replaced by another.
async fn named(path: &Path, progress: &Progress<'_>) -> Result<Binary, Fault> {
    let fault = || Fault::never(format!("use the nats-server named by NATS_SERVER, {}", path.display()));
    // Also keeps a bare name from being looked up on PATH.
    let path = std::path::absolute(path).map_err(|error| fault().because(error))?;
    let version = version_of(&path).await.map_err(|why| fault().because(why))?;
    if version < Version::MINIMUM {
        let why = format!("it is version {version}, and Homing needs {} or later", Version::MINIMUM);
        return Err(fault().because(why));
    }
    if version < Version::PINNED {
        let (path, tested) = (path.display(), Version::PINNED);
        progress(&format!("warning: {path} is version {version}; Homing is tested with {tested} or later"));
    }
    Ok(Binary { path, version })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Mutex;

    use tempfile::TempDir;

    use super::super::version::write_fake;
    use super::*;

    /// A folder with a `nats-server` that answers with this version.
    fn fake(version: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let body = format!("echo nats-server: v{version}");
        write_fake(&folder.path().join("nats-server"), &body);
        folder
    }

    async fn check(named: Option<&str>, on_path: Option<&str>, cached: Option<&str>, want: &str) {
        let named = named.map(fake);
        let on_path = on_path.map(fake);
        let cache = tempfile::tempdir().unwrap();
        if let Some(version) = cached {
            fs::rename(fake(version).keep(), cache.path().join("2.15.1")).unwrap();
        }
        let search = Search {
            named: named.as_ref().map(|folder| folder.path().join("nats-server")),
            path: on_path.as_ref().map(|folder| folder.path().into()).unwrap_or_default(),
            cache: cache.path().to_owned(),
            way: None,
        };
        let said = Mutex::new(String::new());
        let got = match find(&search, &|line| said.lock().unwrap().push_str(line)).await {
            Ok(binary) => binary.version.to_string(),
            Err(fault) => fault.to_string(),
        };
        let got = format!("{got} {}", said.lock().unwrap());
        assert!(got.contains(want), "{got}\nshould have held: {want}");
    }

    #[tokio::test]
    async fn the_named_one_then_paths_then_the_cached() {
        check(Some("2.16.0"), Some("2.17.0"), Some("2.18.0"), "2.16.0").await;
        check(Some("2.12.0"), Some("2.17.0"), None, "tested with 2.15.1 or later").await;
        check(Some("2.11.9"), Some("2.17.0"), None, "it is version 2.11.9, and Homing needs 2.12.0 or later")
            .await;
        check(None, Some("2.17.0"), Some("2.18.0"), "2.17.0").await;
        check(None, Some("2.14.9"), Some("2.15.1"), "2.15.1").await;
        check(None, None, Some("2.13.0"), "could not obtain nats-server 2.15.1: ").await;
    }

    #[tokio::test]
    async fn where_nothing_can_be_had_the_three_ways_are_named() {
        for part in
            ["NATS_SERVER", "on PATH", "install Go", "`go` is not on PATH", "`apt-get` is not on PATH"]
        {
            check(None, None, None, part).await;
        }
        check(None, Some("2.14.9"), None, "is version 2.14.9, older than 2.15.1: not used").await;
    }

    #[tokio::test]
    async fn a_named_one_that_does_not_run_is_a_fault() {
        let search = Search {
            named: Some("/nowhere/nats".into()),
            path: "".into(),
            cache: "/nowhere".into(),
            way: None,
        };
        let fault = find(&search, &|_| {}).await.unwrap_err().to_string();
        assert!(
            fault.starts_with("could not use the nats-server named by NATS_SERVER, /nowhere/nats: "),
            "{fault}"
        );
    }
}
