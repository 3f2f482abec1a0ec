//! What an administrator allows beyond the public internet: networks, addresses and names.

use std::net::IpAddr;

use ipnet::IpNet;

use super::ranges::{Kind, embedded_v4};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    everything: bool,
    networks: Vec<IpNet>,
    /// In lower case, without the final dot; `.example.com` stands for every name below it.
    names: Vec<String>,
}

impl Allow {
    pub fn nothing() -> Self {
        Self::default()
    }

    /// For addresses that this server chose itself, such as a container's port on this machine.
    pub fn everything() -> Self {
        Self {
            everything: true,
            ..Self::default()
        }
    }

    /// Reads a list such as `10.0.0.0/8, fd00::/8, 192.168.1.7, mcp.internal, *.corp.example`.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut allow = Self::default();
        for entry in list.split([',', ' ', '\n', '\t', ';']) {
            let entry = entry.trim();
            if entry.is_empty() {
                continue;
            }
            if let Ok(network) = entry.parse::<IpNet>() {
                allow.networks.push(network);
            } else if let Ok(address) = entry.trim_matches(['[', ']']).parse::<IpAddr>() {
                allow.networks.push(IpNet::from(address));
            } else {
                allow.names.push(name(entry)?);
            }
        }
        Ok(allow)
    }

    pub(super) fn covers(&self, host: &str, address: IpAddr, kind: Kind) -> bool {
        if self.everything {
            return true;
        }
        let plain = match address {
            IpAddr::V6(v6) => embedded_v4(v6).map_or(address, IpAddr::V4),
            IpAddr::V4(_) => address,
        };
        let by_network = |network: &IpNet| network.contains(&address) || network.contains(&plain);
        if self.networks.iter().any(by_network) {
            return true;
        }
        // Whoever controls a name decides where it leads. A metadata service hands out credentials, so it has to be
        // allowed by its address.
        !matches!(kind, Kind::Metadata | Kind::LinkLocal) && self.covers_name(host)
    }

    fn covers_name(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        !host.is_empty()
            && self.names.iter().any(|name| {
                if name.starts_with('.') {
                    host.ends_with(name.as_str())
                } else {
                    host == *name
                }
            })
    }
}

fn name(entry: &str) -> Result<String, String> {
    let bare = entry.strip_prefix('*').unwrap_or(entry);
    let dotless = bare.trim_matches('.');
    let is_name = !dotless.is_empty()
        && dotless
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'));
    if !is_name || (entry.starts_with('*') && !bare.starts_with('.')) {
        return Err(format!(
            "`{entry}` is neither a network (10.0.0.0/8), an address, a name (mcp.internal) nor a pattern (*.corp.example)"
        ));
    }
    Ok(bare.trim_end_matches('.').to_ascii_lowercase())
}
