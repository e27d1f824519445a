//! docker-compose.yml: its nats-server's configuration is one that this nats-server takes, and syncs each write.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use support::{HOMING, peers, run};

const CHECKED_WITHIN: Duration = Duration::from_secs(30);

#[test]
fn the_composed_nats_server_takes_its_configuration() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let compose =
        fs::read_to_string(root.join("docker-compose.yml")).expect("docker-compose.yml can be read");
    let named = compose.lines().find_map(|line| line.trim().strip_prefix("file: "));
    let file = root.join(named.expect("the configuration is given as a file"));
    let config = fs::read_to_string(&file).expect("the file it names can be read");
    for setting in ["sync_interval: always", "max_payload: 4MB"] {
        assert!(config.lines().any(|line| line.trim() == setting), "it should say {setting}");
    }

    // As its containers have it: the gate's part is made first, beside the others.
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut made = Command::new(HOMING);
    made.args(["server", "config", "--tls-name", "nats", "--out"]).arg(folder.path().join("gate.conf"));
    run(made.arg("--data").arg(folder.path()), CHECKED_WITHIN).succeeded("homing server config");
    let included =
        config.lines().find(|line| line.starts_with("include ")).expect("it includes the gate's part");
    assert!(
        compose.contains("/var/lib/homing/keys/gate.conf")
            && included.ends_with("/var/lib/homing/keys/gate.conf")
    );
    let here = folder.path().join("nats-server.conf");
    fs::write(&here, config.replace(included, "include ./gate.conf")).expect("a file can be written");

    let Some(tools) = peers::nats_tools() else { return };
    let check = run(Command::new(tools.join("nats-server")).arg("-t").arg("-c").arg(&here), CHECKED_WITHIN);
    let told = check.succeeded("nats-server -t");
    assert!(told.stderr.contains("is valid"), "{told:?}");
}
