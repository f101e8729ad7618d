//! Appending and reading back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use shuhi_ledger::{
    ClassError, ClassTable, Event, EventClass, Field, FieldType, KeyId, LEAF_BYTES_MAX, LeafError, Ledger, LedgerError,
    LedgerReader, PayloadState, Sealed,
};
use shuhi_machine::DiskError;
use support::{ORIGIN, START, TestKeys, TestSigner, create, finding, findings, folder, log_key, open, simulated};

#[test]
fn what_was_appended_is_read_back_after_every_way_of_growing() {
    let (_, machine) = simulated(1);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    let mut appended = 0;
    for batch in [1, 0, 254, 1, 1, 255, 512, 700, 3] {
        let events: Vec<Event> = (appended..appended + batch).map(finding).collect();
        let leaves = ledger.append(&events, &keys).unwrap();
        assert_eq!(leaves, (appended..appended + batch).collect::<Vec<_>>());
        appended += batch;
        assert_eq!(ledger.size(), appended);
        let read = LedgerReader::open(&machine, folder(), &log_key()).unwrap();
        assert_eq!(read.checkpoint(), ledger.checkpoint());
    }
    drop(ledger);
    let ledger = open(&machine).unwrap();
    for event in ledger.events_from(0) {
        let (leaf, event) = event.unwrap();
        assert_eq!(event.text("finding"), Some(format!("finding-{leaf}").as_str()));
        assert_eq!(event.at, START);
    }
    assert_eq!(ledger.events_from(1720).count(), 7);
    assert!(matches!(ledger.event(1727), Err(LedgerError::NoSuchLeaf { index: 1727, size: 1727 })));
}

#[test]
fn more_than_65536_leaves_fill_a_tile_of_the_second_level() {
    let (_, machine) = simulated(2);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    ledger.append(&findings(65_530), &keys).unwrap();
    ledger.append(&findings(10), &keys).unwrap();
    drop(ledger);
    let ledger = open(&machine).unwrap();
    assert_eq!(ledger.size(), 65_540);
    for leaf in [0, 255, 256, 65_535, 65_536, 65_539] {
        let proof = ledger.prove(leaf).unwrap();
        assert_eq!(proof.verify(&log_key(), &[]).unwrap().index, leaf);
    }
}

#[test]
fn a_payload_opens_until_its_key_is_destroyed_and_the_leaf_stays() {
    let (simulated, machine) = simulated(3);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    let small = b"the register says otherwise".to_vec();
    let large = vec![7; 100_000];
    let events =
        [finding(0).sealing(small.clone(), keys.key(1)), finding(1).sealing(large.clone(), keys.key(2)), finding(2)];
    ledger.append(&events, &keys).unwrap();
    assert_eq!(**ledger.payload(0, &keys).unwrap().unwrap(), small);
    assert_eq!(**ledger.payload(1, &keys).unwrap().unwrap(), large);
    assert_eq!(ledger.payload(2, &keys).unwrap(), None);
    assert!(matches!(ledger.event(0).unwrap().payload.unwrap().sealed, Sealed::Here(_)));
    assert!(matches!(ledger.event(1).unwrap().payload.unwrap().sealed, Sealed::Blob { .. }));

    let written: Vec<u8> = simulated.disk.files().into_iter().flat_map(|(_, bytes)| bytes).collect();
    assert!(!written.windows(small.len()).any(|window| window == small), "a payload in the clear");

    keys.destroy(keys.key(1));
    assert_eq!(ledger.payload(0, &keys).unwrap(), None);
    assert_eq!(ledger.event(0).unwrap().text("finding"), Some("finding-0"));
    let state = |leaf, keys: Option<&TestKeys>| {
        let keys = keys.map(|keys| keys as &dyn shuhi_ledger::PayloadKeys);
        ledger.show(leaf, &ClassTable::default(), keys).unwrap().payload.map(|payload| payload.state)
    };
    assert_eq!(state(0, Some(&keys)), Some(PayloadState::Destroyed));
    assert_eq!(state(0, None), Some(PayloadState::Sealed));
    assert!(matches!(state(1, Some(&keys)), Some(PayloadState::Open(_))));
    assert_eq!(state(1, Some(&TestKeys::default())), Some(PayloadState::KeyUnknown));
    assert_eq!(state(2, Some(&keys)), None);
}

#[test]
fn the_same_payload_twice_cannot_be_seen_to_be_the_same() {
    let (_, machine) = simulated(4);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    let event = finding(0).sealing(b"203.0.113.7".to_vec(), keys.key(1));
    ledger.append(&[event.clone(), event], &keys).unwrap();
    let [one, other] = [0, 1].map(|leaf| ledger.event(leaf).unwrap().payload.unwrap());
    assert_ne!(one.commitment, other.commitment);
    assert_ne!(one.sealed, other.sealed);
}

#[test]
fn events_that_are_not_as_their_class_says_are_refused_whole() {
    let (_, machine) = simulated(5);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    let refused = |ledger: &mut Ledger, event: Event| {
        let error = ledger.append(&[finding(0), event], &keys).unwrap_err();
        assert_eq!(ledger.size(), 0);
        error
    };
    let class = |error| match error {
        LedgerError::Class { position: 1, error } => error,
        other => panic!("{other}"),
    };
    let error = class(refused(&mut ledger, Event::new("weather.observed", START)));
    assert_eq!(error, ClassError::Unknown("weather.observed".to_owned()));
    let error = class(refused(&mut ledger, finding(1).with("subscriber", "090-0000-0000")));
    assert!(error.to_string().contains("no field `subscriber`"), "{error}");
    let error = class(refused(&mut ledger, finding(1).with("due", "tomorrow")));
    assert!(matches!(error, ClassError::Type { holds: FieldType::Number, .. }));
    let error = class(refused(&mut ledger, Event::new("finding.raised", START).with("rule", "x")));
    assert!(matches!(error, ClassError::Missing { field: "finding", .. }));
    let opened = Event::new("vault.opened", START).with("vault", "v").with("version", "1");
    let error = class(refused(&mut ledger, opened.sealing(vec![1], keys.key(1))));
    assert!(matches!(error, ClassError::Payload { given: true, .. }));
    let error = refused(&mut ledger, finding(1).sealing(vec![1], KeyId([9; 16])));
    assert!(matches!(error, LedgerError::Keys(_)));
}

#[test]
fn a_leaf_holds_at_most_65535_bytes() {
    let (_, machine) = simulated(6);
    let keys = TestKeys::default();
    let notes = EventClass::new("note.made", "a note").needs("text", FieldType::Text, "the note");
    let mut ledger = create(&machine).with_classes(ClassTable::default().with([notes]));
    let note = |length: usize| Event::new("note.made", START).with("text", "x".repeat(length));
    let mut longest = LEAF_BYTES_MAX;
    let error = loop {
        match ledger.append(&[note(longest)], &keys) {
            Ok(_) => break ledger.leaf(0).unwrap().len(),
            Err(LedgerError::Leaf { error: LeafError::TooLong(bytes), .. }) => longest -= bytes - LEAF_BYTES_MAX,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(error, LEAF_BYTES_MAX);
    drop(ledger);
    assert_eq!(open(&machine).unwrap().event(0).unwrap().fields["text"], Field::Text("x".repeat(longest)));
}

#[test]
fn one_process_writes_at_a_time_and_readers_need_no_lock() {
    let (_, machine) = simulated(7);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    assert!(matches!(open(&machine), Err(LedgerError::Disk(DiskError::Locked(_)))));
    ledger.append(&findings(3), &keys).unwrap();
    let read = LedgerReader::open(&machine, folder(), &log_key()).unwrap();
    ledger.append(&findings(300), &keys).unwrap();
    assert_eq!((read.size(), read.event(2).unwrap()), (3, ledger.event(2).unwrap()));
    drop(ledger);
    let again = Ledger::create(&machine, folder(), ORIGIN, TestSigner::new(1));
    assert!(matches!(again, Err(LedgerError::Exists(_))));
    let other_signer = Ledger::open(&machine, folder(), ORIGIN, TestSigner::new(2));
    assert!(matches!(other_signer, Err(LedgerError::Checkpoint { .. })));
    let nowhere = Ledger::open(&machine, std::path::Path::new("/data/other"), ORIGIN, TestSigner::new(1));
    assert!(matches!(nowhere, Err(LedgerError::NoLedger(_))));
}

#[test]
fn partial_tiles_go_when_the_full_one_is_there() {
    let (simulated, machine) = simulated(8);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    for number in 0..300 {
        ledger.append(&[finding(number)], &keys).unwrap();
    }
    let names: Vec<String> =
        simulated.disk.files().iter().map(|(path, _)| path.to_string_lossy().into_owned()).collect();
    assert!(!names.iter().any(|name| name.contains("000.p/") && !name.contains("tile/1/")), "{names:?}");
    assert!(names.contains(&"/data/ledger/tile/entries/001.p/44".to_owned()));
    assert!(names.contains(&"/data/ledger/tile/0/001.p/1".to_owned()), "sizes with a checkpoint keep their tiles");
    assert!(names.contains(&"/data/ledger/tile/1/000.p/1".to_owned()));
    assert!(names.contains(&"/data/ledger/tile/entries/000".to_owned()));
}

#[test]
fn a_full_disk_refuses_the_batch_and_the_log_goes_on() {
    for step in 0..40 {
        let (simulated, machine) = simulated(step);
        let keys = TestKeys::default();
        let mut ledger = create(&machine);
        ledger.append(&findings(254), &keys).unwrap();
        let before = ledger.checkpoint().clone();
        simulated.disk.fail_after(step);
        let batch = [finding(254).sealing(vec![1; 9000], keys.key(1)), finding(255), finding(256)];
        let done = ledger.append(&batch, &keys);
        let after = ledger.append(&[finding(7)], &keys);
        // The step that failed may be one after everything was written, or within this second append.
        let size = ledger.size();
        match (&done, &after) {
            (Ok(_), Ok(_)) => assert_eq!(size, 258),
            (Ok(_), Err(_)) => assert_eq!(size, 257),
            (Err(_), Ok(_)) => assert!(size == 255, "step {step}: {size} after {done:?}"),
            (Err(_), Err(_)) => panic!("step {step}: one failure failed two appends"),
        }
        assert_eq!(ledger.root_at(254).unwrap(), *before.root());
        drop(ledger);
        let report = shuhi_ledger::verify_folder(&machine, folder(), &log_key(), &[before.note().to_owned()]).unwrap();
        assert!(report.is_whole(), "step {step}: {:?}", report.failures);
    }
}

#[test]
fn a_sealed_payload_moved_to_another_event_does_not_open() {
    let (_, machine) = simulated(9);
    let keys = TestKeys::default();
    let mut ledger = create(&machine);
    ledger.append(&[finding(0).sealing(b"secret".to_vec(), keys.key(1))], &keys).unwrap();
    let stored = ledger.event(0).unwrap();
    let mut moved = stored.clone();
    moved.fields.insert("finding".to_owned(), Field::Text("finding-1".to_owned()));
    // The same machinery writes a log in which the sealed bytes stand under other public fields.
    let leaf = shuhi_ledger::encode_leaf(&moved).unwrap();
    let forged = shuhi_ledger::decode_leaf(&leaf).unwrap();
    assert_eq!(forged.payload, stored.payload);
    let (_, other) = simulated_log_of(&leaf);
    let error = other.payload(0, &keys).unwrap_err();
    assert!(matches!(error, LedgerError::Keys(shuhi_ledger::KeyError::DoesNotOpen)), "{error}");
}

/// A log of one leaf, written by hand.
fn simulated_log_of(leaf: &[u8]) -> (shuhi_machine::simulated::Simulated, LedgerReader) {
    use shuhi_ledger::Signer;
    use tlog_tiles::record_hash;
    let (simulated, machine) = simulated(10);
    let hash = record_hash(leaf);
    let length = u16::try_from(leaf.len()).unwrap().to_be_bytes();
    let put = |name: &str, bytes: &[u8]| simulated.disk.put(&folder().join(name), bytes);
    put("tile/entries/000.p/1", &[length.as_slice(), leaf].concat());
    put("tile/0/000.p/1", &hash.0);
    let text = tlog_tiles::Checkpoint::new(ORIGIN, 1, hash, "").unwrap().to_bytes();
    let signature = TestSigner::new(1).sign(&text).unwrap().to_vec();
    let signature = signed_note::Signature::new(ORIGIN.to_owned(), log_key().id(), signature).unwrap();
    put("checkpoint", &signed_note::Note::new(&text, &[signature]).unwrap().to_bytes());
    let reader = LedgerReader::open(&machine, folder(), &log_key()).unwrap();
    (simulated, reader)
}
