//! A child process that cannot outlive its test, and waiting for it without waiting for ever.

use std::io::{Read, Write};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// Dropped, it is killed: this process alone, by its id, which stays its own until it has been waited for.
pub struct Child {
    inner: std::process::Child,
    ended: mpsc::Receiver<()>,
}

impl Child {
    pub fn spawn(command: &mut Command) -> Child {
        let inner = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (tell, ended) = mpsc::sync_channel(1);
        let pid = pid_of(&inner);
        thread::spawn(move || {
            // Only looks: the process stays waitable, and its id its own.
            let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let _gone = rustix::io::retry_on_intr(|| waitid(WaitId::Pid(pid), look));
            let _nobody_waits_any_more = tell.send(());
        });
        Child { inner, ended }
    }

    /// Once, of a child spawned with a pipe there.
    pub fn take_stdout(&mut self) -> ChildStdout {
        self.inner.stdout.take().expect("standard output is piped")
    }

    /// Once, of a child spawned with a pipe there.
    pub fn take_stderr(&mut self) -> ChildStderr {
        self.inner.stderr.take().expect("standard error is piped")
    }

    /// Once, of a child spawned with a pipe there.
    pub fn take_stdin(&mut self) -> ChildStdin {
        self.inner.stdin.take().expect("standard input is piped")
    }

    pub fn pid(&self) -> u32 {
        self.inner.id()
    }

    pub fn terminate(&mut self) {
        let _ended_already = kill_process(pid_of(&self.inner), Signal::TERM);
    }

    pub fn interrupt(&mut self) {
        let _ended_already = kill_process(pid_of(&self.inner), Signal::INT);
    }

    pub fn kill(&mut self) {
        let _ended_already = self.inner.kill();
        let _collected = self.inner.wait();
    }

    /// `None` when it still runs after `limit`.
    pub fn ended_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        match self.ended.recv_timeout(limit) {
            Err(mpsc::RecvTimeoutError::Timeout) => None,
            Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => self.inner.wait().ok(),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

fn pid_of(child: &std::process::Child) -> Pid {
    let id = i32::try_from(child.id()).expect("a process id is positive");
    Pid::from_raw(id).expect("a process id is not zero")
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// # Panics
    /// With all that the program said, when it failed.
    pub fn succeeded(self, what: &str) -> Ended {
        assert!(self.status.success(), "{what}: {}\n{}\n{}", self.status, self.stdout, self.stderr);
        self
    }
}

/// Runs a program to its end.
///
/// # Panics
/// When it cannot be started, or has not ended within the limit.
pub fn run(command: &mut Command, limit: Duration) -> Ended {
    run_reading(command, Stdio::null(), limit)
}

/// The same, with something to read.
///
/// # Panics
/// As [`run`].
pub fn run_reading(command: &mut Command, input: Stdio, limit: Duration) -> Ended {
    command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Child::spawn(command);
    let stdout = collect(child.take_stdout());
    let stderr = collect(child.take_stderr());
    let status = child.ended_within(limit);
    // A killed one closes its pipes, so what it had said is there too.
    drop(child);
    let said = |pipe: JoinHandle<String>| pipe.join().expect("reading a pipe does not panic");
    let (stdout, stderr) = (said(stdout), said(stderr));
    let status =
        status.unwrap_or_else(|| panic!("{command:?} still ran after {limit:?}\n{stdout}\n{stderr}"));
    Ended { status, stdout, stderr }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _as_far_as_it_came = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Says it also when the test passes: the test runner captures only what macros print.
pub fn say(line: &str) {
    let _nobody_listens = writeln!(std::io::stderr(), "{line}");
}

/// A test that cannot run here says so and passes; under CI, whatever its value, everything has to run.
pub fn left_out(needs: &str) {
    assert!(std::env::var_os("CI").is_none(), "needs {needs}, and under CI nothing is left out");
    say(&format!("not run: needs {needs}"));
}
