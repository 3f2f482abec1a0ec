//! The places where a rule may be broken, each with its reason. One that is no longer needed is itself a finding.

use super::Finding;

struct Exception {
    rule: &'static str,
    path: &'static str,
    /// Read by people only.
    #[expect(
        dead_code,
        reason = "the reason is for whoever reads or adds an exception"
    )]
    reason: &'static str,
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        rule: "machine-path",
        path: "server/xtask/src/tidy/tree.rs",
        reason: "it names the paths it looks for",
    },
    Exception {
        rule: "machine-path",
        path: "server/domain/src/mcp_import/hazards.rs",
        reason: "it warns of such paths in what people paste",
    },
    Exception {
        rule: "panic",
        path: "server/xtask/src/tidy/rust_files.rs",
        reason: "it names the calls it looks for",
    },
];

pub(super) fn apply(findings: Vec<Finding>) -> Vec<Finding> {
    let unused = EXCEPTIONS
        .iter()
        .filter(|exception| !findings.iter().any(|finding| covers(exception, finding)));
    let unused: Vec<Finding> = unused
        .map(|exception| Finding {
            rule: "unused-exception",
            path: exception.path.to_owned(),
            line: None,
            text: format!(
                "the exception from `{}` is no longer needed",
                exception.rule
            ),
        })
        .collect();
    findings
        .into_iter()
        .filter(|finding| {
            !EXCEPTIONS
                .iter()
                .any(|exception| covers(exception, finding))
        })
        .chain(unused)
        .collect()
}

fn covers(exception: &Exception, finding: &Finding) -> bool {
    exception.rule == finding.rule && exception.path == finding.path
}
