//! Servers of other programs that a test starts for itself.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// One that runs. It ends when its input does: with this value, or with the tests.
pub struct Running(Child);

impl Running {
    /// Runs a command that stays in the foreground until it is killed, and waits until it is there. `ending` is done before it is killed.
    pub fn start((name, command, ending): (&str, &str, &str), log: &Path, is_there: impl Fn() -> bool) -> Self {
        let script = format!("{command} & server=$!; read -r _; {ending} kill $server; wait $server");
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &script]).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdin(Stdio::piped());
        let running = Self(shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell"));
        for _ in 0..600 {
            if is_there() {
                return running;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{name} does not start; tests/setup.sh installs it\n{}", std::fs::read_to_string(log).unwrap_or_default())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}

pub fn is_root() -> bool {
    said("-u") == "0"
}

/// What `id` says.
pub fn said(what: &str) -> String {
    let id = Command::new("id").arg(what).output().expect("id runs");
    String::from_utf8_lossy(&id.stdout).trim().to_owned()
}

pub fn run(command: &mut Command) {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
