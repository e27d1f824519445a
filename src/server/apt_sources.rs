//! Which Debian archive this machine's own apt uses, so that no host name stands in our code.

use std::fs;
use std::path::Path;

/// Debian's own keyring, whatever its suffix.
const KEYRING_NAME: &str = "debian-archive-keyring";

/// One archive as apt's source lists name it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Source {
    uri: String,
    /// Signed by Debian's keyring, as far as the entry says.
    debian_keyring: bool,
}

/// The first archive that carries Debian itself, read from `/etc/apt`.
pub(super) fn debian_archive(etc_apt: &Path) -> Option<String> {
    let mut files = vec![etc_apt.join("sources.list")];
    if let Ok(entries) = fs::read_dir(etc_apt.join("sources.list.d")) {
        let mut parts: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        parts.sort();
        files.extend(parts);
    }
    let sources: Vec<Source> = files.iter().flat_map(|file| read(file)).collect();
    choose(&sources)
}

fn read(file: &Path) -> Vec<Source> {
    let text = fs::read_to_string(file).unwrap_or_default();
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("list") => text.lines().filter_map(one_line).collect(),
        Some("sources") => stanzas(&text),
        Some(_) | None => Vec::new(),
    }
}

/// A path that ends in `/debian` is the whole archive. Failing that, any archive of Debian's keyring (a `mirror+file:`,
/// say) except the security one, which has no unstable suite.
fn choose(sources: &[Source]) -> Option<String> {
    let bare = |source: &Source| source.uri.trim_end_matches('/').to_owned();
    let whole = sources.iter().map(bare).find(|uri| uri.ends_with("/debian"));
    whole.or_else(|| {
        sources.iter().filter(|source| source.debian_keyring).map(bare).find(|uri| !uri.contains("security"))
    })
}

/// `deb [signed-by=…] <uri> <suite> <components>`
fn one_line(line: &str) -> Option<Source> {
    let rest = line.trim().strip_prefix("deb")?.strip_prefix(char::is_whitespace)?.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        None => ("", rest),
    };
    let uri = rest.split_whitespace().next()?.to_owned();
    Some(Source { uri, debian_keyring: options.contains(KEYRING_NAME) })
}

/// The deb822 form: fields by line, a folded line begins with a blank, an empty line ends a stanza.
fn stanzas(text: &str) -> Vec<Source> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    lines.split(|line| line.trim().is_empty()).flat_map(stanza).collect()
}

fn stanza(lines: &[&str]) -> Vec<Source> {
    let enabled = !matches!(field(lines, "Enabled").to_ascii_lowercase().as_str(), "no" | "false" | "0");
    let binary = field(lines, "Types").split_whitespace().any(|kind| kind == "deb");
    if !enabled || !binary {
        return Vec::new();
    }
    let debian_keyring = field(lines, "Signed-By").contains(KEYRING_NAME);
    let uris = field(lines, "URIs");
    uris.split_whitespace().map(|uri| Source { uri: uri.to_owned(), debian_keyring }).collect()
}

fn field(lines: &[&str], name: &str) -> String {
    let mut value = String::new();
    let mut inside = false;
    for line in lines {
        if line.starts_with([' ', '\t']) {
            if inside {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((key, rest)) = line.split_once(':') {
            inside = key.trim().eq_ignore_ascii_case(name);
            if inside {
                value.push_str(rest.trim());
            }
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEB822: &str = "\
# security first, as some images have it
Types: deb
URIs: http://mirror.example/debian-security
Suites: stable-security
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Enabled: no
Types: deb
URIs: http://disabled.example/debian

Types: deb-src
URIs: http://source.example/debian

Types: deb deb-src
URIs:
  http://mirror.example/debian/
# a remark inside
  http://other.example/debian
Suites: stable
";

    fn check(files: &[(&str, &str)], want: Option<&str>) {
        let etc = tempfile::tempdir().unwrap();
        fs::create_dir(etc.path().join("sources.list.d")).unwrap();
        for (name, text) in files {
            fs::write(etc.path().join(name), text).unwrap();
        }
        assert_eq!(debian_archive(etc.path()).as_deref(), want, "{files:?}");
    }

    #[test]
    fn the_first_debian_archive_is_chosen() {
        check(&[("sources.list.d/debian.sources", DEB822)], Some("http://mirror.example/debian"));
        check(
            &[(
                "sources.list",
                "# deb http://no.example/debian x main\ndeb http://a.example/debian stable main\n",
            )],
            Some("http://a.example/debian"),
        );
        check(
            &[(
                "sources.list.d/cloud.list",
                "deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] mirror+file:/etc/apt/mirrors/debian.list stable main",
            )],
            Some("mirror+file:/etc/apt/mirrors/debian.list"),
        );
    }

    #[test]
    fn other_archives_are_passed_over() {
        check(&[], None);
        check(
            &[(
                "sources.list",
                "deb http://a.example/ubuntu noble main\ndeb-src http://a.example/debian s main\n",
            )],
            None,
        );
        check(&[("sources.list.d/debian.sources.disabled", DEB822)], None);
        check(
            &[(
                "sources.list.d/x.list",
                "deb [signed-by=/k/debian-archive-keyring.gpg] http://a.example/debian-security s main",
            )],
            None,
        );
    }
}
