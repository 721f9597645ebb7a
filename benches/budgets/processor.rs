//! What processes cost, and where work goes on beside a measurement.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::runtime::Runtime;

/// The processor time that a process has had, to a hundredth of a second.
pub fn processor_time(pid: i32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11..=12]
        .iter()
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// The processor time that a process of one thread has had.
fn time_of_one(pid: i32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap_or_default();
    let nanos = stat.split_whitespace().next();
    Duration::from_nanos(nanos.and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// What a monitor costs.
pub struct Cost {
    /// The processor time of its sessions in a minute.
    pub server_a_minute: Duration,
    /// Its own in a minute.
    pub own_a_minute: Duration,
    /// The most memory that it has had, in megabytes.
    pub memory: f64,
}

impl Cost {
    /// Measures for as long as `during` what the program `pid` costs, whose sessions are `backends`.
    pub fn of(pid: i32, backends: &[i32], during: Duration) -> Cost {
        let server = || -> Duration { backends.iter().map(|pid| time_of_one(*pid)).sum() };
        let before = (server(), processor_time(pid));
        std::thread::sleep(during);
        let minute = |now: Duration, before: Duration| {
            now.saturating_sub(before)
                .mul_f64(60.0 / during.as_secs_f64())
        };
        Cost {
            server_a_minute: minute(server(), before.0),
            own_a_minute: minute(processor_time(pid), before.1),
            memory: memory(pid),
        }
    }
}

/// The most memory that a process has had, in megabytes.
fn memory(pid: i32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    let kilobytes = line.split_whitespace().nth(1).unwrap();
    kilobytes.parse::<f64>().unwrap() / 1e3
}

/// Where sessions wait beside a measurement.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}
