//! A receipt is proof against copies once its epoch is over.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use shuhi_ledger::{Completed, EPOCH_ENDED, EpochEnds, Event, RECEIPT, ReceiptState};
use support::{START, TestKeys, create, finding, simulated};

fn receipt(segment: &str, epoch: Option<i64>) -> Event {
    let event = Event::new(RECEIPT, START)
        .with("erasure", "e")
        .with("segment", segment)
        .with("sha256", vec![1; 32])
        .with("authority", "the period is over")
        .with("key", "k")
        .with("destroyed", START)
        .with("destruction_shown", 1)
        .with("replicas", Vec::<String>::new())
        .with("limits", Vec::<String>::new());
    epoch.into_iter().fold(event, |event, epoch| event.with("epoch", epoch))
}

fn end(epoch: i64, missing: &[&str]) -> Event {
    let missing: Vec<String> = missing.iter().map(|&place| place.to_owned()).collect();
    Event::new(EPOCH_ENDED, START)
        .with("epoch", epoch)
        .with("survivors", 0)
        .with("replicas", Vec::<String>::new())
        .with("missing", missing)
}

#[test]
fn a_receipt_is_complete_once_its_epoch_is_over() {
    let (_, machine) = simulated(1);
    let (keys, mut ledger) = (TestKeys::default(), create(&machine));
    let log = [
        receipt("a", Some(1)),
        finding(1),
        end(1, &[]),
        receipt("b", Some(2)),
        receipt("c", None),
        end(2, &["/mnt/away"]),
        receipt("d", Some(3)),
    ];
    for event in log {
        let completed = Completed::since_last_end(&ledger).unwrap();
        let event = if event.class == EPOCH_ENDED { completed.told(event) } else { event };
        ledger.append(&[event], &keys).unwrap();
    }
    let range = |leaf: u64| {
        let end = ledger.event(leaf).unwrap();
        ["receipts_from", "receipts_until", "receipts"].map(|name| end.number(name).unwrap())
    };
    assert_eq!((range(2), range(5)), ([0, 2, 1], [3, 5, 2]));
    let ended = |leaf: u64, missing: &[&str]| ReceiptState::EpochEnded {
        leaf,
        at: START,
        missing: missing.iter().map(|&place| place.to_owned()).collect(),
    };
    let expected = [
        (0, Some(ended(2, &[]))),
        (1, None),
        (3, Some(ended(5, &["/mnt/away"]))),
        (4, Some(ended(5, &["/mnt/away"]))),
        (6, Some(ReceiptState::EpochRuns)),
    ];
    let ends = EpochEnds::of(&ledger, 0).unwrap();
    for (leaf, state) in expected {
        assert_eq!(ledger.receipt_state(leaf).unwrap(), state, "{leaf}");
        if let Some(state) = state {
            assert_eq!(ends.state(leaf, ledger.event(leaf).unwrap().number("epoch")), state);
            assert_eq!(state.is_complete(), leaf == 0);
        }
    }
}
