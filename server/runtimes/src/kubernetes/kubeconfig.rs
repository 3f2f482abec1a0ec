//! A kubeconfig that somebody uploaded, taken for hostile until looked at.
//!
//! What a kubeconfig may say goes far beyond an address and a key: programs to run, files to read, proxies to pass
//! everything through. None of that is ever acted on here. The text is parsed within narrow limits, each context is
//! checked, and what is left (an address, certificates, a token) becomes a [`kube::Config`] in memory. No file is
//! opened, nothing is run and nothing is contacted.

mod check;
mod file;

use secrecy::SecretString;

use check::Checked;
use file::File;

/// What an administrator may allow beyond the ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowances {
    /// `insecure-skip-tls-verify`: whoever stands between can then read everything, secrets of servers included.
    pub skip_tls_verify: bool,
    /// `http://` to this machine, such as to `kubectl proxy`.
    pub plain_http_on_loopback: bool,
}

/// Why a kubeconfig, or one of its contexts, is not used. Says nothing of what the file holds but names and addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("the file has {bytes} bytes; a kubeconfig of more than 1 MiB is not read")]
    TooLarge { bytes: usize },
    #[error("{} is not what a kubeconfig looks like. Export it again with `kubectl config view --raw --minify --flatten`", at(*.line))]
    Malformed { line: Option<u64> },
    #[error(
        "the file nests too deeply, repeats itself with YAML anchors or aliases, or is otherwise more involved than any \
         kubeconfig. Export it again with `kubectl config view --raw --minify --flatten`"
    )]
    TooInvolved,
    #[error("this is no kubeconfig: it has no contexts, or is of another kind")]
    NotKubeconfig,
    #[error("there is no context {name:?} in this file; it has {}", .known.join(", "))]
    UnknownContext { name: String, known: Vec<String> },
    #[error("the file has several contexts and names none as the current one: choose one of {}", .known.join(", "))]
    NoContextChosen { known: Vec<String> },
    #[error("the context {context:?} cannot be used: {cause}")]
    Context { context: String, cause: String },
}

/// One context of the file, for a person to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub name: String,
    pub cluster: String,
    pub server: String,
    pub user: String,
    pub namespace: Option<String>,
    pub is_current: bool,
    /// Why it cannot be used, and what to do instead.
    pub refusal: Option<String>,
}

/// A parsed upload. `Debug` shows no secret: those are `SecretString`.
#[derive(Debug)]
pub struct Kubeconfig {
    file: File,
    allowances: Allowances,
}

impl Kubeconfig {
    pub fn parse(text: &str, allowances: Allowances) -> Result<Self, Rejection> {
        let file = File::parse(text)?;
        Ok(Self { file, allowances })
    }

    pub fn contexts(&self) -> Vec<Context> {
        let names = self.file.context_names();
        names.map(|name| self.describe(name)).collect()
    }

    /// The context to use: the one asked for, else the current one, else the only one.
    pub fn choose(&self, wanted: Option<&str>) -> Result<&str, Rejection> {
        let known = || self.file.context_names().map(str::to_owned).collect();
        if let Some(wanted) = wanted.or(self.file.current_context()) {
            let mut names = self.file.context_names();
            return names
                .find(|name| *name == wanted)
                .ok_or_else(|| Rejection::UnknownContext {
                    name: shown(wanted),
                    known: known(),
                });
        }
        let mut names = self.file.context_names();
        match (names.next(), names.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(Rejection::NoContextChosen { known: known() }),
        }
    }

    /// A kubeconfig with nothing but this context in it: what is worth keeping of an upload.
    pub fn only(&self, context: &str) -> Result<SecretString, Rejection> {
        Ok(self.checked(context)?.to_text())
    }

    pub(super) fn config(&self, context: &str) -> Result<kube::Config, Rejection> {
        Ok(self.checked(context)?.config())
    }

    fn checked<'a>(&'a self, context: &'a str) -> Result<Checked<'a>, Rejection> {
        check::context(&self.file, context, self.allowances).map_err(|cause| Rejection::Context {
            context: shown(context),
            cause,
        })
    }

    fn describe(&self, name: &str) -> Context {
        let (cluster, user, namespace) = self.file.parts(name);
        let server = self.file.server(cluster);
        Context {
            name: name.to_owned(),
            cluster: cluster.to_owned(),
            server: shown(server),
            user: user.to_owned(),
            namespace: namespace.map(str::to_owned),
            is_current: self.file.current_context() == Some(name),
            refusal: check::context(&self.file, name, self.allowances).err(),
        }
    }
}

/// Text from the file as it may stand in a message: without control characters, and not endless.
fn shown(text: &str) -> String {
    const LONGEST: usize = 253;
    text.chars()
        .filter(|character| !character.is_control())
        .take(LONGEST)
        .collect()
}

fn at(line: Option<u64>) -> String {
    line.map_or_else(|| "the file".to_owned(), |line| format!("line {line}"))
}

#[cfg(test)]
mod tests;
