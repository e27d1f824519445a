//! The installer of the SMSCs that are not ours, and of tshark: from npm, Debian and Maven Central, by their own clients.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::support::peers::{is_there, made, manifests, modules, runtime, step};
use crate::support::{left_out, run};

/// Maven's own plugins are a hundred small files.
const FETCHED_WITHIN: Duration = Duration::from_secs(300);

const JARS: [(&str, &str); 2] = [
    ("jsmpp-3.0.1.jar", "61b794fc9ac74ed803d80f1be429e6dc2ded799e76a7a249d2c905e56684f706"),
    ("slf4j-api-1.7.36.jar", "d3ef575e3e4979678dc01bf1dcce51021493b4d11fb7f1be8ad982877c16a1c0"),
];

/// Whose library the SMSC is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Library {
    NpmSmpp,
    NetSmpp,
    Jsmpp,
}

impl Library {
    /// The command that runs the SMSC. None, and it is said aloud, where it cannot be had.
    pub fn smsc(self) -> Option<Command> {
        let script = |name| manifests().join("smsc").join(name);
        match self {
            Library::NpmSmpp => {
                let sources = ["smsc/package.json", "smsc/package-lock.json", "smsc/smsc.js"];
                let mut node = Command::new("node");
                node.arg(modules("smsc-node", &sources)?.join("smsc.js"));
                Some(node)
            }
            Library::NetSmpp => {
                runtime("perl")?;
                let debian = debian("smsc-perl", "smsc/perl.packages")?;
                let mut perl = Command::new("perl");
                perl.arg(script("smsc.pl")).env("PERL5LIB", debian.join("usr/share/perl5"));
                Some(perl)
            }
            Library::Jsmpp => {
                let jars = jars().or_else(|| {
                    left_out("java and mvn, and jSMPP, which mvn fetches");
                    None
                })?;
                let mut java = Command::new("java");
                java.arg("-cp").arg(jars).arg(script("Smsc.java"));
                Some(java)
            }
        }
    }
}

/// tshark, wherever it is.
pub fn tshark() -> Option<Command> {
    if is_there("tshark") {
        return Some(Command::new("tshark"));
    }
    if !is_there("apt-get") {
        left_out("tshark, or apt-get to fetch it");
        return None;
    }
    let root = debian("smsc-tshark", "smsc/tshark.packages")?;
    let mut tshark = Command::new(root.join("usr/bin/tshark"));
    tshark.env("LD_LIBRARY_PATH", std::env::join_paths(libraries(&root)).expect("paths without a colon"));
    Some(tshark)
}

/// Debian's packages and those they need that the machine lacks, unpacked below target: nothing is installed.
fn debian(name: &str, packages: &str) -> Option<PathBuf> {
    runtime("apt-get")?;
    Some(made(name, &[packages], |root| {
        let work = root.with_extension("apt");
        for folder in ["lists/partial", "archives/partial"] {
            fs::create_dir_all(work.join(folder)).expect("target can be written");
        }
        let (configuration, wanted) = (work.join("apt.conf"), manifests().join(packages));
        fs::write(&configuration, configured(&work)).expect("target can be written");
        let wanted = fs::read_to_string(wanted).expect("a source can be read");
        let apt = |arguments: &[&str]| {
            let mut apt = Command::new("apt-get");
            apt.env("LC_ALL", "C").arg("-c").arg(&configuration).args(["-q", "-y"]).args(arguments);
            apt
        };
        step(&mut apt(&["update"]));
        let install = ["--download-only", "--no-install-recommends", "install"];
        step(apt(&install).args(wanted.split_whitespace()));
        for archive in paths(&work.join("archives")).filter(|path| has_extension(path, "deb")) {
            step(Command::new("dpkg-deb").arg("-x").arg(archive).arg(root));
        }
        fs::remove_dir_all(&work).expect("target can be written");
    }))
}

/// Lists and archives in a folder of ours; the machine's sources and what it has installed stay as they are. The hooks
/// would tidy the machine's own caches.
fn configured(work: &Path) -> String {
    let work = work.display();
    format!(
        "#clear APT::Update;\n#clear DPkg::Pre-Invoke;\n#clear DPkg::Post-Invoke;\nAPT::Sandbox::User \"root\";\n\
         Acquire::Languages \"none\";\nDebug::NoLocking \"true\";\nDir::State::lists \"{work}/lists/\";\n\
         Dir::Cache \"{work}\";\nDir::Cache::archives \"archives/\";\n"
    )
}

fn paths(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}

/// Debian's folders of shared libraries, with the name of the machine's kind in them.
fn libraries(root: &Path) -> Vec<PathBuf> {
    let folders = ["usr/lib", "lib"].into_iter().flat_map(|folder| paths(&root.join(folder)));
    folders.filter(|path| path.is_dir()).collect()
}

/// The class path.
fn jars() -> Option<OsString> {
    if !is_there("java") || !is_there("mvn") {
        return None;
    }
    let folder = made("smsc-java", &["smsc/pom.xml"], |folder| {
        let copy = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";
        let mut maven = Command::new("mvn");
        maven.args(["-q", "-B", copy, "-f"]).arg(manifests().join("smsc/pom.xml"));
        maven.arg(format!("-Dmaven.repo.local={}", folder.join("m2").display()));
        maven.arg(format!("-DoutputDirectory={}", folder.display()));
        let _looked_at_below = run(&mut maven, FETCHED_WITHIN);
        let _they_are_large = fs::remove_dir_all(folder.join("m2"));
    });
    let jars = JARS.map(|(name, hash)| (folder.join(name), hash));
    let is_right = |(path, hash): &(PathBuf, &str)| {
        let octets = fs::read(path).unwrap_or_default();
        Sha256::digest(octets).iter().map(|octet| format!("{octet:02x}")).collect::<String>() == *hash
    };
    if jars.iter().all(is_right) {
        return Some(std::env::join_paths(jars.map(|(path, _)| path)).expect("paths without a colon"));
    }
    let _tried_again_next_time = fs::remove_file(folder.with_extension("made-from"));
    None
}
