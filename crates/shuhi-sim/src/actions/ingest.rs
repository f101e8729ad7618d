//! Records that sources deliver whole.

use shuhi_records::{Address, Event, Kind};

use crate::Violation;
use crate::calendar::{DAY, HOUR, MINUTE};
use crate::model::{Record, Standing};
use crate::world::{Done, NAT, WEB, World};

/// So often a source sends again what was not acknowledged.
pub(super) const TRIES: usize = 5;

/// An address of a small pool.
pub(crate) fn pool_address(pool: u32, place: u64) -> Address {
    let place = u32::try_from(place).unwrap_or(0);
    Address::from(std::net::Ipv4Addr::from_bits(pool.saturating_add(place)))
}

/// 198.51.100.0
pub(crate) const TRANSLATED: u32 = 0xC633_6400;
/// 203.0.113.0
pub(crate) const DIALLED: u32 = 0xCB00_7100;
/// 192.0.2.0
pub(crate) const BROWSED: u32 = 0xC000_0200;

impl World {
    pub(crate) fn take_in_records(&mut self) -> Result<(), Violation> {
        let records = self.some_records();
        let unread = self.chance.one_in(10);
        let name = self.chance.name();
        // Files and batches have a name, by which a source learns how far it came; datagrams have none.
        let named = self.chance.one_in(2).then_some(name);
        for tries in 1..=TRIES {
            let source = records.first().map_or("nat", |record| if record.policy == WEB { "web" } else { "nat" });
            let done = self.attempt("take in records", |vault| {
                let mut intake = vault.intake(source)?;
                for record in &records {
                    intake.event(&Event::Finished(record.row()));
                }
                if unread {
                    intake.unread(b"what is this?", "not a line of this source");
                }
                intake.finish(named.map(|name| (name, 100)))
            })?;
            match done {
                Done::Yes(_) => return self.keep(&records, Standing::Sure, tries),
                Done::Refused(error) => {
                    return Err(Violation::new(
                        "records of an adopted policy are taken in",
                        "taken in",
                        error.to_string(),
                    ));
                }
                Done::Interrupted => {}
            }
            if let Some(name) = named {
                if self.was_received(source, name)? {
                    return self.keep(&records, Standing::Sure, 1);
                }
                if self.chance.one_in(4) {
                    // Never acknowledged, never sent again: none of it may be there.
                    return Ok(());
                }
            } else if self.chance.one_in(4) {
                return self.keep(&records, Standing::Unsure, tries);
            }
        }
        if named.is_none() { self.keep(&records, Standing::Unsure, TRIES) } else { Ok(()) }
    }

    /// A source whose stream breaks off before it is acknowledged, and that sends everything again.
    pub(crate) fn take_in_and_give_up(&mut self) -> Result<(), Violation> {
        let records = self.some_records();
        let source = records.first().map_or("nat", |record| if record.policy == WEB { "web" } else { "nat" });
        self.attempt("give up an intake", |vault| {
            let mut intake = vault.intake(source)?;
            for record in &records {
                intake.event(&Event::Finished(record.row()));
            }
            Ok(())
        })?;
        Ok(())
    }

    pub(super) fn was_received(&self, source: &str, name: [u8; 32]) -> Result<bool, Violation> {
        let received = self.vault.as_ref().map(|vault| vault.received(source, name));
        match received {
            Some(Ok(row)) => Ok(row.is_some()),
            Some(Err(error)) => Err(crate::world::unexpected("how far a batch came", &error)),
            None => Ok(false),
        }
    }

    fn keep(&mut self, records: &[Record], standing: Standing, copies: usize) -> Result<(), Violation> {
        let since = self.now();
        for record in records {
            let known = Record { standing, copies, since, ..record.clone() };
            self.model.records.insert(record.tag.clone(), known);
        }
        if standing == Standing::Sure {
            self.counters.records += u64::try_from(records.len()).unwrap_or(0);
        }
        Ok(())
    }

    fn some_records(&mut self) -> Vec<Record> {
        let web = self.chance.one_in(3);
        (0..=self.chance.below(4)).map(|_| if web { self.a_login() } else { self.a_block() }).collect()
    }

    fn a_block(&mut self) -> Record {
        // Most come at once, some late, a few after their period.
        let delay = match self.chance.below(20) {
            0 => self.chance.between(0, 30 * DAY),
            1..=3 => self.chance.between(0, 3 * DAY),
            _ => self.chance.between(0, HOUR),
        };
        let length = if self.chance.one_in(6) {
            self.chance.between(DAY, 3 * DAY)
        } else {
            self.chance.between(MINUTE, 8 * HOUR)
        };
        let end = self.now() - delay;
        let first = 1024 + 100 * u32::try_from(self.chance.below(12)).unwrap_or(0);
        let serial = self.serial();
        Record {
            tag: format!("r{serial}"),
            policy: NAT,
            kind: Kind::TranslationBlock,
            who: format!("subscriber-{}", self.chance.below(12)),
            address: pool_address(TRANSLATED, self.chance.below(3)),
            ports: Some((first, first + 99)),
            start: end - length,
            end,
            since: 0,
            standing: Standing::Unsure,
            copies: 1,
        }
    }

    fn a_login(&mut self) -> Record {
        let at = self.now() - self.chance.between(0, 6 * HOUR);
        let serial = self.serial();
        Record {
            tag: format!("r{serial}"),
            policy: WEB,
            kind: Kind::Login,
            who: format!("account-{}", self.chance.below(8)),
            address: pool_address(BROWSED, self.chance.below(30)),
            ports: None,
            start: at,
            end: at,
            since: 0,
            standing: Standing::Unsure,
            copies: 1,
        }
    }
}
