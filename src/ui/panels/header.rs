//! The first line: which environment, what for, when, who, and where the run stands.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::run::Standing;
use crate::ui::panels::watch;
use crate::ui::scene::{Scene, put_keeping};
use crate::ui::theme::Role;
use crate::ui::words;
use crate::ui::world::Link;

/// Draws the header.
pub fn header(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let mut left = Vec::new();
    if let Some(environment) = &scene.world.plan.environment {
        let role = if is_production(environment) {
            Role::Production
        } else {
            Role::Environment
        };
        left.push(scene.span(format!(" {} ", environment.to_uppercase()), role));
        left.push(Span::raw(" "));
    } else {
        left.push(Span::raw(" "));
    }
    let badge = width(&left) + 1;
    left.push(scene.span(&scene.world.plan.title, Role::Title));
    let mut parts = vec![concerns(scene)];
    if area.width >= 60 {
        parts.extend([clock(scene), vec![driving(scene)], watching(scene)]);
    }
    let sides = (badge, width(&left) + 1);
    let standing = standing(scene);
    let told = counted(scene, &standing);
    // The counts are in the record as well: nothing gives way to them.
    let row = area.width.saturating_sub(1);
    let fits = |told: &Span<'_>| {
        let parts: u16 = parts.iter().map(|part| width(part)).sum();
        sides.1 + parts + told.width() as u16 <= row
    };
    let standing = vec![told.filter(fits).unwrap_or(standing), Span::raw(" ")];
    let kept = make_room(&mut parts, area.width, width(&standing), sides);
    parts.push(standing);
    let both = (Line::from(left), Line::from(parts.concat()));
    put_keeping(kept, area, 0, both, buf);
}

fn width(spans: &[Span<'_>]) -> u16 {
    spans.iter().map(|span| span.width() as u16).sum()
}

/// Where the run stands is never cut for the rest: who watches gives way to it first, then the clock,
/// who drives, the title, what is wrong, and at last the `badge`. Takes that away from `parts`, and tells
/// how many columns the left side keeps: of all that it has, or of the badge alone.
fn make_room(
    parts: &mut [Vec<Span<'_>>],
    row: u16,
    standing: u16,
    (badge, left): (u16, u16),
) -> u16 {
    let third = left.min(row / 3);
    let lacks_room = |parts: &[Vec<Span<'_>>], kept: u16| {
        let parts: u16 = parts.iter().map(|part| width(part)).sum();
        parts + standing + kept > row
    };
    for part in [3, 1, 2] {
        if lacks_room(parts, third)
            && let Some(part) = parts.get_mut(part)
        {
            part.clear();
        }
    }
    if !lacks_room(parts, third) {
        return third;
    }
    let badge = badge.min(third);
    while lacks_room(parts, badge)
        && let Some(concerns) = parts.first_mut()
        && concerns.pop().is_some()
    {}
    badge.min(row.saturating_sub(standing))
}

/// What is wrong around the run.
fn concerns<'s>(scene: &Scene<'s>) -> Vec<Span<'s>> {
    let found = &scene.world.concerns;
    let mut spans = watch::alerts_counted(&scene.sight());
    let mut words = Vec::new();
    match found.disk_left {
        None => {}
        Some(0) => words.push(("! disk full   ".to_owned(), Role::Bad)),
        Some(left) => words.push((format!("! disk: {} left   ", words::size(left)), Role::Warn)),
    }
    if found.plan_differs {
        words.push(("! plan file differs   ".to_owned(), Role::Warn));
    }
    let words = words.into_iter();
    spans.extend(words.map(|(words, role)| scene.span(words, role)));
    spans
}

fn is_production(environment: &str) -> bool {
    environment.to_lowercase().starts_with("prod")
}

/// The time since T-0, and on the way back since it began.
fn clock<'s>(scene: &Scene<'s>) -> Vec<Span<'s>> {
    let state = &scene.world.state;
    let until = state.end.as_ref().map_or(scene.now, |end| end.at);
    let mut spans = Vec::new();
    if let Some(elapsed) = state.since_t_zero(until) {
        let mark = if elapsed.by_wall_clock { "~" } else { "" };
        spans.push(scene.span(
            format!("{mark}{}   ", words::t_clock(elapsed.time)),
            Role::Text,
        ));
    }
    if let Some(begun) = state.going_back_since() {
        let since = until.since(begun);
        spans.push(scene.span(
            format!("R+{}   ", crate::plan::duration::clock(since)),
            Role::Warn,
        ));
    }
    spans
}

fn driving<'s>(scene: &Scene<'s>) -> Span<'s> {
    let world = scene.world;
    let driving = match &world.state.driver {
        _ if world.drives() => "you".to_owned(),
        Some(driver) => match driver.gone {
            None => driver.name.clone(),
            Some(gone) => format!(
                "{} (gone {})",
                driver.name,
                words::short(scene.now.since(gone))
            ),
        },
        None => "nobody".to_owned(),
    };
    scene.span(format!("driving: {driving}   "), Role::Text)
}

fn watching<'s>(scene: &Scene<'s>) -> Vec<Span<'s>> {
    match scene.world.watchers {
        0 => Vec::new(),
        watchers => vec![scene.span(format!("watching: {watchers}   "), Role::Dim)],
    }
}

fn standing<'s>(scene: &Scene<'s>) -> Span<'s> {
    let world = scene.world;
    if world.trouble.is_some() {
        return scene.span(" JOURNAL STUCK ", Role::Alarm);
    }
    if let Some(silent) = world.silent(scene.now) {
        let words = format!(" SILENT FOR {} ", words::short(silent));
        return scene.span(words, Role::Alarm);
    }
    match &world.link {
        Link::Lost(_) if world.state.end.is_none() => scene.span(" NO ENGINE ", Role::Alarm),
        Link::Connecting => scene.span("○ STARTING", Role::Dim),
        _ => {
            let (words, role) = words::standing(world.state.standing());
            match world.state.left_out(&world.plan) {
                left if left.count() > 0 && world.state.standing() == Standing::RolledBack => {
                    let how = if left.some_done {
                        "! ROLLED BACK IN PART"
                    } else {
                        "! NOT ROLLED BACK"
                    };
                    scene.span(how, Role::Alarm)
                }
                _ => scene.span(words, role),
            }
        }
    }
}

/// Where a run `stands` that is over, and what was settled in another way than the plan has it, if anything.
fn counted<'s>(scene: &Scene<'s>, stands: &Span<'s>) -> Option<Span<'s>> {
    let (state, plan) = (&scene.world.state, &scene.world.plan);
    let counts = match state.standing() {
        Standing::Completed => state.otherwise(plan).words(),
        Standing::RolledBack => state.left_out(plan).words(),
        _ => None,
    };
    counts.map(|counts| Span::styled(format!("{}, {counts}", stands.content), stands.style))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::journal::event::{Ending, RunFinished, StepReason};
    use crate::journal::{Actor, Entry, Event, Via};
    use crate::ui::testing;
    use crate::ui::view::View;
    use crate::ui::widgets::testing::painted;

    #[test]
    fn what_is_said_least_gives_way_to_where_the_run_stands() {
        let left = |row: u16, concerns: &[&'static str], title: u16| {
            let badge = 14;
            let span = |words: &&'static str| Span::raw(*words);
            let one = |words: &'static str| vec![Span::raw(words)];
            let mut parts = [
                concerns.iter().map(span).collect(),
                one("T+00:12:34   "),
                one("driving: you   "),
                one("watching: 1   "),
            ];
            let standing = Span::raw("! ROLLED BACK IN PART ").width() as u16;
            let kept = make_room(&mut parts, row, standing, (badge, title));
            let words: Vec<String> = parts
                .concat()
                .iter()
                .map(|span| span.content.trim().to_owned())
                .collect();
            assert!(width(&parts.concat()) + standing + kept <= row);
            (words.join(", "), kept)
        };
        let all = "T+00:12:34, driving: you, watching: 1";
        assert_eq!(left(120, &[], 40), (all.to_owned(), 40));
        let fewer = "T+00:12:34, driving: you";
        assert_eq!(left(80, &[], 40), (fewer.to_owned(), 26));
        // A short title leaves room for all.
        assert_eq!(left(80, &[], 16), (all.to_owned(), 16));
        assert_eq!(left(60, &[], 40), ("driving: you".to_owned(), 20));
        let concerns = ["! 2 alerts   ", "! plan file differs   "];
        let told = "! 2 alerts, driving: you";
        assert_eq!(left(80, &concerns[..1], 40), (told.to_owned(), 26));
        assert_eq!(left(60, &concerns, 40), ("! 2 alerts".to_owned(), 14));
        assert_eq!(left(30, &concerns, 40), (String::new(), 8));
    }

    #[test]
    fn what_was_left_out_of_a_completed_run_stands_there_where_there_is_room() {
        let plan = "title = \"Shop\"\n[[phase]]\nname = \"P\"\nkind = \"deploy\"\n\
                    [[phase.step]]\nid = \"a\"\ntitle = \"A\"\nshell = \"a\"\n";
        let mut world = testing::world("plan.toml", plan);
        world.link = Link::Up;
        let skipped = Event::StepSkipped(StepReason {
            step: "a".to_owned(),
            reason: "not tonight".to_owned(),
        });
        let finished = Event::RunFinished(RunFinished {
            ending: Ending::Completed,
            reason: None,
        });
        for (seq, event) in (1..).zip([skipped, finished]) {
            let (at, actor) = (Moment::default(), Actor::person("ann", Via::Ctl));
            let entry = Entry {
                seq,
                at,
                actor,
                event,
            };
            world.entry(&entry).unwrap();
        }
        let view = View::default();
        let shown = |columns: u16| {
            let scene = testing::scene(&world, &view, Moment::default());
            painted((columns, 1), |area, buf| header(&scene, area, buf))
        };
        assert!(
            shown(120).contains("✓ COMPLETED, 1 step left out"),
            "{}",
            shown(120)
        );
        assert!(shown(32).contains("✓ COMPLETED "), "{}", shown(32));
        assert!(!shown(32).contains("left out"), "{}", shown(32));
    }
}
