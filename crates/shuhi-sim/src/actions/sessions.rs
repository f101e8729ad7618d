//! Sessions: opened, continued, closed, late, twice, out of order, and devices that restart.

use shuhi_machine::UtcMillis;
use shuhi_records::{Event, Session as Moment, SessionPhase};

use super::ingest::{DIALLED, TRIES, pool_address};
use crate::Violation;
use crate::calendar::{HOUR, MINUTE};
use crate::model::{Session, Told};
use crate::world::{Done, GUEST, RADIUS, World};

const DEVICES: [&str; 2] = ["nas-1", "nas-2"];
/// So many addresses are handed out.
const ADDRESSES: u64 = 24;

impl World {
    pub(crate) fn take_in_sessions(&mut self) -> Result<(), Violation> {
        self.plan_sessions();
        let now = self.now();
        let due: Vec<((i64, u64), Told)> =
            self.on_their_way.iter().take_while(|((at, _), _)| *at <= now).map(|(key, told)| (*key, *told)).collect();
        for policy in [RADIUS, GUEST] {
            let mut of_policy: Vec<((i64, u64), Told)> =
                due.iter().filter(|(_, told)| self.policy_of(*told) == policy).copied().collect();
            if self.chance.one_in(3) {
                self.chance.shuffle(&mut of_policy);
            }
            self.deliver(if policy == RADIUS { "radius" } else { "guest" }, &of_policy)?;
        }
        Ok(())
    }

    fn deliver(&mut self, source: &str, moments: &[((i64, u64), Told)]) -> Result<(), Violation> {
        if moments.is_empty() {
            return Ok(());
        }
        let name = self.chance.name();
        let named = self.chance.one_in(2).then_some(name);
        for _ in 0..TRIES {
            let sessions = self.model.sessions.clone();
            let done = self.attempt("take in sessions", |vault| {
                let mut intake = vault.intake(source)?;
                for (_, told) in moments {
                    if let Some(event) = event(&sessions, *told) {
                        intake.event(&event);
                    }
                }
                intake.finish(named.map(|name| (name, 1)))
            })?;
            let acknowledged = match done {
                Done::Yes(_) => true,
                Done::Refused(error) => {
                    return Err(Violation::new(
                        "sessions of an adopted policy are taken in",
                        "taken in",
                        error.to_string(),
                    ));
                }
                Done::Interrupted => named.map_or(Ok(false), |name| self.was_received(source, name))?,
            };
            if acknowledged {
                for (key, told) in moments {
                    self.on_their_way.remove(key);
                    self.model.tell(*told);
                    self.trace(|| format!("      told {told:?}"));
                }
                self.counters.records += u64::try_from(moments.len()).unwrap_or(0);
                return Ok(());
            }
        }
        // Given up: of these sessions nothing is sure any more.
        for (key, told) in moments {
            self.on_their_way.remove(key);
            self.doubt(*told);
        }
        Ok(())
    }

    fn doubt(&mut self, told: Told) {
        let touched = |place: usize, session: &Session| match told {
            Told::Opened(of) | Told::Continued(of, _) | Told::Closed(of, _) => of == place,
            Told::Restarted(device, _) => session.device == device && session.closed.is_none(),
        };
        for (place, session) in self.model.sessions.iter_mut().enumerate() {
            if touched(place, session) {
                session.unsure = true;
            }
        }
    }

    fn policy_of(&self, told: Told) -> usize {
        match told {
            Told::Restarted(..) => RADIUS,
            Told::Opened(place) | Told::Continued(place, _) | Told::Closed(place, _) => {
                self.model.sessions.get(place).map_or(RADIUS, |session| session.policy)
            }
        }
    }

    fn plan_sessions(&mut self) {
        if self.chance.one_in(2) {
            self.plan_session();
        }
        if self.chance.one_in(40) {
            let device = if self.chance.one_in(2) { DEVICES[0] } else { DEVICES[1] };
            let at = self.now() - self.chance.between(0, 10 * MINUTE);
            // What the device had open is over; nothing more will be told of it.
            let sessions = &self.model.sessions;
            self.on_their_way.retain(|_, told| match told {
                Told::Continued(place, later) | Told::Closed(place, later) => {
                    let of_device = sessions.get(*place).is_some_and(|session| session.device == device);
                    !of_device || *later <= at
                }
                _ => true,
            });
            self.send(at, Told::Restarted(device, at));
        }
    }

    /// A whole session from now on, with everything that will be told of it and when that arrives.
    fn plan_session(&mut self) {
        let now = self.now();
        let address = pool_address(DIALLED, self.chance.below(ADDRESSES));
        let taken = |session: &Session| {
            session.address == address && (session.unsure || session.closed.is_none_or(|end| end + HOUR > now))
        };
        if self.model.sessions.iter().any(taken) {
            return;
        }
        let device = if self.chance.one_in(2) { DEVICES[0] } else { DEVICES[1] };
        let policy = if self.chance.one_in(4) { GUEST } else { RADIUS };
        let serial = self.serial();
        let place = self.model.sessions.len();
        self.model.sessions.push(Session {
            tag: format!("s{serial}"),
            policy,
            device,
            who: format!("user-{}", self.chance.below(20)),
            address,
            began: now,
            known: false,
            seen: now,
            closed: None,
            unsure: false,
        });
        self.trace(|| format!("      session {place} is s{serial}, policy {policy}"));
        let length = if self.chance.one_in(5) {
            self.chance.between(24 * HOUR, 96 * HOUR)
        } else {
            self.chance.between(MINUTE, 24 * HOUR)
        };
        self.send(now, Told::Opened(place));
        let mut at = now + 6 * HOUR;
        while at < now + length {
            self.send(at, Told::Continued(place, at));
            at += 6 * HOUR;
        }
        // A stop in eight never comes.
        if !self.chance.one_in(8) {
            self.send(now + length, Told::Closed(place, now + length));
        }
    }

    /// Sends on its way what happened at a moment: mostly at once, sometimes late, sometimes twice.
    fn send(&mut self, at: i64, told: Told) {
        let delay =
            if self.chance.one_in(8) { self.chance.between(0, 12 * HOUR) } else { self.chance.between(0, 2 * MINUTE) };
        let serial = self.serial();
        self.on_their_way.insert((at + delay, serial), told);
        if self.chance.one_in(12) {
            let serial = self.serial();
            self.on_their_way.insert((at + delay + 5 * MINUTE, serial), told);
        }
    }
}

fn event(sessions: &[Session], told: Told) -> Option<Event<'_>> {
    let (place, phase, at) = match told {
        Told::Restarted(device, at) => return Some(Event::Restarted { device, at: UtcMillis(at) }),
        Told::Opened(place) => (place, SessionPhase::Opened, None),
        Told::Continued(place, at) => (place, SessionPhase::Continued, Some(at)),
        Told::Closed(place, at) => (place, SessionPhase::Closed, Some(at)),
    };
    let session = sessions.get(place)?;
    Some(Event::Session(Moment {
        phase,
        device: session.device,
        key: &session.tag,
        at: UtcMillis(at.unwrap_or(session.began)),
        began: Some(UtcMillis(session.began)),
        row: session.row(),
    }))
}
