//! The golden manifests against the published schemas of Kubernetes, by `kubernetes-validate` of `PyPI`.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::site::skip;

const VERSIONS: &[&str] = &["1.28", "1.29", "1.30", "1.31", "1.32", "1.33", "1.34"];
const PACKAGE: &str = "kubernetes-validate==1.37.0";
/// Reads a golden, without the heading that insta gives it, and validates each object in it, unknown fields included.
const SCRIPT: &str = "
import json, sys, kubernetes_validate
golden, versions = sys.argv[1], sys.argv[2:]
with open(golden) as file:
    items = json.loads(file.read().split('---\\n', 2)[2])['items']
for version in versions:
    for item in items:
        kubernetes_validate.validate(item, version, strict=True)
print(len(items) * len(versions))
";

#[test]
fn the_manifests_are_valid_from_1_28_to_1_34() {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kubernetes-validate");
    let python = venv.join("bin").join("python");
    if let Err(why) = install(&venv, &python) {
        return skip(&format!("{PACKAGE} cannot be installed here: {why}"));
    }
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kubernetes/manifests");
    let mut checked = 0;
    for golden in fs::read_dir(goldens).expect("the goldens") {
        let golden = golden.expect("a golden").path();
        if golden
            .extension()
            .is_none_or(|extension| extension != "snap")
        {
            continue;
        }
        let name = golden.display().to_string();
        let arguments = ["-c", SCRIPT, name.as_str()];
        let arguments: Vec<&str> = arguments.iter().chain(VERSIONS).copied().collect();
        let output = run(&python, &arguments).expect("the script runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {errors}");
        checked += 1;
    }
    assert!(checked >= 4, "{checked} goldens");
}

/// A directory that is complete has the package's name in a file; tests of several runs may make it at once.
fn install(venv: &Path, python: &Path) -> Result<(), String> {
    let complete = venv.join("complete");
    if fs::read_to_string(&complete).is_ok_and(|package| package == PACKAGE) {
        return Ok(());
    }
    succeeded(run(
        Path::new("python3"),
        &["-m", "venv", &venv.display().to_string()],
    ))?;
    succeeded(run(
        python,
        &[
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            PACKAGE,
        ],
    ))?;
    fs::write(complete, PACKAGE).map_err(|error| error.to_string())
}

fn succeeded(output: std::io::Result<Output>) -> Result<(), String> {
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(errors.lines().last().unwrap_or("it failed").to_owned())
}

#[expect(clippy::disallowed_methods, reason = "waited for at once")]
fn run(program: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    std::process::Command::new(program).args(arguments).output()
}
