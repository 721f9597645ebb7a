//! Guides, timetables and lists as small teams write them: what only the title, the head of a table or a number says is
//! done, and what comes back week by week.

use super::plan;

const BLOCK: &str = "```bash\n./x.sh\n```\n";

fn asks(text: &str) -> Vec<bool> {
    plan(text)
        .steps
        .iter()
        .map(|step| step.spec.danger)
        .collect()
}

#[test]
fn what_comes_back_again_and_again_asks() {
    let deploy = format!("## Deployment\n{BLOCK}");
    for other in [
        format!("## Backup strategy\n### 1. Full backup (daily)\n{BLOCK}"),
        format!("## Backup strategy\n### Daily\n{BLOCK}"),
        format!("## Maintenance\n### Nightly backups\n{BLOCK}"),
        "## Backup jobs\n```bash\ncrontab -e\n0 3 * * * /srv/backup.sh\n```\n".to_owned(),
        "## Backup jobs\n```bash\n# Cron job: 0 3 * * *\n./backup.sh\n```\n".to_owned(),
        "## Backup script\n**File: `scripts/backup.sh`**\n```bash\n#!/bin/bash\n./dump.sh\n```\n"
            .to_owned(),
    ] {
        let text = format!("{deploy}{other}");
        assert_eq!(asks(&text), [false, true], "{text}");
    }
    for other in [
        format!("## Backup before the release\n{BLOCK}"),
        format!("## Monitoring (daily)\n{BLOCK}"),
        format!("## Deploy the nightly job\n{BLOCK}"),
        "## Backup\n```bash\n(crontab -l; echo '0 3 * * * /srv/x.sh') | crontab -\n```\n"
            .to_owned(),
        "## Backup\n```bash\ncat > /etc/cron.d/x <<E\n0 3 * * * root /srv/x.sh\nE\n```\n"
            .to_owned(),
        "## Migration\n**File: `add.sql`**\n```sql\nALTER TABLE a ADD b int;\n```\n".to_owned(),
    ] {
        let text = format!("{deploy}{other}");
        assert_eq!(asks(&text), [false, false], "{text}");
    }
}
