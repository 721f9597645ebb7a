//! Commands that never end, or that wait for somebody at a keyboard: a step with one would stand
//! still.

/// Programs that fill the screen or never end, whatever they are given.
const ALWAYS: [&str; 12] = [
    "emacs", "htop", "less", "man", "more", "nano", "nvim", "pico", "top", "vi", "vim", "watch",
];
/// Programs that follow what is written, with the option that makes them.
const FOLLOWING: [&str; 8] = [
    "docker",
    "docker-compose",
    "heroku",
    "journalctl",
    "kubectl",
    "podman",
    "stern",
    "tail",
];

/// The command in `line` that never ends or wants a keyboard, if there is one.
pub(super) fn find(line: &str) -> Option<&str> {
    let mut rest = line;
    loop {
        let end = rest.find([';', '|', '&', '(', '`']).unwrap_or(rest.len());
        if let Some(found) = stuck(&rest[..end]) {
            return Some(found);
        }
        rest = rest.get(end + 1..)?;
    }
}

fn stuck(command: &str) -> Option<&str> {
    let command = command.trim();
    let mut words = command.split_whitespace().skip_while(|word| {
        word.contains('=') || matches!(*word, "sudo" | "exec" | "time" | "npx" | "-")
    });
    let program = words.next()?;
    let program = program.rsplit('/').next().unwrap_or(program);
    if ALWAYS.contains(&program) || (program == "prisma" && words.clone().next() == Some("studio"))
    {
        return Some(command);
    }
    if !FOLLOWING.contains(&program) {
        return None;
    }
    let options: Vec<&str> = words.collect();
    let logs = matches!(program, "tail" | "journalctl" | "stern") || options.contains(&"logs");
    let follows = logs
        && options
            .iter()
            .any(|word| matches!(*word, "-f" | "-F" | "--follow" | "--tail" | "-tf"));
    // A log that is shown without being followed ends; Heroku follows with `--tail`, others with `-f`.
    let tails = options.contains(&"--tail")
        && program != "heroku"
        && !options
            .iter()
            .any(|word| matches!(*word, "-f" | "--follow"));
    let inside = options.iter().any(|word| matches!(*word, "exec" | "run"))
        && options
            .iter()
            .any(|word| matches!(*word, "-it" | "-ti" | "-i" | "--interactive"))
        && options
            .iter()
            .any(|word| matches!(*word, "-it" | "-ti" | "-t" | "--tty"));
    ((follows && !tails) || inside).then_some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_stand_still_are_found() {
        for line in [
            "watch -n 1 'psql -c \"select 1\"'",
            "tail -f /var/log/shop.log",
            "docker-compose logs -f app | grep ERROR",
            "docker compose logs --follow",
            "kubectl logs -f deploy/shop",
            "sudo vim /etc/hosts",
            "npx prisma studio",
            "cd app && less README",
            "journalctl -u shop -f",
            "docker exec -it db psql",
            "EDITOR=x /usr/bin/nano f",
        ] {
            assert!(find(line).is_some(), "{line}");
        }
        for line in [
            "npx prisma migrate status",
            "docker-compose -f a.yml up -d",
            "docker compose logs app --tail 50",
            "tail -n 50 log",
            "kubectl apply -f shop.yml",
            "docker exec db psql -c 'select 1'",
            "echo watch",
            "./watch.sh",
            "",
        ] {
            assert!(find(line).is_none(), "{line}");
        }
    }
}
