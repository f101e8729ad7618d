//! Listening until a signal: what arrives is acknowledged once a second, and others who want the vault get their turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;
use shuhi_keys::PASSPHRASE_LIMIT_BYTES;
use shuhi_law::vocabulary::Language;
use shuhi_machine::Machine;
use shuhi_vault::{Counts, Feed, Reading, Stream, VaultError, received_name};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::Totals;
use super::http::{Answer, Batch, batches, told};
use super::sockets::{Arrival, Datagrams, connections, datagrams};
use crate::args::Common;
use crate::args::vault::IngestOptions;
use crate::commands::vault::place::Opener;
use crate::failure::Failure;
use crate::words::pick;

/// Arrivals that may wait for the disk.
const WAITING_MAX: usize = 1024;
/// How often what arrived is acknowledged.
const ACKNOWLEDGE_EVERY: Duration = Duration::from_secs(1);
/// How often the ledger is told how much came.
const TELL_EVERY: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Nobody's turn is waited for longer.
const TURN_MAX: Duration = Duration::from_secs(10);

/// Listens until SIGINT or SIGTERM; a second signal ends the program at once.
pub fn run(
    options: &IngestOptions,
    opener: &Opener,
    reading: &Reading,
    totals: &mut Totals,
    common: &Common,
) -> Result<(), Failure> {
    if !options.listen_udp.is_empty() && !reading.takes_datagrams() {
        let help = (
            "`--listen-tcp` か `--http` で待ち受けるか、ファイルを渡すこと",
            "listen with `--listen-tcp` or `--http`, or give files",
        );
        return Err(Failure::said(
            (
                format!("出どころ `{}` はデータグラムでは来ない", options.source),
                format!("source `{}` does not come in datagrams", options.source),
            ),
            help,
        ));
    }
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let registered = flag::register_conditional_shutdown(signal, 2, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)));
        registered.map_err(|error| {
            Failure::said(
                (format!("シグナルを受け取れない: {error}"), format!("signals cannot be heard: {error}")),
                ("別の環境で実行すること", "run it in another place"),
            )
        })?;
    }
    let vault = opener.open()?;
    drop(vault);
    let (to, arrivals) = sync_channel(WAITING_MAX);
    let doors = Doors::open(options, opener, to, &stop)?;
    eprintln!("{}", pick(common.language, "待ち受け中。終えるには Ctrl-C", "listening; end with Ctrl-C"));
    let (streams, ended, received) = (HashMap::new(), Counts::default(), 0);
    let mut taker =
        Taker { opener, reading, arrivals, streams, datagram_stream: None, ended, received, bytes: 0, over: false };
    let taken = taker.run(&stop, totals);
    // Whatever ended it, no door stays open.
    stop.store(true, Ordering::Relaxed);
    let received = taker.received;
    totals.bytes += taker.bytes;
    totals.read += taker.read();
    drop(taker);
    totals.datagrams = doors.close().map(|dropped| (received, dropped));
    if let (Some((_, dropped @ 1..)), Language::English) = (totals.datagrams, common.language) {
        eprintln!("{dropped} datagrams were dropped by the kernel: raise net.core.rmem_max");
    } else if let Some((_, dropped @ 1..)) = totals.datagrams {
        eprintln!("カーネルが {dropped} 個のデータグラムを捨てた。net.core.rmem_max を大きくすること");
    }
    taken
}

/// What listens.
struct Doors {
    udp: Vec<Datagrams>,
    others: Vec<std::thread::JoinHandle<()>>,
}

impl Doors {
    fn open(
        options: &IngestOptions,
        opener: &Opener,
        to: SyncSender<Arrival>,
        stop: &Arc<AtomicBool>,
    ) -> Result<Self, Failure> {
        let next = Arc::new(AtomicU64::new(0));
        let mut doors = Self { udp: Vec::new(), others: Vec::new() };
        let token = token(options, &opener.machine)?;
        for address in &options.listen_udp {
            doors.udp.push(datagrams(*address, to.clone(), Arc::clone(stop), &opener.machine)?);
        }
        for address in &options.listen_tcp {
            doors.others.push(connections(*address, to.clone(), Arc::clone(stop), Arc::clone(&next))?);
        }
        for address in &options.http {
            doors.others.push(batches(*address, token.clone(), to.clone(), Arc::clone(stop))?);
        }
        Ok(doors)
    }

    /// How many datagrams the kernel dropped, where there were sockets for them.
    fn close(self) -> Option<u64> {
        let listened = !self.udp.is_empty();
        let dropped: u64 = self.udp.into_iter().filter_map(Datagrams::dropped).sum();
        for thread in self.others {
            let _ = thread.join();
        }
        listened.then_some(dropped)
    }
}

/// Whoever reaches the port could put records in: beyond this machine a token is asked for.
fn token(options: &IngestOptions, machine: &Machine) -> Result<Option<String>, Failure> {
    if let Some(path) = &options.http_token_file {
        let bytes = machine.disk.read(path, PASSPHRASE_LIMIT_BYTES as u64).map_err(VaultError::from)?;
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        let short = || {
            Failure::said(
                (
                    format!("`{}` に16文字以上のトークンがない", path.display()),
                    format!("`{}` holds no token of 16 characters or more", path.display()),
                ),
                ("長い乱数の列を書くこと", "write a long random one"),
            )
        };
        return if text.len() < 16 { Err(short()) } else { Ok(Some(text)) };
    }
    match options.http.iter().find(|address| !address.ip().is_loopback()) {
        Some(address) => {
            let help = (
                "`--http-token-file FILE` を指定するか、送り手を確かめる中継の背後で、この機械だけで待ち受けること",
                "give `--http-token-file FILE`, or listen on this machine alone, behind a proxy that checks who sends",
            );
            Err(Failure::said(
                (
                    format!("`{address}` では誰でも記録を入れられてしまう"),
                    format!("at `{address}` anybody could put records in"),
                ),
                help,
            ))
        }
        None => Ok(None),
    }
}

/// Takes arrivals into the vault.
struct Taker<'a> {
    opener: &'a Opener,
    reading: &'a Reading,
    arrivals: Receiver<Arrival>,
    streams: HashMap<u64, Stream>,
    datagram_stream: Option<Stream>,
    /// What became of the lines and messages of streams that ended.
    ended: Counts,
    received: u64,
    bytes: u64,
    /// Nothing comes any more.
    over: bool,
}

impl Taker<'_> {
    fn run(&mut self, stop: &AtomicBool, totals: &mut Totals) -> Result<(), Failure> {
        while !self.over {
            let Some(mut vault) = self.opener.open_again(|| false)? else { return Ok(()) };
            while !self.over && !self.opener.is_wanted() {
                let mut feed = vault.feed(&self.reading.source().name)?;
                let taken = self.take(&mut feed, stop);
                if feed.counts() != shuhi_vault::IntakeCounts::default() {
                    totals.add(&feed.finish(None)?);
                }
                taken?;
            }
            drop(vault);
            let waited = Instant::now();
            while !self.over && self.opener.is_wanted() && waited.elapsed() < TURN_MAX {
                sleep(LOOK_EVERY);
            }
        }
        Ok(())
    }

    /// Until somebody else wants the vault, the ledger is to be told, or nothing comes any more.
    fn take(&mut self, feed: &mut Feed<'_>, stop: &AtomicBool) -> Result<(), Failure> {
        let (since, mut acknowledged) = (Instant::now(), Instant::now());
        loop {
            match self.arrivals.recv_timeout(LOOK_EVERY) {
                Ok(arrival) => self.arrived(feed, arrival)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.over = true,
            }
            if self.over {
                for (_, mut stream) in std::mem::take(&mut self.streams) {
                    feed.end(&mut stream);
                    self.ended += stream.counts();
                }
                return Ok(());
            }
            if feed.is_due() || (feed.is_waiting() && acknowledged.elapsed() >= ACKNOWLEDGE_EVERY) {
                feed.acknowledge(None)?;
                acknowledged = Instant::now();
            }
            let told = since.elapsed() >= TELL_EVERY;
            if told || (!stop.load(Ordering::Relaxed) && self.opener.is_wanted()) {
                return Ok(());
            }
        }
    }

    fn arrived(&mut self, feed: &mut Feed<'_>, arrival: Arrival) -> Result<(), Failure> {
        let now = self.opener.machine.now();
        match arrival {
            Arrival::Datagrams(datagrams) => {
                if self.datagram_stream.is_none() {
                    self.datagram_stream = Some(self.reading.stream(now, true)?);
                }
                let Some(stream) = &mut self.datagram_stream else { return Ok(()) };
                for datagram in datagrams {
                    self.received += 1;
                    self.bytes += datagram.bytes.len() as u64;
                    feed.datagram(stream, datagram.sender, datagram.received, &datagram.bytes);
                }
            }
            Arrival::Bytes(connection, bytes) => {
                self.bytes += bytes.len() as u64;
                if !self.streams.contains_key(&connection) {
                    self.streams.insert(connection, self.reading.stream(now, true)?);
                }
                if let Some(stream) = self.streams.get_mut(&connection) {
                    feed.bytes(stream, now, &bytes);
                }
            }
            Arrival::Closed(connection) => {
                if let Some(mut stream) = self.streams.remove(&connection) {
                    feed.end(&mut stream);
                    self.ended += stream.counts();
                }
            }
            Arrival::Batch(batch) => self.batch(feed, batch)?,
        }
        Ok(())
    }

    fn batch(&mut self, feed: &mut Feed<'_>, batch: Batch) -> Result<(), Failure> {
        let name = received_name(&[b"http", batch.key.as_bytes()]);
        let length = batch.bytes.len() as u64;
        let answer = match feed.received(name)? {
            Some(known) if known == length => Answer { status: 200, body: json!({"repeated": true}) },
            Some(_) => told(422, "this key was used for another batch", "send each batch with a key of its own"),
            None => {
                let before = feed.counts();
                let mut stream = self.reading.stream(self.opener.machine.now(), false)?;
                feed.bytes(&mut stream, self.opener.machine.now(), &batch.bytes);
                feed.end(&mut stream);
                // Whoever sent it may forget it now: it is encrypted and on the disk.
                let after = feed.acknowledge(Some((name, length)))?;
                self.bytes += length;
                let read = stream.counts();
                self.ended += read;
                let body = json!({
                    "stored": after.stored - before.stored, "moments": after.moments - before.moments,
                    "duplicates": after.duplicates - before.duplicates, "expired": after.expired - before.expired,
                    "unread": after.unread - before.unread, "refused": after.refused - before.refused,
                    "ignored": read.ignored, "untranslated": read.untranslated,
                });
                Answer { status: 200, body }
            }
        };
        // Whoever sent it may be gone; the key tells them when they repeat it.
        let _ = batch.answer.send(answer);
        Ok(())
    }

    /// What became of every line and message.
    fn read(&self) -> Counts {
        let mut read = self.ended;
        self.streams.values().chain(&self.datagram_stream).for_each(|stream| read += stream.counts());
        read
    }
}
