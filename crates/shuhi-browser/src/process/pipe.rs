//! The pipe to the browser: messages that end with a zero byte, both ways.

use std::io::{BufRead, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// The longest message that is taken in, in bytes. Chromium's longest are pictures and posted bodies.
const MESSAGE_MAX: usize = 128 << 20;
/// Messages that wait to be read; beyond, the browser waits.
const WAITING_MAX: usize = 4_096;
/// How much of a message that is too long is told, in bytes.
const BEGINNING_MAX: usize = 200;

/// What came from the browser.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// A whole message.
    Message(Vec<u8>),
    /// A message that was skipped for its length.
    TooLong {
        /// Its first bytes.
        beginning: String,
        /// Its length.
        bytes: u64,
    },
    /// Nothing came in time.
    Nothing,
    /// Nothing will come any more.
    Closed,
}

/// Both directions; the two threads end with the browser or with this.
#[derive(Debug)]
pub(crate) struct Pipe {
    outgoing: Sender<Vec<u8>>,
    incoming: Receiver<Incoming>,
}

impl Pipe {
    /// Starts to write and to read.
    pub fn open(mut to: impl Write + Send + 'static, from: impl Read + Send + 'static) -> Self {
        let (outgoing, commands) = channel::<Vec<u8>>();
        let (messages, incoming) = sync_channel(WAITING_MAX);
        // Written by a thread of its own: a browser that waits for us to read would otherwise wait for ever.
        thread::spawn(move || {
            for mut command in commands {
                command.push(0);
                if to.write_all(&command).and_then(|()| to.flush()).is_err() {
                    return;
                }
            }
        });
        thread::spawn(move || read_all(BufReader::with_capacity(1 << 16, from), &messages, MESSAGE_MAX));
        Self { outgoing, incoming }
    }

    /// Sends a message; false where the browser is gone.
    pub fn send(&self, message: Vec<u8>) -> bool {
        self.outgoing.send(message).is_ok()
    }

    /// The next message, waited for at most so long.
    pub fn next(&self, wait: Duration) -> Incoming {
        match self.incoming.recv_timeout(wait) {
            Ok(incoming) => incoming,
            Err(RecvTimeoutError::Timeout) => Incoming::Nothing,
            Err(RecvTimeoutError::Disconnected) => Incoming::Closed,
        }
    }
}

fn read_all(mut from: impl BufRead, messages: &SyncSender<Incoming>, most: usize) {
    loop {
        let message = match read_one(&mut from, most) {
            Ok(Some(message)) => message,
            Ok(None) | Err(_) => return,
        };
        if messages.send(message).is_err() {
            return;
        }
    }
}

/// The next message; none at the end, where a message without its end is not one.
fn read_one(from: &mut impl BufRead, most: usize) -> std::io::Result<Option<Incoming>> {
    let mut message = Vec::new();
    let mut bytes = 0_u64;
    loop {
        let part = from.fill_buf()?;
        if part.is_empty() {
            return Ok(None);
        }
        let end = memchr::memchr(0, part);
        let taken = part.get(..end.unwrap_or(part.len())).unwrap_or_default();
        bytes += taken.len() as u64;
        let room = most.saturating_sub(message.len()).min(taken.len());
        message.extend_from_slice(taken.get(..room).unwrap_or_default());
        let used = taken.len() + usize::from(end.is_some());
        from.consume(used);
        if end.is_some() {
            break;
        }
    }
    if bytes > message.len() as u64 {
        let beginning = message.get(..BEGINNING_MAX).unwrap_or(&message);
        return Ok(Some(Incoming::TooLong { beginning: String::from_utf8_lossy(beginning).into_owned(), bytes }));
    }
    Ok(Some(Incoming::Message(message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], most: usize) -> Vec<Incoming> {
        // One byte at a time: messages arrive in pieces.
        let mut from = BufReader::with_capacity(1, text);
        std::iter::from_fn(|| read_one(&mut from, most).unwrap()).collect()
    }

    #[test]
    fn messages_end_with_a_zero_byte_and_a_torn_one_is_none() {
        let message = |text: &str| Incoming::Message(text.as_bytes().to_vec());
        assert_eq!(all(b"{\"a\":1}\0\0{}\0{\"torn", 100), [message("{\"a\":1}"), message(""), message("{}")]);
    }

    #[test]
    fn message_beyond_the_limit_is_skipped_and_told() {
        let read = all(b"abcdefgh\0ok\0", 4);
        assert_eq!(
            read,
            [Incoming::TooLong { beginning: "abcd".to_owned(), bytes: 8 }, Incoming::Message(b"ok".to_vec())]
        );
    }
}
