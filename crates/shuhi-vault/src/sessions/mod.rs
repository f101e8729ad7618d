//! Joining the moments of sessions to records, one piece a window.
//!
//! A session that goes on past a window's end leaves a piece in that window and lives on; a stop that comes later than
//! a piece claims leaves a correcting piece, which replaces all other pieces of the session in its window.

#[cfg(test)]
mod naive;
mod stored;

use std::collections::HashMap;

use shuhi_records::{Cell, Kind, Row, Session, SessionPhase, UtcMillis, Window, WindowWidth};

pub(crate) use stored::{Moment, OpenFrame, OwnedCell, owned};

use stored::StoredSession;

/// The end of the piece was reported.
pub(crate) const REPORTED: u32 = 0;
/// The end of the piece was inferred: from silence, a restart, or because the session still went on.
pub(crate) const INFERRED: u32 = 1;
/// The piece replaces every other piece of its session in its window.
pub(crate) const CORRECTING: u32 = 2;

/// How long a closed session is remembered, so that a start that arrives after its stop opens nothing.
const CLOSED_REMEMBERED_MILLIS: i64 = 24 * 3_600_000;

/// No more sessions are open at a time; a source that opens more is misread or lies.
pub(crate) const SESSIONS_MAX: usize = 10_000_000;

/// The sessions that have not ended, of all sources.
#[derive(Debug, Default)]
pub(crate) struct OpenSessions {
    sessions: HashMap<SessionName, OpenSession>,
    closed: HashMap<SessionName, i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct SessionName {
    device: String,
    key: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct OpenSession {
    policy: String,
    kind: Kind,
    cells: Vec<OwnedCell>,
    began: i64,
    /// When it was last known to go on.
    seen: i64,
    /// Up to where pieces were left in windows that are over.
    pieces_until: Option<i64>,
}

/// A piece of a session, or a whole one, that belongs into one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub policy: String,
    kind: Kind,
    cells: Vec<OwnedCell>,
    pub window: Window,
}

impl Piece {
    pub(crate) fn row(&self) -> Row<'_> {
        stored::row(self.kind, &self.cells)
    }
}

/// What became of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joined {
    /// It said something new.
    New,
    /// It was known already.
    Duplicate,
    /// There are too many open sessions.
    TooMany,
}

/// So many sessions are written into one frame.
const SESSIONS_A_FRAME: usize = 10_000;

impl OpenSessions {
    /// Everything that is open, and what closed lately, as the frames that a new file begins with.
    pub(crate) fn carried(&self) -> Vec<OpenFrame> {
        let mut open: Vec<StoredSession> = self.sessions.iter().map(|(name, session)| session.stored(name)).collect();
        open.sort_by(|a, b| (&a.device, &a.key).cmp(&(&b.device, &b.key)));
        let mut closed: Vec<(String, String, i64)> =
            self.closed.iter().map(|(name, at)| (name.device.clone(), name.key.clone(), *at)).collect();
        closed.sort();
        let mut frames: Vec<OpenFrame> = Vec::new();
        for some in open.chunks(SESSIONS_A_FRAME) {
            frames.push(OpenFrame::Carried { open: some.to_vec(), closed: Vec::new() });
        }
        for some in closed.chunks(SESSIONS_A_FRAME) {
            frames.push(OpenFrame::Carried { open: Vec::new(), closed: some.to_vec() });
        }
        frames
    }

    /// Takes over a frame of the file; `None` where it is of a kind that this version does not know.
    pub(crate) fn replay(&mut self, frame: &OpenFrame) -> Option<()> {
        match frame {
            OpenFrame::Carried { open, closed } => {
                for stored in open {
                    let name = SessionName { device: stored.device.clone(), key: stored.key.clone() };
                    self.sessions.insert(name, OpenSession::of(stored)?);
                }
                for (device, key, at) in closed {
                    self.closed.insert(SessionName { device: device.clone(), key: key.clone() }, *at);
                }
            }
            OpenFrame::Moments(moments) => {
                // The pieces went to their spools when the moment was first taken in.
                let mut nowhere = |_: Piece| {};
                for moment in moments {
                    if let Moment::Restarted { device, at } = moment {
                        self.restarted(device, UtcMillis(*at), |_| WindowWidth::Day, &mut nowhere);
                    } else {
                        let (session, policy) = moment.session()?;
                        self.moment(&session, policy, WindowWidth::Day, &mut nowhere);
                    }
                }
            }
        }
        Some(())
    }

    pub(crate) fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Takes in a moment of a session that is kept under `policy`; finished pieces go to `pieces`.
    pub(crate) fn moment(
        &mut self,
        moment: &Session<'_>,
        policy: &str,
        width: WindowWidth,
        pieces: &mut dyn FnMut(Piece),
    ) -> Joined {
        let name = SessionName { device: moment.device.to_owned(), key: moment.key.to_owned() };
        match moment.phase {
            SessionPhase::Opened => self.opened(name, moment, policy, width, pieces),
            SessionPhase::Continued => self.continued(name, moment, policy),
            SessionPhase::Closed => self.ended(name, moment, policy, width, pieces),
        }
    }

    fn opened(
        &mut self,
        name: SessionName,
        moment: &Session<'_>,
        policy: &str,
        width: WindowWidth,
        pieces: &mut dyn FnMut(Piece),
    ) -> Joined {
        let began = moment.began.unwrap_or(moment.at).0;
        if self.closed.get(&name).is_some_and(|closed| began <= *closed) {
            return Joined::Duplicate;
        }
        if let Some(open) = self.sessions.get_mut(&name) {
            if began <= open.began {
                // The start of a session that an interim report opened arrives late, or once more.
                let news = began < open.began && open.pieces_until.is_none();
                open.began = if news { began } else { open.began };
                return if news { Joined::New } else { Joined::Duplicate };
            }
            // The name is used anew: the former session ended unnoticed, at the latest now.
            if let Some(former) = self.sessions.remove(&name) {
                let end = former.seen.max(former.began).min(began);
                former.close(end, INFERRED, width, pieces);
            }
        }
        self.open(name, moment, policy, began)
    }

    fn open(&mut self, name: SessionName, moment: &Session<'_>, policy: &str, began: i64) -> Joined {
        if self.sessions.len() >= SESSIONS_MAX {
            return Joined::TooMany;
        }
        let session = OpenSession {
            policy: policy.to_owned(),
            kind: moment.row.kind(),
            cells: cells_of(moment),
            began,
            seen: moment.at.0.max(began),
            pieces_until: None,
        };
        self.sessions.insert(name, session);
        Joined::New
    }

    fn continued(&mut self, name: SessionName, moment: &Session<'_>, policy: &str) -> Joined {
        if self.closed.get(&name).is_some_and(|closed| moment.at.0 <= *closed) {
            return Joined::Duplicate;
        }
        let Some(open) = self.sessions.get_mut(&name) else {
            return self.open(name, moment, policy, moment.began.unwrap_or(moment.at).0);
        };
        open.learn(&moment.row);
        if moment.at.0 <= open.seen {
            return Joined::Duplicate;
        }
        open.seen = moment.at.0;
        Joined::New
    }

    fn ended(
        &mut self,
        name: SessionName,
        moment: &Session<'_>,
        policy: &str,
        width: WindowWidth,
        pieces: &mut dyn FnMut(Piece),
    ) -> Joined {
        if self.closed.get(&name).is_some_and(|closed| moment.at.0 <= *closed) {
            return Joined::Duplicate;
        }
        if !names_its_subject(&moment.row) {
            return self.ended_whole(&name, moment, width, pieces);
        }
        let session = match self.sessions.remove(&name) {
            Some(mut open) => {
                open.learn(&moment.row);
                open
            }
            // Nothing is known of its start but what the stop itself says.
            None => OpenSession {
                policy: policy.to_owned(),
                kind: moment.row.kind(),
                cells: cells_of(moment),
                began: moment.began.unwrap_or(moment.at).0.min(moment.at.0),
                seen: moment.at.0,
                pieces_until: None,
            },
        };
        self.closed.insert(name, moment.at.0);
        session.close(moment.at.0, REPORTED, width, pieces);
        Joined::New
    }

    /// A stop that names no address ends the session with every address it was assigned: their keys begin as its own
    /// does. Where none is open there is nothing to say about anybody.
    fn ended_whole(
        &mut self,
        name: &SessionName,
        moment: &Session<'_>,
        width: WindowWidth,
        pieces: &mut dyn FnMut(Piece),
    ) -> Joined {
        let mut parts: Vec<SessionName> = if self.sessions.contains_key(name) {
            // A device whose stops never name an address opened it under this very key.
            vec![name.clone()]
        } else {
            let begins = |open: &&SessionName| open.device == name.device && open.key.starts_with(&name.key);
            self.sessions.keys().filter(begins).cloned().collect()
        };
        parts.sort();
        self.closed.insert(name.clone(), moment.at.0);
        for part in &parts {
            if let Some(open) = self.sessions.remove(part) {
                open.close(moment.at.0, REPORTED, width, pieces);
                self.closed.insert(part.clone(), moment.at.0);
            }
        }
        if parts.is_empty() { Joined::Duplicate } else { Joined::New }
    }

    /// Ends every session of a device that began before it restarted.
    pub(crate) fn restarted(
        &mut self,
        device: &str,
        at: UtcMillis,
        width: impl Fn(Kind) -> WindowWidth,
        pieces: &mut dyn FnMut(Piece),
    ) {
        self.end_where(|name, open| (name.device == device && open.began <= at.0).then_some(at.0), width, pieces);
    }

    /// Ends, at the moment it was last heard of, every session that was silent for longer than `silence_millis` says.
    pub(crate) fn silent(
        &mut self,
        now: UtcMillis,
        silence_millis: impl Fn(&str) -> i64,
        width: impl Fn(Kind) -> WindowWidth,
        pieces: &mut dyn FnMut(Piece),
    ) {
        let over = |_: &SessionName, open: &OpenSession| {
            (now.0.saturating_sub(open.seen) > silence_millis(&open.policy)).then_some(open.seen)
        };
        self.end_where(over, width, pieces);
        self.closed.retain(|_, closed| now.0.saturating_sub(*closed) < CLOSED_REMEMBERED_MILLIS);
    }

    fn end_where(
        &mut self,
        over: impl Fn(&SessionName, &OpenSession) -> Option<i64>,
        width: impl Fn(Kind) -> WindowWidth,
        pieces: &mut dyn FnMut(Piece),
    ) {
        let mut ended: Vec<(SessionName, i64)> =
            self.sessions.iter().filter_map(|(name, open)| Some((name.clone(), over(name, open)?))).collect();
        ended.sort();
        for (name, end) in ended {
            if let Some(open) = self.sessions.remove(&name) {
                let width = width(open.kind);
                open.close(end, INFERRED, width, pieces);
                self.closed.insert(name, end);
            }
        }
    }

    /// Leaves pieces in every window that is over at `until`, of sessions that go on.
    pub(crate) fn leave_pieces(
        &mut self,
        until: UtcMillis,
        width: impl Fn(Kind) -> WindowWidth,
        pieces: &mut dyn FnMut(Piece),
    ) {
        let mut names: Vec<&SessionName> = self.sessions.keys().collect();
        names.sort();
        for name in names.into_iter().cloned().collect::<Vec<_>>() {
            let Some(open) = self.sessions.get_mut(&name) else { continue };
            let width = width(open.kind);
            let over = Window::of(until, width).start().0;
            let from = open.pieces_until.unwrap_or(open.began);
            if from < over {
                open.pieces(from, over - 1, |end| if end <= open.seen { REPORTED } else { INFERRED }, width, pieces);
                open.pieces_until = Some(over);
            }
        }
    }

    /// Every open session as a row that goes on until now: that it has not ended is inferred.
    pub(crate) fn rows(&self, now: UtcMillis) -> Vec<Piece> {
        let mut rows: Vec<(&SessionName, Piece)> = Vec::new();
        for (name, open) in &self.sessions {
            let from = open.pieces_until.unwrap_or(open.began);
            let window = Window::of(UtcMillis(from), WindowWidth::Day);
            rows.push((name, open.piece(from, now.0.max(open.seen).max(from), INFERRED, window)));
        }
        rows.sort_by(|a, b| a.0.cmp(b.0));
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// The cells of a moment; what ties the pieces of a session together is its key where the source gives no id.
fn cells_of(moment: &Session<'_>) -> Vec<OwnedCell> {
    let mut row = moment.row;
    if row.get("session") == Cell::Empty {
        row.set("session", Cell::Text(moment.key));
    }
    stored::owned(&row)
}

/// Whether a row says which address, number or account it is about.
fn names_its_subject(row: &Row<'_>) -> bool {
    row.kind().sorted_by().first().is_some_and(|column| row.get(column) != Cell::Empty)
}

impl OpenSession {
    fn of(stored: &StoredSession) -> Option<Self> {
        Some(Self {
            policy: stored.policy.clone(),
            kind: Kind::named(&stored.kind)?,
            cells: stored.cells.clone(),
            began: stored.began,
            seen: stored.seen,
            pieces_until: stored.pieces_until,
        })
    }

    fn stored(&self, name: &SessionName) -> StoredSession {
        StoredSession {
            device: name.device.clone(),
            key: name.key.clone(),
            policy: self.policy.clone(),
            kind: self.kind.name().to_owned(),
            cells: self.cells.clone(),
            began: self.began,
            seen: self.seen,
            pieces_until: self.pieces_until,
        }
    }

    /// Takes over what a later report states and the earlier ones did not.
    fn learn(&mut self, row: &Row<'_>) {
        for (known, told) in self.cells.iter_mut().zip(stored::owned(row)) {
            if *known == OwnedCell::Empty {
                *known = told;
            }
        }
    }

    fn close(&self, end: i64, inferred: u32, width: WindowWidth, pieces: &mut dyn FnMut(Piece)) {
        let from = self.pieces_until.unwrap_or(self.began);
        if end >= from {
            self.pieces(from, end.max(from), |_| inferred, width, pieces);
            return;
        }
        // Pieces were left that claim more than there was.
        let mut window = Window::of(UtcMillis(end.max(self.began)), width);
        while window.start().0 < from {
            let start = window.start().0.max(self.began);
            // In windows after the true end the session was not at all: an interval that contains nothing.
            let until = if window.contains(UtcMillis(end)) { end.max(start) } else { start - 1 };
            pieces(self.piece(start, until, CORRECTING, window));
            window = window.next();
        }
    }

    fn pieces(
        &self,
        from: i64,
        end: i64,
        inferred: impl Fn(i64) -> u32,
        width: WindowWidth,
        pieces: &mut dyn FnMut(Piece),
    ) {
        let mut start = from;
        loop {
            let window = Window::of(UtcMillis(start), width);
            let last = end.min(window.end().0 - 1);
            pieces(self.piece(start, last, inferred(last), window));
            if last >= end || window.end().0 <= start {
                return;
            }
            start = window.end().0;
        }
    }

    fn piece(&self, start: i64, end: i64, inferred: u32, window: Window) -> Piece {
        let mut cells = self.cells.clone();
        let mut set = |name: &str, cell: OwnedCell| {
            if let Some(slot) = self.kind.place(name).and_then(|place| cells.get_mut(place)) {
                *slot = cell;
            }
        };
        set("start", OwnedCell::Time(start));
        set("end", OwnedCell::Time(end));
        set("inferred", OwnedCell::Number(inferred));
        Piece { policy: self.policy.clone(), kind: self.kind, cells, window }
    }
}

/// Splits a record that a source reported whole into one row a window.
pub(crate) fn split(row: &Row<'_>, width: WindowWidth, mut each: impl FnMut(Row<'_>, Window)) {
    let Some((start, end)) = row.span() else { return };
    let first = Window::of(start, width);
    if first.contains(end) || end <= start {
        each(*row, first);
        return;
    }
    let mut window = first;
    while window.start() <= end {
        let mut piece = *row;
        piece.set("start", Cell::Time(start.max(window.start())));
        piece.set("end", Cell::Time(end.min(UtcMillis(window.end().0 - 1))));
        each(piece, window);
        if window.next() <= window {
            return;
        }
        window = window.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    /// 2026-04-01 00:00 in Japan.
    const MIDNIGHT: i64 = 1_774_969_200_000;

    fn moment(phase: SessionPhase, key: &str, at: i64) -> Session<'_> {
        let address = Cell::Address("192.0.2.7".parse().unwrap());
        let row = Row::new(Kind::ConnectionAuth).with("address", address).with("user", Cell::Text("mihon"));
        Session { phase, device: "bras1", key, at: UtcMillis(at), began: None, row }
    }

    struct Joiner {
        open: OpenSessions,
        pieces: Vec<(i64, i64, u32)>,
    }

    impl Joiner {
        fn new() -> Self {
            Self { open: OpenSessions::default(), pieces: Vec::new() }
        }

        fn take(&mut self, session: &Session<'_>) -> Joined {
            let pieces = &mut self.pieces;
            self.open.moment(session, "policy", WindowWidth::Day, &mut |piece| pieces.push(told(&piece)))
        }

        fn leave(&mut self, until: i64) {
            let pieces = &mut self.pieces;
            self.open.leave_pieces(UtcMillis(until), |_| WindowWidth::Day, &mut |piece| pieces.push(told(&piece)));
        }
    }

    fn told(piece: &Piece) -> (i64, i64, u32) {
        let row = piece.row();
        let (start, end) = row.span().unwrap();
        assert!(piece.window.contains(start) || end < start);
        let Cell::Number(inferred) = row.get("inferred") else { panic!("a piece says how its end is known") };
        (start.0 - MIDNIGHT, end.0 - MIDNIGHT, inferred)
    }

    #[test]
    fn start_and_stop_make_one_record() {
        let mut joiner = Joiner::new();
        joiner.take(&moment(SessionPhase::Opened, "a", MIDNIGHT + HOUR));
        joiner.take(&moment(SessionPhase::Closed, "a", MIDNIGHT + 3 * HOUR));
        assert_eq!(joiner.pieces, [(HOUR, 3 * HOUR, REPORTED)]);
        assert_eq!(joiner.open.len(), 0);
    }

    #[test]
    fn a_start_after_its_stop_opens_nothing() {
        let mut joiner = Joiner::new();
        let stop = Session { began: Some(UtcMillis(MIDNIGHT)), ..moment(SessionPhase::Closed, "a", MIDNIGHT + HOUR) };
        assert_eq!(joiner.take(&stop), Joined::New);
        assert_eq!(joiner.take(&moment(SessionPhase::Opened, "a", MIDNIGHT)), Joined::Duplicate);
        assert_eq!(joiner.take(&stop), Joined::Duplicate);
        assert_eq!(joiner.pieces, [(0, HOUR, REPORTED)]);
        assert_eq!(joiner.open.len(), 0);
    }

    #[test]
    fn a_session_over_midnight_leaves_a_piece_a_day() {
        let mut joiner = Joiner::new();
        joiner.take(&moment(SessionPhase::Opened, "a", MIDNIGHT - HOUR));
        joiner.take(&moment(SessionPhase::Closed, "a", MIDNIGHT + 25 * HOUR));
        let day = 24 * HOUR;
        assert_eq!(joiner.pieces, [(-HOUR, -1, REPORTED), (0, day - 1, REPORTED), (day, day + HOUR, REPORTED)]);
    }

    #[test]
    fn a_late_stop_corrects_what_was_left_in_sealed_windows() {
        let mut joiner = Joiner::new();
        joiner.take(&moment(SessionPhase::Opened, "a", MIDNIGHT - 2 * HOUR));
        joiner.leave(MIDNIGHT + 24 * HOUR);
        let day = 24 * HOUR;
        assert_eq!(joiner.pieces, [(-2 * HOUR, -1, INFERRED), (0, day - 1, INFERRED)]);
        joiner.pieces.clear();
        joiner.take(&moment(SessionPhase::Closed, "a", MIDNIGHT - HOUR));
        assert_eq!(joiner.pieces, [(-2 * HOUR, -HOUR, CORRECTING), (0, -1, CORRECTING)]);
    }

    #[test]
    fn an_interim_report_without_a_start_opens_the_session_it_describes() {
        let mut joiner = Joiner::new();
        let began = Some(UtcMillis(MIDNIGHT + HOUR));
        joiner.take(&Session { began, ..moment(SessionPhase::Continued, "a", MIDNIGHT + 2 * HOUR) });
        joiner.take(&moment(SessionPhase::Closed, "a", MIDNIGHT + 3 * HOUR));
        assert_eq!(joiner.pieces, [(HOUR, 3 * HOUR, REPORTED)]);
    }

    #[test]
    fn a_stop_without_an_address_ends_every_address_of_its_session() {
        let mut joiner = Joiner::new();
        joiner.take(&moment(SessionPhase::Opened, "a|192.0.2.7", MIDNIGHT));
        joiner.take(&moment(SessionPhase::Opened, "a|192.0.2.8", MIDNIGHT));
        joiner.take(&moment(SessionPhase::Opened, "ab|192.0.2.9", MIDNIGHT));
        let row = Row::new(Kind::ConnectionAuth).with("user", Cell::Text("mihon"));
        let stop = Session { row, ..moment(SessionPhase::Closed, "a|", MIDNIGHT + HOUR) };
        assert_eq!(joiner.take(&stop), Joined::New);
        assert_eq!(joiner.take(&stop), Joined::Duplicate);
        assert_eq!(joiner.pieces, [(0, HOUR, REPORTED), (0, HOUR, REPORTED)]);
        assert_eq!(joiner.open.len(), 1);
    }

    #[test]
    fn a_restart_ends_what_the_device_had_open() {
        let mut joiner = Joiner::new();
        joiner.take(&moment(SessionPhase::Opened, "a", MIDNIGHT + HOUR));
        joiner.take(&moment(SessionPhase::Opened, "later", MIDNIGHT + 3 * HOUR));
        let pieces = &mut joiner.pieces;
        let at = UtcMillis(MIDNIGHT + 2 * HOUR);
        joiner.open.restarted("bras1", at, |_| WindowWidth::Day, &mut |piece| pieces.push(told(&piece)));
        assert_eq!(joiner.pieces, [(HOUR, 2 * HOUR, INFERRED)]);
        assert_eq!(joiner.open.len(), 1);
    }

    #[test]
    fn a_silent_session_ends_when_it_was_last_heard_of() {
        let mut joiner = Joiner::new();
        joiner.take(&moment(SessionPhase::Opened, "a", MIDNIGHT));
        joiner.take(&moment(SessionPhase::Continued, "a", MIDNIGHT + HOUR));
        let pieces = &mut joiner.pieces;
        let now = UtcMillis(MIDNIGHT + 10 * HOUR);
        joiner.open.silent(now, |_| 8 * HOUR, |_| WindowWidth::Day, &mut |piece| pieces.push(told(&piece)));
        assert_eq!(joiner.pieces, [(0, HOUR, INFERRED)]);
    }

    #[test]
    fn what_is_carried_over_is_open_again_after_replay() {
        let mut joiner = Joiner::new();
        joiner.take(&moment(SessionPhase::Opened, "a", MIDNIGHT));
        joiner.take(&moment(SessionPhase::Opened, "b", MIDNIGHT));
        joiner.take(&moment(SessionPhase::Closed, "b", MIDNIGHT + HOUR));
        let mut again = Joiner::new();
        for frame in joiner.open.carried() {
            let frame = OpenFrame::decode(&frame.encode().unwrap()).unwrap();
            again.open.replay(&frame).unwrap();
        }
        assert_eq!(again.open.len(), 1);
        assert_eq!(again.take(&moment(SessionPhase::Opened, "b", MIDNIGHT)), Joined::Duplicate);
        again.take(&moment(SessionPhase::Closed, "a", MIDNIGHT + 2 * HOUR));
        assert_eq!(again.pieces, [(0, 2 * HOUR, REPORTED)]);
    }
}
