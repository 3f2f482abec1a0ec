//! What the shell has told this person already, so that it says it once. Losing the file only means saying it again.

use std::collections::BTreeSet;
use std::path::PathBuf;

use tauri::{AppHandle, Manager as _};

const FILE: &str = "told.json";

/// True the first time it is asked about this.
pub(crate) fn tell(app: &AppHandle, what: &str) -> bool {
    let Some(path) = path(app) else { return true };
    let mut told: BTreeSet<String> = std::fs::read(&path)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default();
    if !told.insert(what.to_owned()) {
        return false;
    }
    let kept = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(&path, serde_json::to_vec(&told)?));
    if let Err(error) = kept {
        tracing::warn!(%error, path = %path.display(), "could not be written");
    }
    true
}

fn path(app: &AppHandle) -> Option<PathBuf> {
    Some(app.path().app_config_dir().ok()?.join(FILE))
}
