//! The cursor of a list of sessions, which come and go by themselves.

/// Which session of a list is under the cursor. One that has left the list leaves a gap, in which the cursor
/// stays until somebody moves it: whoever has slid into its place was not picked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    session: Option<i32>,
    /// Whether somebody put it there.
    picked: bool,
    /// Where the session was when it was last drawn.
    place: usize,
}

/// A row of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The session at this place.
    Session(usize),
    /// Where a session was.
    Gap {
        /// The one that is gone.
        pid: i32,
        /// The place of the session that it stands before, which may be the end of the list.
        before: usize,
    },
}

impl Cursor {
    /// On the session with this pid, which somebody has picked; on none without one.
    pub fn on(session: Option<i32>) -> Self {
        Cursor {
            session,
            picked: session.is_some(),
            place: 0,
        }
    }

    /// Stays where it is, with the session `pid` picked.
    pub fn pick(&mut self, pid: i32) {
        (self.session, self.picked) = (Some(pid), true);
    }

    /// The session that somebody has picked.
    pub fn picked(&self) -> Option<i32> {
        self.session.filter(|_| self.picked)
    }

    /// The session under it, whether picked or not.
    pub fn session(&self) -> Option<i32> {
        self.session
    }

    /// Stands on the first of the list until somebody picks another, or this one.
    pub fn stand(&mut self, first: Option<i32>) {
        if !self.picked {
            (self.session, self.place) = (first, 0);
        }
    }

    /// Takes note of where its session is in the list that is drawn.
    pub fn settle(&mut self, listed: impl IntoIterator<Item = i32>) {
        let mut listed = listed.into_iter();
        if let Some(place) = listed.position(|pid| Some(pid) == self.session) {
            self.place = place;
        }
    }

    /// Moves so many rows down, or up if negative, and so picks a session.
    pub fn step(&mut self, listed: &[i32], by: i64) {
        let Some(last) = listed.len().checked_sub(1) else {
            return;
        };
        let place = listed.iter().position(|pid| Some(*pid) == self.session);
        let gap = self.place.min(listed.len()) as i64;
        // Next to a gap are the one that has slid into its place, and the one before that.
        let from = match place {
            Some(place) => place as i64,
            None if by > 0 => gap - 1,
            None => gap,
        };
        let next = from.saturating_add(by).clamp(0, last as i64) as usize;
        *self = Cursor {
            place: next,
            ..Cursor::on(listed.get(next).copied())
        };
    }

    /// The rows of a list that are drawn in so many, so that the one under the cursor is among them, and
    /// whether it is that one.
    pub fn rows(&self, listed: impl IntoIterator<Item = i32>, room: usize) -> Vec<(Row, bool)> {
        let mark = |(at, pid)| (Row::Session(at), self.session == Some(pid));
        let mut rows: Vec<(Row, bool)> = listed.into_iter().enumerate().map(mark).collect();
        let marked = |rows: &[(Row, bool)]| rows.iter().position(|(_, marked)| *marked);
        if let (None, Some(pid)) = (marked(&rows), self.session) {
            let before = self.place.min(rows.len());
            rows.insert(before, (Row::Gap { pid, before }, true));
        }
        let top = marked(&rows).unwrap_or(0) + 1;
        let shown = rows.into_iter().skip(top.saturating_sub(room.max(1)));
        shown.take(room).collect()
    }
}

/// What stands in a gap.
pub fn gap_words(pid: i32) -> String {
    match pid {
        0 => "what was prepared is not listed any more".to_owned(),
        pid => format!("{pid} is not listed any more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor on the third of five, which has been drawn there and is gone.
    fn in_a_gap() -> (Cursor, [i32; 4]) {
        let mut cursor = Cursor::on(Some(13));
        cursor.settle([11, 12, 13, 14, 15]);
        (cursor, [11, 12, 14, 15])
    }

    #[test]
    fn from_a_gap_it_moves_to_what_is_next_to_it() {
        for (by, session) in [
            (1, 14),
            (-1, 12),
            (2, 15),
            (i64::MIN, 11),
            (i64::MAX, 15),
            (10, 15),
            (-10, 11),
        ] {
            let (mut cursor, listed) = in_a_gap();
            cursor.step(&listed, by);
            assert_eq!(cursor.picked(), Some(session), "{by}");
        }
    }

    #[test]
    fn a_gap_is_a_row_of_its_own_and_in_sight() {
        let (cursor, listed) = in_a_gap();
        let rows = cursor.rows(listed, 9);
        let gap = |before| (Row::Gap { pid: 13, before }, true);
        assert_eq!(rows.len(), 5);
        assert_eq!(rows[2], gap(2));
        assert_eq!(rows[3], (Row::Session(2), false));
        assert_eq!(cursor.rows(listed, 2)[1], gap(2));
        assert_eq!(cursor.rows([], 2), [gap(0)]);
        assert!(cursor.rows(listed, 0).is_empty());
        let mut cursor = cursor;
        cursor.step(&[], 1);
        assert_eq!(cursor.picked(), Some(13), "there is nobody else");
    }

    #[test]
    fn it_stays_with_its_session_wherever_that_is_listed() {
        let mut cursor = Cursor::on(Some(13));
        cursor.settle([13, 14]);
        assert_eq!(cursor.rows([14, 13], 2)[1], (Row::Session(1), true));
        cursor.step(&[14, 13], -1);
        assert_eq!(cursor.picked(), Some(14));
        let nowhere = Cursor::default();
        assert!(nowhere.rows([14, 13], 2).iter().all(|(_, marked)| !marked));
    }

    #[test]
    fn before_any_was_picked_it_is_at_the_top() {
        let mut cursor = Cursor::default();
        cursor.step(&[11, 12], -1);
        assert_eq!(cursor.picked(), Some(11));
        let mut cursor = Cursor::default();
        cursor.stand(Some(11));
        assert_eq!((cursor.session(), cursor.picked()), (Some(11), None));
        cursor.step(&[11, 12], 1);
        cursor.stand(Some(11));
        assert_eq!(cursor.session(), Some(12));
    }
}
