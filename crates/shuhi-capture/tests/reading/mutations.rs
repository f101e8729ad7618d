//! Damaged captures: whatever the bytes, no panic, and every request in the tree. The seed is fixed, so that a failure is found again.

use shuhi_capture::{read, read_devtools, read_har};

use crate::support::file;

/// A small generator: enough to damage files, the same every time.
struct Seed(u64);

impl Seed {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    fn damage(&mut self, bytes: &mut Vec<u8>) {
        const PIECES: [&[u8]; 12] =
            [b"{", b"}", b"[", b"]", b"\"", b"null", b"-1", b"1e999", b",", b"\\ud800", b"\xff", b"[[[[[[[[[[[[[[[["];
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes.truncate(at),
                1 => {
                    let end = (at + self.below(200)).min(bytes.len());
                    bytes.drain(at..end);
                }
                2 => {
                    let piece = PIECES[self.below(PIECES.len())];
                    bytes.splice(at..at, piece.iter().copied());
                }
                3 => {
                    let end = (at + self.below(400)).min(bytes.len());
                    let copy = bytes[at..end].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, copy);
                }
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = self.below(256) as u8;
                    }
                }
            }
        }
    }
}

fn survive(name: &str, rounds: usize) {
    let whole = file(name);
    let mut seed = Seed(0x5eed_0005);
    for _ in 0..rounds {
        let mut bytes = whole.clone();
        seed.damage(&mut bytes);
        for capture in [read_devtools(&bytes), read_har(&bytes), read(&bytes)].into_iter().flatten() {
            let causes = capture.causes();
            let mut placed = 0;
            for page in (0..capture.pages.len()).map(Some).chain([None]) {
                placed += causes.tree(page).iter().map(|node| node.all_requests().len()).sum::<usize>();
            }
            assert_eq!(placed, capture.requests.len());
            for request in 0..capture.requests.len().min(50) {
                assert!(!causes.chain(request).is_empty());
            }
        }
    }
}

#[test]
fn damaged_logs_are_survived() {
    for name in ["eval.jsonl", "worker-nested.jsonl", "frame-script.jsonl", "web-socket.jsonl", "service-worker.jsonl"]
    {
        survive(name, 60);
    }
}

#[test]
fn damaged_real_captures_are_survived() {
    survive("www.bbc.com.har", 8);
    survive("ilmessaggero.it.json", 6);
}
