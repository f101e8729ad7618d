//! Files as people save, join and wrap them.

use serde_json::{Value, json};
use shuhi_capture::{Capture, CaptureError, read_devtools, read_har};

use crate::har::{PAGE, document, entry, har};
use crate::support::{event, page};

fn two() -> Value {
    har(&[document(), entry("https://tag.mihon.example/", json!({}))])
}

#[track_caller]
fn counted(text: &str) -> Capture {
    read_har(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn several_har_files_in_one_are_one_capture() {
    let whole = two().to_string();
    for joined in [format!("{whole}{whole}"), format!("{whole}\n{whole}\n"), format!("[{whole},{whole}]")] {
        let capture = counted(&joined);
        let pages: Vec<Option<usize>> = capture.requests.iter().map(|request| request.page).collect();
        assert_eq!(capture.pages.len(), 2, "pages that share an id stay apart");
        assert_eq!((pages.len(), pages.contains(&Some(1))), (4, true), "{:?}", capture.faults);
        assert!(capture.faults[0].what.contains("2 logs"));
    }
    let then_cut = counted(&format!("{whole}{}", &whole[..40]));
    assert_eq!(then_cut.requests.len(), 2);
    assert!(then_cut.faults[0].missing.contains("what follows"), "{:?}", then_cut.faults);
}

#[test]
fn entries_without_a_file_around_them() {
    let one = entry(PAGE, json!({}));
    let other = entry("https://tag.mihon.example/", json!({}));
    for text in [format!("{one}\n{other}"), format!("[{one},{other}]"), json!({"entries": [one, other]}).to_string()] {
        assert_eq!(counted(&text).requests.len(), 2, "{text}");
    }
    assert_eq!(counted(&one.to_string()).requests.len(), 1);
}

#[test]
fn a_wrapped_har_file_is_found() {
    for wrapped in [json!({"har": two()}), json!({"test": {"result": two()}}), json!(two().to_string())] {
        assert_eq!(counted(&wrapped.to_string()).requests.len(), 2);
    }
    for other in [json!({"a": {"b": {"c": {"d": two()}}}}), json!({"diary": {"entries": ["Monday"]}})] {
        assert!(matches!(read_har(other.to_string().as_bytes()), Err(CaptureError::OtherKind { .. })));
    }
}

#[test]
fn utf_16_is_read_with_and_without_a_mark() {
    let text = two().to_string();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = [b"\xff\xfe".as_slice(), &little].concat();
    for bytes in [little, big, marked] {
        assert_eq!(read_har(&bytes).unwrap().requests.len(), 2);
    }
}

#[test]
fn archives_are_named() {
    for (beginning, name) in [(b"PK\x03\x04".as_slice(), "ZIP"), (b"BZh9", "bzip2"), (b"\x28\xb5\x2f\xfd", "Zstandard")]
    {
        let bytes = [beginning, [0; 60].as_slice()].concat();
        for error in [read_har(&bytes).unwrap_err(), read_devtools(&bytes).unwrap_err()] {
            assert!(error.to_string().contains(name) && error.to_string().contains("unpacked"), "{error}");
        }
    }
}

#[test]
fn a_file_with_nothing_in_it_says_so() {
    let capture = counted(&har(&[]).to_string());
    assert!(capture.faults[0].missing.contains("cannot show"), "{:?}", capture.faults);
    let log = json!([event("Page.loadEventFired", json!({}))]).to_string();
    assert!(read_devtools(log.as_bytes()).unwrap().faults[0].missing.contains("cannot show"));
}

#[test]
fn lists_without_events_are_no_logs() {
    for text in [json!([{"cat": "x", "ph": "X"}, 5]).to_string(), "[".repeat(5000), "[{\"method\": {\"a\":".repeat(300)]
    {
        let error = read_devtools(text.as_bytes()).unwrap_err();
        assert!(matches!(error, CaptureError::OtherKind { .. }), "{error}");
    }
    let network_log = json!({"constants": {"logEventTypes": {}}, "events": [{"type": 2}]}).to_string();
    assert!(read_devtools(network_log.as_bytes()).unwrap_err().to_string().contains("net-export"));
}

#[test]
fn events_named_under_another_key() {
    let params = page(PAGE)["params"].clone();
    for wrapped in [
        json!({"event": "Network.requestWillBeSent", "data": params}),
        json!({"name": "Network.requestWillBeSent", "args": params}),
        json!({"event": {"method": "Network.requestWillBeSent", "params": params}}),
    ] {
        assert_eq!(read_devtools(json!([wrapped]).to_string().as_bytes()).unwrap().requests.len(), 1, "{wrapped}");
    }
}
