//! The joiner against a naive model: whatever the order of its moments, the pieces of a session together are the time
//! from its start to its end, where every moment arrived.

use proptest::prelude::*;
use shuhi_records::{Address, Cell, Kind, Row, Session, SessionPhase, UtcMillis, Window, WindowWidth};

use super::{CORRECTING, INFERRED, OpenSessions, Piece};

const HOUR: i64 = 3_600_000;
const POLICY: &str = "radius";

/// What happens to the joiner, in the order it happens.
#[derive(Clone, Debug)]
enum Happening {
    Told(SessionPhase, i64),
    /// A seal at that time leaves pieces in windows that are over.
    Sealed(i64),
}

fn tell(sessions: &mut OpenSessions, began: i64, phase: SessionPhase, at: i64, pieces: &mut Vec<Piece>) {
    let row = Row::new(Kind::ConnectionAuth)
        .with("address", Cell::Address(Address(1)))
        .with("user", Cell::Text("mihon-1"))
        .with("session", Cell::Text("session-1"));
    let (at, began) = (UtcMillis(at), Some(UtcMillis(began)));
    let moment = Session { phase, device: "nas-1", key: "session-1", at, began, row };
    sessions.moment(&moment, POLICY, WindowWidth::Day, &mut |piece| pieces.push(piece));
}

/// The minutes that the pieces cover, where corrections replace what was inferred in their window.
fn covered(pieces: &[Piece], minutes: std::ops::Range<i64>) -> Vec<i64> {
    let is = |piece: &Piece, inferred: u32| piece.row().get("inferred") == Cell::Number(inferred);
    let corrected: Vec<Window> =
        pieces.iter().filter(|piece| is(piece, CORRECTING)).map(|piece| piece.window).collect();
    let stands = |piece: &&Piece| !is(piece, INFERRED) || !corrected.contains(&piece.window);
    let spans: Vec<(i64, i64)> =
        pieces.iter().filter(stands).filter_map(|piece| piece.row().span()).map(|(a, b)| (a.0, b.0)).collect();
    minutes.filter(|minute| spans.iter().any(|(start, end)| (*start..=*end).contains(&(minute * 60_000)))).collect()
}

proptest! {
    #[test]
    fn the_pieces_together_are_the_session(
        began in 0i64..24,
        length in 0i64..80,
        steps in proptest::collection::vec(1i64..80, 0..5),
        repeated in proptest::collection::vec(0usize..6, 0..4),
        seals in proptest::collection::vec(0i64..120, 0..5),
        order in any::<proptest::sample::Index>(),
        late in any::<bool>(),
    ) {
        let (began, end) = (began * HOUR, (began + length) * HOUR);
        let mut told: Vec<(SessionPhase, i64)> = vec![(SessionPhase::Opened, began)];
        told.extend(steps.iter().map(|step| (SessionPhase::Continued, began + step * HOUR)).filter(|(_, at)| *at <= end));
        told.push((SessionPhase::Closed, end));
        let twice: Vec<_> = repeated.iter().filter_map(|place| told.get(*place).copied()).collect();
        told.extend(twice);
        // In order of time, or turned round as late packets do.
        told.sort_by_key(|(_, at)| *at);
        let turn = order.index(told.len());
        told.rotate_left(turn);
        let delay = if late { 20 * HOUR } else { 0 };
        let mut happenings: Vec<(i64, Happening)> =
            told.iter().map(|(phase, at)| (at + delay, Happening::Told(*phase, *at))).collect();
        if turn == 0 {
            // Between moments that come in order days are sealed.
            happenings.extend(seals.iter().map(|hour| (hour * HOUR + 1, Happening::Sealed(hour * HOUR))));
            happenings.sort_by_key(|(arrives, _)| *arrives);
        }
        let (mut sessions, mut pieces) = (OpenSessions::default(), Vec::new());
        for (_, happening) in happenings {
            match happening {
                Happening::Told(phase, at) => tell(&mut sessions, began, phase, at, &mut pieces),
                Happening::Sealed(at) => {
                    sessions.leave_pieces(UtcMillis(at), |_| WindowWidth::Day, &mut |piece| pieces.push(piece));
                }
            }
        }
        prop_assert_eq!(sessions.len(), 0);
        let minutes = began / 60_000 - 3000..end / 60_000 + 6000;
        let expected: Vec<i64> = (began / 60_000..=end / 60_000).collect();
        prop_assert_eq!(covered(&pieces, minutes), expected);
        for piece in &pieces {
            let (start, end) = piece.row().span().unwrap();
            prop_assert!(start > end || (piece.window.contains(start) && piece.window.contains(end)), "{piece:?}");
        }
    }
}
