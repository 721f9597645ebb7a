//! The sockets of a step's processes, as the system lists them. Elsewhere than on Linux nothing is
//! known, and sessions can only be guessed at.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// The connections that some processes hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Peers {
    /// This end and the other end of each TCP connection.
    pub(super) tcp: Vec<(SocketAddr, SocketAddr)>,
    /// How many connected unix sockets there are; who is at their other end can't be seen.
    pub(super) unix: usize,
}

/// How many processes of a step are looked at.
const MOST: usize = 2_000;

impl Peers {
    /// The connections of the process group that `leader` leads and of what has come out of it.
    /// `None` where the system does not say. Reads some files for each process, so it is no work for
    /// a task that others wait for.
    pub(super) fn of(leader: u32) -> Option<Peers> {
        Peers::within(Path::new("/proc"), leader)
    }

    fn within(proc: &Path, leader: u32) -> Option<Peers> {
        let mut inodes = BTreeSet::new();
        for pid in family(proc, leader) {
            inodes.extend(sockets_of(proc, pid));
        }
        let read = |name: &str| std::fs::read_to_string(proc.join("net").join(name));
        let mut tcp = connections(&read("tcp").ok()?, &inodes);
        tcp.extend(connections(&read("tcp6").unwrap_or_default(), &inodes));
        Some(Peers {
            tcp,
            unix: connected(&read("unix").unwrap_or_default(), &inodes),
        })
    }
}

/// The leader and all that descends from it. Orphans go to the shim, which is the leader of its own
/// session and of nothing else, so its children are the step's too.
fn family(proc: &Path, leader: u32) -> Vec<u32> {
    let mut found = vec![shim_of(proc, leader).unwrap_or(leader)];
    let mut at = 0;
    while at < found.len() && found.len() < MOST {
        found.extend(children(proc, found[at]));
        at += 1;
    }
    found
}

/// The parent of `leader`, if that leads the session in which both are.
fn shim_of(proc: &Path, leader: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(proc.join(leader.to_string()).join("stat")).ok()?;
    // The name in front may hold anything, parentheses too.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(1);
    let parent: u32 = fields.next()?.parse().ok()?;
    let session: u32 = fields.nth(1)?.parse().ok()?;
    (parent == session && parent > 1).then_some(parent)
}

fn children(proc: &Path, pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(proc.join(pid.to_string()).join("task"));
    let mut found = Vec::new();
    for task in tasks.into_iter().flatten().flatten() {
        let listed = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        found.extend(
            listed
                .split_whitespace()
                .filter_map(|pid| pid.parse::<u32>().ok()),
        );
    }
    found
}

fn sockets_of(proc: &Path, pid: u32) -> Vec<u64> {
    let files = std::fs::read_dir(proc.join(pid.to_string()).join("fd"));
    let inode = |file: std::fs::DirEntry| {
        let target = std::fs::read_link(file.path()).ok()?;
        let name = target.to_str()?.strip_prefix("socket:[")?;
        name.strip_suffix(']')?.parse().ok()
    };
    let files = files.into_iter().flatten().flatten();
    files.filter_map(inode).collect()
}

/// The established connections of a table of TCP sockets that are among `inodes`.
fn connections(table: &str, inodes: &BTreeSet<u64>) -> Vec<(SocketAddr, SocketAddr)> {
    const ESTABLISHED: &str = "01";
    let line = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let inode: u64 = fields.get(9)?.parse().ok()?;
        if *fields.get(3)? != ESTABLISHED || !inodes.contains(&inode) {
            return None;
        }
        Some((address(fields.get(1)?)?, address(fields.get(2)?)?))
    };
    table.lines().skip(1).filter_map(line).collect()
}

/// How many of the sockets of a table of unix sockets are connected and among `inodes`.
fn connected(table: &str, inodes: &BTreeSet<u64>) -> usize {
    const STREAM: &str = "0001";
    const CONNECTED: &str = "03";
    let lines = table.lines().skip(1).filter(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let inode = fields.get(6).and_then(|inode| inode.parse().ok());
        fields.get(4) == Some(&STREAM)
            && fields.get(5) == Some(&CONNECTED)
            && inode.is_some_and(|inode| inodes.contains(&inode))
    });
    lines.count()
}

/// An address as the table writes it: words of 32 bits as the machine stores them, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| {
        let word = u32::from_str_radix(ip.get(at * 8..at * 8 + 8)?, 16).ok()?;
        Some(word.to_ne_bytes())
    };
    let ip = if ip.len() == 8 {
        IpAddr::from(Ipv4Addr::from(word(0)?))
    } else {
        let mut bytes = [0; 16];
        for (at, four) in bytes.chunks_exact_mut(4).enumerate() {
            four.copy_from_slice(&word(at)?);
        }
        plain(IpAddr::from(Ipv6Addr::from(bytes)))
    };
    Some(SocketAddr::new(ip, port))
}

/// An address of version 4 in the clothes of version 6 is the same address.
pub(super) fn plain(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn addresses_are_read_as_the_system_writes_them() {
        let read = |text: &str| address(text).map(|address| address.to_string());
        // Each word in the order in which this machine stores it: 0100007F, or 7F000001.
        let word = |bytes| format!("{:08X}", u32::from_ne_bytes(bytes));
        let (zero, here) = (word([0; 4]), word([127, 0, 0, 1]));
        let four = format!("{here}:1538");
        assert_eq!(read(&four).as_deref(), Some("127.0.0.1:5432"));
        let mapped = format!("{zero}{zero}{}{here}:1538", word([0, 0, 0xff, 0xff]));
        assert_eq!(read(&mapped).as_deref(), Some("127.0.0.1:5432"));
        let six = format!("{zero}{zero}{zero}{}:0050", word([0, 0, 0, 1]));
        assert_eq!(read(&six).as_deref(), Some("[::1]:80"));
        assert_eq!(read("0100007F"), None);
        assert_eq!(read("zz:1"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_connections_of_a_process_are_found_and_nobody_elses() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = listener.local_addr().unwrap();
        let client = TcpStream::connect(server).unwrap();
        let (_accepted, _) = listener.accept().unwrap();
        let _pair = UnixStream::pair().unwrap();
        let mine = Peers::of(std::process::id()).unwrap();
        let pair = (client.local_addr().unwrap(), server);
        assert!(mine.tcp.contains(&pair), "{mine:?}");
        assert!(mine.unix >= 2, "{mine:?}");
        // It ends with this process, however that ends.
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let theirs = Peers::of(child.id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!theirs.tcp.contains(&pair), "{theirs:?}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_that_is_gone_has_no_connections() {
        assert_eq!(Peers::of(u32::MAX), Some(Peers::default()));
    }
}
