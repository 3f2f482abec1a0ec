//! Slugs and labels.

use super::*;

#[test]
fn a_name_becomes_a_slug_that_docker_takes() {
    assert_eq!(slug("GitHub — Issues & PRs"), "github-issues-prs");
    assert_eq!(slug("  --x--  "), "x");
    assert_eq!(slug("文件"), "server");
    assert_eq!(slug(&"a".repeat(300)).len(), LONGEST_SLUG);
}

#[test]
fn a_transport_survives_its_label() {
    for kept in [
        Transport::Stdio,
        Transport::Http {
            port: 3001,
            path: "/mcp/v1".to_owned(),
        },
        Transport::Http {
            port: 80,
            path: "/".to_owned(),
        },
    ] {
        let labels = HashMap::from([(TRANSPORT.to_owned(), transport(&kept))]);
        assert_eq!(transport_of(&labels), Some(kept));
    }
}
