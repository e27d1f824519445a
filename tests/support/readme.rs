//! What the README prints, taken from it: it is tried as a reader would copy it.

use std::fs;
use std::path::Path;

/// The first block of this language behind these words.
///
/// # Panics
/// Where the README has no such block any more.
pub fn block(behind: &str, language: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(path).expect("there is a README");
    let (_, rest) = readme.split_once(behind).unwrap_or_else(|| panic!("the README does not say {behind:?}"));
    let block =
        rest.split_once(&format!("\n```{language}\n")).and_then(|(_, rest)| rest.split_once("\n```\n"));
    block.unwrap_or_else(|| panic!("no {language} behind {behind:?}")).0.to_owned()
}
