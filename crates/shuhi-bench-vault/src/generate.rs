//! A day of port blocks as a carrier-grade NAT logs them, from a seed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::Ipv4Addr;
use std::path::Path;

/// 2026-04-01 in Japan.
pub const DAY_START: i64 = 1_774_969_200_000;
const DAY_MILLIS: f64 = 86_400_000.0;
const POOL: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const POOL_SIZE: u32 = 16_384;
const BLOCK_PORTS: u32 = 512;
const DIALLED: u32 = u32::from_be_bytes([10, 0, 0, 0]);
const SESSIONS_AN_ADDRESS: usize = 4;
const FIRST_PORT: u32 = 1024;
const SUBSCRIBERS: u64 = 1_500_000;
const INSIDE: u32 = u32::from_be_bytes([100, 64, 0, 0]);
const REALMS: [&str; 3] = ["mihon.example", "fiber.mihon.example", "mobile.mihon.example"];

/// A small generator of numbers that a seed determines (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// From 0 to 1, neither included.
    fn share(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.share().ln()
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.share().ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos()
    }
}

/// A lease of a block of ports.
#[derive(Clone, Copy)]
pub struct Lease {
    pub address: u32,
    pub first_port: u32,
    pub start: i64,
    pub end: i64,
    pub subscriber: u64,
}

impl Lease {
    pub fn last_port(&self) -> u32 {
        self.first_port + BLOCK_PORTS - 1
    }
}

/// About `rows` leases of a day in the order in which they end, as a device reports them. A lease that was open at
/// midnight is cut there, as pieces are.
pub fn leases(rows: usize, seed: u64) -> Vec<Lease> {
    let mut chance = Chance(seed);
    let blocks = f64::from(POOL_SIZE) * f64::from((65_536 - FIRST_PORT) / BLOCK_PORTS);
    let cycle = DAY_MILLIS * blocks / rows as f64;
    let mut leases = Vec::with_capacity(rows + rows / 8);
    for address in POOL..POOL + POOL_SIZE {
        for first_port in (FIRST_PORT..65_536).step_by(BLOCK_PORTS as usize) {
            block(&mut chance, address, first_port, cycle, &mut leases);
        }
    }
    leases.sort_by_key(|lease| (lease.end, lease.address, lease.first_port));
    leases.truncate(rows);
    leases
}

/// About `rows` sessions of a day of a RADIUS server, in the order in which they end: leases of whole addresses.
pub fn sessions(rows: usize, seed: u64) -> Vec<Lease> {
    let mut chance = Chance(seed);
    let addresses = u32::try_from(rows / SESSIONS_AN_ADDRESS).unwrap_or(u32::MAX).clamp(1, 1 << 22);
    let cycle = DAY_MILLIS * f64::from(addresses) / rows as f64;
    let mut leases = Vec::with_capacity(rows + rows / 8);
    for address in DIALLED..DIALLED + addresses {
        block(&mut chance, address, 0, cycle, &mut leases);
    }
    leases.sort_by_key(|lease| (lease.end, lease.address));
    leases.truncate(rows);
    leases
}

/// The leases of one block: some are short, a few last for hours; between them the block is free.
fn block(chance: &mut Chance, address: u32, first_port: u32, cycle: f64, leases: &mut Vec<Lease>) {
    let spread = 1.2;
    let middle = cycle * 0.4 / (spread * spread / 2.0_f64).exp();
    let mut time = -chance.exponential(cycle);
    while time < DAY_MILLIS {
        let long = middle * (spread * chance.normal()).exp() + 1.0;
        let (start, end) = (time.max(0.0) as i64, (time + long).min(DAY_MILLIS - 1.0) as i64);
        if time + long >= 0.0 {
            let (start, end) = (DAY_START + start, DAY_START + end);
            leases.push(Lease { address, first_port, start, end, subscriber: chance.below(SUBSCRIBERS) });
        }
        time += long + chance.exponential(cycle * 0.6);
    }
}

/// The account of a subscriber: letters, digits, a realm.
pub fn account(subscriber: u64) -> String {
    let mut chance = Chance(subscriber ^ 0x0acc_0017);
    let mut name: String = (0..3).map(|_| char::from(b'a' + chance.below(26) as u8)).collect();
    name.push_str(&format!("{:07}", chance.below(10_000_000)));
    let realm = REALMS.get(chance.below(3) as usize).copied().unwrap_or_default();
    format!("{name}@{realm}")
}

/// Each subscriber has one address inside for the day, spread over the inner pool.
fn inside(subscriber: u64) -> u32 {
    INSIDE + (subscriber as u32).wrapping_mul(0x9e37_79b1) % (1 << 22)
}

/// Writes them as CSV.
pub fn write_csv(path: &Path, leases: &[Lease]) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(file, "public_address,first_port,last_port,start,end,subscriber,internal_address,source,inferred")?;
    for lease in leases {
        let source = (lease.address >> 10) % 16;
        let inferred = u8::from(lease.subscriber % 211 == 0);
        writeln!(
            file,
            "{},{},{},{},{},{},{},cgn-tokyo-{source:02},{inferred}",
            Ipv4Addr::from_bits(lease.address),
            lease.first_port,
            lease.last_port(),
            civil(lease.start),
            civil(lease.end),
            account(lease.subscriber),
            Ipv4Addr::from_bits(inside(lease.subscriber)),
        )?;
    }
    file.flush()
}

/// Writes sessions as CSV.
pub fn write_sessions(path: &Path, leases: &[Lease]) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(file, "address,prefix_length,start,end,user,session,calling_station,source,inferred")?;
    for (number, lease) in leases.iter().enumerate() {
        let inferred = u8::from(lease.subscriber % 211 == 0);
        writeln!(
            file,
            "{},32,{},{},{},{},{},nas-tokyo-{:02},{inferred}",
            Ipv4Addr::from_bits(lease.address),
            civil(lease.start),
            civil(lease.end),
            account(lease.subscriber),
            session(number),
            station(lease.subscriber),
            nas(lease),
        )?;
    }
    file.flush()
}

/// Writes sessions as a RADIUS server does: a block when each starts and one when it stops, in the order of time.
pub fn write_detail(path: &Path, leases: &[Lease]) -> io::Result<()> {
    let starts = leases.iter().enumerate().map(|(number, lease)| (lease.start, number, "Start"));
    let stops = leases.iter().enumerate().map(|(number, lease)| (lease.end, number, "Stop"));
    let mut moments: Vec<(i64, usize, &str)> = starts.chain(stops).collect();
    moments.sort_unstable();
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    for (at, number, status) in moments {
        let Some(lease) = leases.get(number) else { continue };
        writeln!(
            file,
            "Wed Apr  1 00:00:00 2026\n\tAcct-Status-Type = {status}\n\tUser-Name = \"{}\"\n\tNAS-IP-Address = 192.0.2.{}\n\
             \tFramed-IP-Address = {}\n\tAcct-Session-Id = \"{}\"\n\tCalling-Station-Id = \"{}\"\n\tTimestamp = {}\n",
            account(lease.subscriber),
            nas(lease),
            Ipv4Addr::from_bits(lease.address),
            session(number),
            station(lease.subscriber),
            at / 1000,
        )?;
    }
    file.flush()
}

fn session(number: usize) -> String {
    format!("{:016X}", Chance(number as u64).next())
}

fn station(subscriber: u64) -> String {
    let bytes = (subscriber ^ 0x5e00_5300).to_be_bytes();
    let [.., a, b, c, d] = bytes;
    format!("00-00-{a:02X}-{b:02X}-{c:02X}-{d:02X}")
}

fn nas(lease: &Lease) -> u32 {
    (lease.address >> 10) % 16
}

/// `2026-04-01 03:12:45.123` in UTC, for instants of that day in Japan.
fn civil(millis: i64) -> String {
    let since = millis - 1_774_915_200_000; // 2026-03-31T00:00:00Z
    let (day, rest) = (since / 86_400_000, since % 86_400_000);
    let date = if day == 0 { "2026-03-31" } else { "2026-04-01" };
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    format!("{date} {hour:02}:{minute:02}:{:02}.{:03}", rest / 1000 % 60, rest % 1000)
}
