//! Servers in a real cluster: the one of `ARCHESTRA_TEST_KUBECONFIG`, in namespaces of the tests' own. Without the
//! variable each test says that it was skipped.
//!
//! `ARCHESTRA_TEST_KUBERNETES_IMAGE` is an image of `@modelcontextprotocol/server-everything` with `node` at `/bin/node`
//! that the cluster's nodes have or can pull. `ARCHESTRA_TEST_APISERVER_PID` is the process id of the API server, if a
//! test may stop it for half a minute.
#![expect(clippy::expect_used, reason = "tests")]

mod conversation;
mod http;
mod outage;
mod reconnect;
mod rights;
mod schemas;
mod site;
mod stdio;
mod trouble;
