//! Groups of processes, seen from outside.

/// Whether a process of the group lives. One that has ended and that nobody has waited for does not,
/// although the system still takes signals for it: in a container there may be nobody who waits.
#[cfg(target_os = "linux")]
pub(super) fn lives(group: u32) -> bool {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return false;
    };
    entries
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
        .any(|stat| group_of(&stat) == Some(group))
}

/// The group of the living process of which the system says `stat`.
#[cfg(target_os = "linux")]
fn group_of(stat: &str) -> Option<u32> {
    // The name before the state may itself hold parentheses.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let alive = !matches!(fields.next()?, "Z" | "X");
    let group = fields.nth(1)?.parse().ok()?;
    alive.then_some(group)
}

/// Whether there is a process of the group.
#[cfg(not(target_os = "linux"))]
pub(super) fn lives(group: u32) -> bool {
    let group = rustix::process::Pid::from_raw(group.cast_signed());
    group.is_some_and(|group| rustix::process::test_kill_process_group(group).is_ok())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_group_lives_until_its_last_process_has_ended_whoever_waits_for_it() {
        let mut child = Command::new("cat")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let group = child.id();
        assert!(lives(group));
        drop(child.stdin.take());
        // Nobody waits for it, so all there is to do is to look again.
        let ended = (0..18_000).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            !lives(group)
        });
        assert!(ended);
        assert!(child.wait().unwrap().success());
    }

    #[test]
    fn a_name_with_parentheses_and_one_that_has_ended_are_told_apart() {
        assert_eq!(group_of("7 (a) S 1) S 1 42 42 0"), Some(42));
        assert_eq!(group_of("7 (gone) Z 1 42 42 0"), None);
        assert_eq!(group_of("nothing"), None);
    }
}
