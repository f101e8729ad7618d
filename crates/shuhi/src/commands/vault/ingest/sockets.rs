//! What arrives at ports, each read by a thread of its own so that the disk never makes the network wait.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use shuhi_machine::{Machine, UtcMillis};

use super::http::Batch;
use crate::failure::Failure;

/// No UDP datagram is longer.
const DATAGRAM_BYTES_MAX: usize = 65_535;
/// Datagrams handed over together, and their bytes.
const DATAGRAMS_TOGETHER: usize = 256;
const BYTES_TOGETHER: usize = 1 << 18;
/// How long a datagram waits for others to be handed over with.
const GATHER: Duration = Duration::from_millis(20);
/// How often threads look whether they shall stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The kernel keeps so many bytes of datagrams for us, where its limit permits.
const KERNEL_BUFFER_BYTES: usize = 32 << 20;
/// Connections open at once.
const CONNECTIONS_MAX: u64 = 256;
/// A connection that is silent for so long is closed; what was sent is kept.
const SILENCE_MAX: Duration = Duration::from_secs(3600);

/// Something that arrived.
pub enum Arrival {
    /// Datagrams of one socket.
    Datagrams(Vec<Datagram>),
    /// Bytes of a connection.
    Bytes(u64, Vec<u8>),
    /// A connection was closed.
    Closed(u64),
    /// A batch by HTTP, with where its answer goes.
    Batch(Batch),
}

/// One datagram.
pub struct Datagram {
    pub sender: IpAddr,
    pub received: UtcMillis,
    pub bytes: Vec<u8>,
}

/// A socket for datagrams, to ask the kernel about.
pub struct Datagrams {
    socket: UdpSocket,
    thread: JoinHandle<()>,
}

/// Listens for datagrams.
pub fn datagrams(
    address: SocketAddr,
    to: SyncSender<Arrival>,
    stop: Arc<AtomicBool>,
    machine: &Machine,
) -> Result<Datagrams, Failure> {
    let socket = UdpSocket::bind(address).map_err(|error| cannot("listen at", address, error))?;
    // Without the right to more the kernel grants what it grants; what it drops is counted.
    let _ = rustix::net::sockopt::set_socket_recv_buffer_size(socket.as_fd(), KERNEL_BUFFER_BYTES);
    socket.set_read_timeout(Some(GATHER)).map_err(|error| cannot("listen at", address, error))?;
    eprintln!("udp {}", socket.local_addr().unwrap_or(address));
    let own = socket.try_clone().map_err(|error| cannot("listen at", address, error))?;
    let machine = machine.clone();
    let thread = thread::spawn(move || gather(&own, &to, &stop, &machine));
    Ok(Datagrams { socket, thread })
}

fn gather(socket: &UdpSocket, to: &SyncSender<Arrival>, stop: &AtomicBool, machine: &Machine) {
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    let (mut gathered, mut bytes, mut since) = (Vec::new(), 0, Instant::now());
    loop {
        let quiet = match socket.recv_from(&mut buffer) {
            Ok((length, sender)) => {
                if gathered.is_empty() {
                    since = Instant::now();
                }
                bytes += length;
                let received = machine.now();
                let datagram = buffer.get(..length).unwrap_or_default().to_vec();
                gathered.push(Datagram { sender: sender.ip().to_canonical(), received, bytes: datagram });
                false
            }
            // Of a socket only waiting can end here: what else the kernel tells concerns single datagrams.
            Err(error) => error.kind() == ErrorKind::WouldBlock || error.kind() == ErrorKind::TimedOut,
        };
        let full = gathered.len() >= DATAGRAMS_TOGETHER || bytes >= BYTES_TOGETHER || since.elapsed() >= GATHER;
        if !gathered.is_empty() && (quiet || full) {
            bytes = 0;
            if to.send(Arrival::Datagrams(std::mem::take(&mut gathered))).is_err() {
                return;
            }
        }
        // Only once nothing waits in the kernel any more, so that what arrived before the signal is kept.
        if quiet && stop.load(Ordering::Relaxed) {
            return;
        }
    }
}

impl Datagrams {
    /// Waits for the thread and tells how many datagrams the kernel dropped; `None` where it does not tell.
    pub fn dropped(self) -> Option<u64> {
        let dropped = kernel_drops(&self.socket);
        // A thread that panicked has said so itself.
        let _ = self.thread.join();
        dropped
    }
}

/// Linux tells in `/proc/net/udp` and `udp6`, by the socket's inode, in the last column.
fn kernel_drops(socket: &UdpSocket) -> Option<u64> {
    let link = fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).ok()?;
    let link = link.to_string_lossy();
    let inode = link.strip_prefix("socket:[")?.strip_suffix(']')?;
    ["/proc/self/net/udp", "/proc/self/net/udp6"].iter().find_map(|table| {
        let table = fs::read_to_string(table).ok()?;
        let mut rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
        let row = rows.find(|row| row.get(9).is_some_and(|column| *column == inode))?;
        row.last()?.parse().ok()
    })
}

/// Listens for connections.
pub fn connections(
    address: SocketAddr,
    to: SyncSender<Arrival>,
    stop: Arc<AtomicBool>,
    next: Arc<AtomicU64>,
) -> Result<JoinHandle<()>, Failure> {
    let listener = TcpListener::bind(address).map_err(|error| cannot("listen at", address, error))?;
    listener.set_nonblocking(true).map_err(|error| cannot("listen at", address, error))?;
    eprintln!("tcp {}", listener.local_addr().unwrap_or(address));
    Ok(thread::spawn(move || accept(&listener, &to, &stop, &next)))
}

fn accept(listener: &TcpListener, to: &SyncSender<Arrival>, stop: &Arc<AtomicBool>, next: &AtomicU64) {
    let open = Arc::new(AtomicU64::new(0));
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        threads.retain(|thread| !thread.is_finished());
        let Ok((connection, _)) = listener.accept() else {
            thread::sleep(LOOK_EVERY);
            continue;
        };
        // One too many is closed at once: its sender sees it and tries again.
        if open.load(Ordering::Relaxed) >= CONNECTIONS_MAX || connection.set_nonblocking(false).is_err() {
            continue;
        }
        open.fetch_add(1, Ordering::Relaxed);
        let (to, stop, open) = (to.clone(), Arc::clone(stop), Arc::clone(&open));
        let number = next.fetch_add(1, Ordering::Relaxed);
        threads.push(thread::spawn(move || {
            read(connection, number, &to, &stop);
            open.fetch_sub(1, Ordering::Relaxed);
        }));
    }
    for thread in threads {
        let _ = thread.join();
    }
}

fn read(mut connection: TcpStream, number: u64, to: &SyncSender<Arrival>, stop: &AtomicBool) {
    let mut buffer = vec![0; 1 << 16];
    let mut heard = Instant::now();
    // Without a limit to waiting the end of the program would wait for the other side.
    if connection.set_read_timeout(Some(LOOK_EVERY)).is_err() {
        return;
    }
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                heard = Instant::now();
                let bytes = buffer.get(..length).unwrap_or_default().to_vec();
                if to.send(Arrival::Bytes(number, bytes)).is_err() {
                    return;
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if stop.load(Ordering::Relaxed) || heard.elapsed() > SILENCE_MAX {
                    break;
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    // Nobody to tell where the receiver is gone.
    let _ = to.send(Arrival::Closed(number));
}

pub fn cannot(action: &'static str, address: SocketAddr, error: std::io::Error) -> Failure {
    let help = match error.kind() {
        ErrorKind::AddrInUse => (
            "別の処理がそこで待ち受けている。それを終えるか、別のポートを指定すること",
            "another process listens there; end it or name another port",
        ),
        ErrorKind::PermissionDenied => (
            "1024 未満のポートには権限が要る。より大きいものを指定すること",
            "ports below 1024 need the right to use them; name a higher one",
        ),
        ErrorKind::AddrNotAvailable => {
            ("この機械のアドレスか `0.0.0.0` を指定すること", "name an address of this machine, or `0.0.0.0`")
        }
        _ => ("別のアドレスを指定すること", "name another address"),
    };
    Failure::said(
        (format!("`{address}` で待ち受けられない: {error}"), format!("cannot {action} `{address}`: {error}")),
        help,
    )
}
