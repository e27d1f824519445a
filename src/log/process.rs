//! The name of this process among others that do the same: they may run on several machines.

use rustix::system::uname;

/// The machine's name.
pub fn host() -> String {
    uname().nodename().to_string_lossy().into_owned()
}
