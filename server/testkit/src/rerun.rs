//! One test of this binary in a process of its own, to be killed; and programs of outside systems.

use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The test is one that is ignored otherwise. `given` is in its environment under that name.
pub fn start(test: &str, name: &str, given: &str) -> Result<Child> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test's own binary, which ends with the test"
    )]
    let mut command = Command::new(std::env::current_exe()?);
    Ok(command
        .args([
            test,
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(name, given)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?)
}

/// What a test was started with.
#[expect(clippy::disallowed_methods, reason = "a setting of tests")]
pub fn given(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What a program prints.
#[expect(
    clippy::disallowed_methods,
    reason = "an outside system's own tool, which ends before this returns"
)]
pub fn output(program: &str, arguments: &[&str], environment: &[(&str, String)]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()
        .with_context(|| program.to_owned())?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
