//! Why a container has ended, in a sentence for people.

/// What the engine knows of an ended container.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending<'a> {
    pub(super) exit_code: i64,
    pub(super) out_of_memory: bool,
    pub(super) memory_limit: Option<i64>,
    /// What the engine itself says, when it could not even start the command.
    pub(super) engine_error: &'a str,
    pub(super) command: &'a str,
}

const MEBIBYTE: i64 = 1024 * 1024;

pub(super) fn sentence(ending: Ending<'_>) -> String {
    if !ending.engine_error.is_empty() {
        return format!(
            "The engine could not start it: {}.",
            ending.engine_error.trim_end_matches('.')
        );
    }
    let code = ending.exit_code;
    if ending.out_of_memory {
        let limit = ending.memory_limit.filter(|limit| *limit > 0);
        let limit = limit.map_or(String::new(), |limit| {
            format!(" of {} MiB", limit / MEBIBYTE)
        });
        return format!(
            "It was killed because it needed more memory than its limit{limit} (exit code {code}). Raise the memory \
             limit of the server."
        );
    }
    let command = ending.command;
    let reason = match code {
        0 => {
            "It ended by itself without an error. An MCP server is expected to stay: check that the command and its \
              arguments start a server and not a tool that prints and ends"
        }
        125 => "The engine could not run it. Its logs say more",
        126 => {
            return format!(
                "The command {command} is there but may not be executed (exit code 126). Check its permissions in the image."
            );
        }
        127 => {
            return format!(
                "The command {command} was not found in the image (exit code 127). Check its spelling, or use an image that has it."
            );
        }
        134 => "It aborted itself. Its logs say more",
        137 => "It was killed from outside, by a person or because the machine ran out of memory",
        139 => {
            "It crashed with a segmentation fault. Its logs may say more; a newer version of the server may be mended"
        }
        143 => {
            "It was told to stop from outside: by a person, or because the engine or the machine was shut down"
        }
        _ => "It ended by itself. The last lines of its logs say why",
    };
    format!("{reason} (exit code {code}).")
}

#[cfg(test)]
mod tests;
