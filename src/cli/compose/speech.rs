//! The system's own speech program, where there is one.

use std::process::{Child, Command, Stdio};

/// Programs that speak their last argument, with what makes them wait until it is spoken.
const PROGRAMS: [(&str, &[&str]); 4] =
    [("spd-say", &["--wait", "--"]), ("espeak-ng", &["--"]), ("espeak", &["--"]), ("say", &["--"])];

pub(super) struct Speech {
    program: &'static str,
    args: &'static [&'static str],
    speaking: Option<Child>,
}

impl Speech {
    /// The first of them that is installed.
    pub(super) fn find() -> Option<Speech> {
        let path = std::env::var_os("PATH")?;
        let installed = |name: &str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
        let (program, args) = PROGRAMS.into_iter().find(|(name, _)| installed(name))?;
        Some(Speech { program, args, speaking: None })
    }

    /// Speaks a question; what is still being said gives way to it.
    pub(super) fn say(&mut self, text: &str) -> Result<(), String> {
        self.hush();
        let mut command = Command::new(self.program);
        command.args(self.args).arg(text).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let speaking = command.spawn().map_err(|error| format!("{} does not work: {error}", self.program))?;
        self.speaking = Some(speaking);
        Ok(())
    }

    fn hush(&mut self) {
        if let Some(mut speaking) = self.speaking.take() {
            // It may have ended by itself.
            let _ = speaking.kill();
            let _ = speaking.wait();
        }
    }
}

impl Drop for Speech {
    fn drop(&mut self) {
        self.hush();
    }
}
