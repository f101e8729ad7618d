//! Requests of whatever kind: decoded without panic, within the limits, each path once.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use shuhi_items::{decode_body, limits};

const KINDS: &[&str] = &[
    "",
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "text/plain",
    "application/x-protobuf",
    "application/grpc-web+proto",
];
const ENCODINGS: &[&str] = &["", "gzip", "br", "deflate", "zstd"];

fuzz_target!(|data: &[u8]| {
    let Some(([kind, encoding], body)) = data.split_first_chunk::<2>() else { return };
    let mime = KINDS.get(usize::from(*kind) % KINDS.len()).copied();
    let encoding = ENCODINGS.get(usize::from(*encoding) % ENCODINGS.len()).copied();
    let decoded = decode_body(body, mime, encoding);
    let paths: HashSet<&str> = decoded.leaves.iter().map(|leaf| leaf.path.as_str()).collect();
    assert_eq!(paths.len(), decoded.leaves.len());
    assert!(decoded.leaves.len() <= limits::LEAVES_MAX);
    assert!(decoded.leaves.iter().all(|leaf| leaf.value.len() <= limits::VALUE_BYTES_MAX));
});
