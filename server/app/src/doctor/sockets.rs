//! Which process listens on a port, as far as Linux tells: of other users' processes only root sees the sockets.

/// A process that holds a port.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listener {
    pub(super) process: u32,
    /// Of the program, as `ps` shows it.
    pub(super) program: String,
}

#[cfg(target_os = "linux")]
pub(super) fn listener(port: u16) -> Option<Listener> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .flat_map(|table| listening(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if inodes.is_empty() {
        return None;
    }
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let process = ids.find(|id| holds(*id, &inodes))?;
    let program = std::fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(Listener {
        process,
        program: program.trim().to_owned(),
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn listener(_port: u16) -> Option<Listener> {
    None
}

/// The inodes of the sockets that listen on the port: proc(5) of `/proc/net/tcp`, state 0A.
#[cfg(target_os = "linux")]
fn listening(table: &str, port: u16) -> Vec<u64> {
    let inode = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (_, of_line) = columns.get(1)?.rsplit_once(':')?;
        let listens = *columns.get(3)? == "0A" && u16::from_str_radix(of_line, 16) == Ok(port);
        listens.then(|| columns.get(9)?.parse().ok())?
    };
    table.lines().skip(1).filter_map(inode).collect()
}

#[cfg(target_os = "linux")]
fn holds(process: u32, sockets: &[String]) -> bool {
    let files = std::fs::read_dir(format!("/proc/{process}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    files
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .any(|target| {
            sockets
                .iter()
                .any(|socket| target.as_os_str() == socket.as_str())
        })
}
