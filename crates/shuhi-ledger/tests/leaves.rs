//! Leaves: one encoding of each event, readable by others, and a decoder that nothing surprises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use ciborium::Value;
use shuhi_ledger::{
    CborError, Field, KeyId, LEAF_BYTES_MAX, LeafError, Sealed, StoredEvent, StoredPayload, UtcMillis, decode_leaf,
    encode_leaf,
};
use support::Random;

const MUTATIONS: u64 = 60_000;

fn event() -> StoredEvent {
    let fields = [
        ("segment", Field::Text("地域-1".to_owned())),
        ("due", Field::Number(-1)),
        ("records", Field::Number(i64::MAX)),
        ("sha256", Field::Bytes(vec![0xAB; 32])),
        ("replicas", Field::Texts(vec!["a".to_owned(), String::new(), "c".repeat(300)])),
        ("z", Field::Texts(Vec::new())),
    ];
    StoredEvent {
        class: "erasure.done".to_owned(),
        at: UtcMillis(-62_135_596_800_000),
        fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
        payload: None,
    }
}

fn with_payload(sealed: Sealed) -> StoredEvent {
    StoredEvent { payload: Some(StoredPayload { key: KeyId([3; 16]), commitment: [4; 32], sealed }), ..event() }
}

fn all() -> [StoredEvent; 3] {
    let blob = Sealed::Blob { sha256: [5; 32], bytes: 70_000 };
    [event(), with_payload(Sealed::Here(vec![6; 50])), with_payload(blob)]
}

#[test]
fn a_leaf_is_read_back_as_it_was() {
    for event in all() {
        assert_eq!(decode_leaf(&encode_leaf(&event).unwrap()).unwrap(), event);
    }
}

#[test]
fn a_leaf_never_changes_its_bytes() {
    let small = StoredEvent {
        class: "a".to_owned(),
        at: UtcMillis(1_767_225_600_000),
        fields: [("bb".to_owned(), Field::Number(256)), ("c".to_owned(), Field::Text("é".to_owned()))].into(),
        payload: None,
    };
    let bytes = encode_leaf(&small).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "a40001016161021b0000019b76daa80003a2616362c3a9626262190100");
}

#[test]
fn other_software_reads_a_leaf() {
    let leaf = encode_leaf(&all()[1]).unwrap();
    let Value::Map(pairs) = ciborium::from_reader::<Value, _>(leaf.as_slice()).unwrap() else { panic!("no map") };
    let keys: Vec<Value> = pairs.iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(keys, (0..7).map(Value::from).collect::<Vec<_>>());
    assert_eq!(pairs[1].1, Value::Text("erasure.done".to_owned()));
    let Value::Map(fields) = &pairs[3].1 else { panic!("no map of fields") };
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_text().unwrap()).collect();
    assert_eq!(names, ["z", "due", "sha256", "records", "segment", "replicas"], "RFC 8949, section 4.2.1");
    assert_eq!(fields[1].1, Value::from(-1));
    assert_eq!(fields[5].1.as_array().unwrap().len(), 3);
    let mut again = Vec::new();
    ciborium::into_writer(&Value::Map(pairs), &mut again).unwrap();
    assert_eq!(again, leaf, "an encoder of shortest forms gives the same bytes");
}

#[test]
fn whatever_else_means_the_same_is_refused() {
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    let cases = [
        ("a40001016161020003a0", Ok(())),
        ("a400010161610200", Err(LeafError::Cbor(CborError::Ends))),
        ("a40001016161020003a000", Err(LeafError::Cbor(CborError::Trailing))),
        ("a400010161610218000 3a0", Err(LeafError::Cbor(CborError::NotShortest))),
        ("a40001017801610200 03a0", Err(LeafError::Cbor(CborError::NotShortest))),
        ("bf000101616102000 3a0ff", Err(LeafError::Cbor(CborError::NotShortest))),
        ("a4000201616102000 3a0", Err(LeafError::Version(2))),
        ("a4010100616102000 3a0", Err(LeafError::Keys)),
        ("a5000101616102000 3a0", Err(LeafError::Keys)),
        ("a40001016141020003a0", Err(LeafError::Name("A".to_owned()))),
        ("a4000101616102 0003a261620061 6100", Err(LeafError::Order)),
        ("a4000101616102 0003a261610061 6101", Err(LeafError::Order)),
        ("a4000101616102 0003a1 6161f5", Err(LeafError::Cbor(CborError::Type))),
        ("a4000101616102 0003a1 6161 1bffffffffffffffff", Err(LeafError::Cbor(CborError::Range))),
        ("a4000101616102 0003a1 6161 61ff", Err(LeafError::Cbor(CborError::Utf8))),
        ("a4000101616102 0003a1 6161 9b7fffffffffffffff", Err(LeafError::Cbor(CborError::Ends))),
        ("a7000101616102 0003a0 0441ff", Err(LeafError::Length)),
    ];
    for (hex, expected) in cases {
        let found = decode_leaf(&bytes(&hex.replace(' ', "")));
        assert_eq!(found.map(|_| ()), expected, "{hex}");
    }
    assert_eq!(decode_leaf(&vec![0; LEAF_BYTES_MAX + 1]), Err(LeafError::TooLong(LEAF_BYTES_MAX + 1)));
}

#[test]
fn mutated_leaves_are_refused_or_are_exactly_another_event() {
    let leaves: Vec<Vec<u8>> = all().iter().map(|event| encode_leaf(event).unwrap()).collect();
    let mut random = Random::new(20_261_121);
    let mut accepted = 0;
    for _ in 0..MUTATIONS {
        let mut leaf = leaves[usize::try_from(random.below(3)).unwrap()].clone();
        for _ in 0..=random.below(3) {
            let at = usize::try_from(random.below(leaf.len() as u64)).unwrap();
            let byte = u8::try_from(random.below(256)).unwrap();
            match random.below(4) {
                0 => leaf.truncate(at + 1),
                1 => leaf.insert(at, byte),
                2 => leaf[at] ^= 1 << (byte % 8),
                _ => leaf[at] = byte,
            }
        }
        if let Ok(event) = decode_leaf(&leaf) {
            accepted += 1;
            assert_eq!(encode_leaf(&event).unwrap(), leaf);
        }
    }
    assert!(accepted > MUTATIONS / 10, "only {accepted} mutants were leaves: the mutations are too coarse");
}
