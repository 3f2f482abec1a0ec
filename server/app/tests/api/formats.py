"""Texts in languages of their own, which no schema can spell out."""

import json
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

HERE = Path(__file__).parent
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: {name}
clusters: [{{name: {name}, cluster: {{server: "https://127.0.0.1:{port}"}}}}]
users: [{{name: {name}, user: {{token: a-token}}}}]
contexts: [{{name: {name}, context: {{cluster: {name}, user: {name}}}}}]
"""
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True)
PACKAGES = NAMES.map(lambda name: f"@example/{name}")


def mcp_servers(name: str, package: str) -> str:
    return json.dumps({"mcpServers": {name: {"command": "npx", "args": ["-y", package]}}})


schemathesis.openapi.format(
    "kubeconfig", st.builds(KUBECONFIG.format, name=NAMES, port=st.integers(1, 65535))
)
schemathesis.openapi.format(
    "mcp-configuration",
    st.builds(mcp_servers, NAMES, PACKAGES)
    | PACKAGES.map("npx -y {}".format)
    | PACKAGES.map("claude mcp add server -- npx -y {}".format),
)
schemathesis.openapi.format(
    "data-url", st.sampled_from(["data:text/plain;base64,SGVsbG8=", "data:text/plain;base64,YQ=="])
)
schemathesis.openapi.format(
    "handlebars", st.sampled_from(['{{#if email}}yes{{/if}}', '{{#each groups}}{{this}},{{/each}}', 'always'])
)
schemathesis.openapi.format("certificate", st.just((HERE / "certificate.pem").read_text()))
