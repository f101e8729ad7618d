//! The table, and whether it is as the design wants it.

use serde_json::Value;

use crate::row::Rows;

/// What one side measured.
#[derive(Clone, Debug)]
pub struct Measured(Value);

/// How long a lookup may take, in milliseconds.
const LOOKUP_P99_MAX: f64 = 1.0;
/// How much faster the median must be than ClickHouse's.
const LOOKUP_TIMES: f64 = 10.0;

impl Measured {
    /// `None` unless all figures of these rows are there.
    pub fn read(text: &str, rows: &[Rows]) -> Option<Self> {
        let measured = Self(serde_json::from_str(text).ok()?);
        let asked = ROWS.iter().filter(|row| rows.contains(&row.of));
        asked.into_iter().all(|row| (row.figure)(&measured).is_finite()).then_some(measured)
    }

    /// Whether it says what ingest took.
    pub fn has_ingest(&self) -> bool {
        self.number("/ingest/passed").is_finite()
    }

    fn number(&self, path: &str) -> f64 {
        self.0.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN)
    }
}

/// A row of the table: what, in which unit, and what must be.
struct Line {
    of: Rows,
    what: &'static str,
    unit: &'static str,
    more_is_better: bool,
    figure: fn(&Measured) -> f64,
    /// How many times better than ClickHouse and than DuckDB we must be, where anything must be.
    must: Option<(f64, f64)>,
    /// What we may at most need.
    at_most: Option<f64>,
}

const fn line(
    of: Rows,
    what: &'static str,
    unit: &'static str,
    figure: fn(&Measured) -> f64,
    must: Option<(f64, f64)>,
) -> Line {
    Line { of, what, unit, more_is_better: false, figure, must, at_most: None }
}

const ROWS: &[Line] = &[
    Line {
        of: Rows::Ingest,
        what: "ingest of the CSV, durable",
        unit: "rows/s",
        more_is_better: true,
        figure: |side| side.number("/rows") / side.number("/ingest/passed"),
        must: Some((1.0, 1.0)),
        at_most: None,
    },
    line(Rows::Ingest, "  its time on cores", "s", |side| side.number("/ingest/on_core"), None),
    line(
        Rows::Bytes,
        "bytes a record, both paths",
        "bytes",
        |side| side.number("/bytes") / side.number("/rows"),
        Some((1.0, 1.0)),
    ),
    line(Rows::Lookup, "lookup, cached, p50", "ms", |side| side.number("/warm/passed/p50"), Some((LOOKUP_TIMES, 1.0))),
    Line {
        at_most: Some(LOOKUP_P99_MAX),
        ..line(Rows::Lookup, "lookup, cached, p99", "ms", |side| side.number("/warm/passed/p99"), Some((1.0, 1.0)))
    },
    line(Rows::Lookup, "  time on cores, p50", "ms", |side| side.number("/warm/on_core/p50"), None),
    line(Rows::Lookup, "  time on cores, p99", "ms", |side| side.number("/warm/on_core/p99"), None),
    line(Rows::Lookup, "  questions asked", "", |side| side.number("/warm/asked"), None),
    line(Rows::Cold, "lookup, not cached, p50", "ms", |side| side.number("/cold/passed/p50"), None),
    line(Rows::Cold, "lookup, not cached, p99", "ms", |side| side.number("/cold/passed/p99"), None),
    line(Rows::Second, "second path, cached, p50", "ms", |side| side.number("/second/passed/p50"), None),
    line(Rows::Second, "second path, cached, p99", "ms", |side| side.number("/second/passed/p99"), None),
    line(Rows::Erase, "erasing the day", "ms", |side| side.number("/erase") * 1000.0, None),
];

/// Prints the table; whether every row is as it must be.
pub fn print(what: &str, asked: &[Rows], [shuhi, clickhouse, duckdb]: [&Measured; 3]) -> bool {
    println!("\n{what}; × says how many times better Shuhi is");
    println!("{:<32} {:>12} {:>12} {:>8} {:>12} {:>8}", "", "Shuhi", "ClickHouse", "×", "DuckDB", "×");
    let mut passed = true;
    for row in ROWS.iter().filter(|row| asked.contains(&row.of)) {
        let figures = [shuhi, clickhouse, duckdb].map(row.figure);
        let [ours, house, duck] = figures;
        let times = |theirs: f64| if row.more_is_better { ours / theirs } else { theirs / ours };
        let behind =
            row.must.is_some_and(|(than_house, than_duck)| times(house) < than_house || times(duck) < than_duck);
        let over = row.at_most.is_some_and(|most| ours > most);
        let mark = if behind || over { "  MISSED" } else { "" };
        passed &= !behind && !over;
        let [ours, theirs, others] = figures.map(|figure| shown(figure, row.unit));
        let what = if row.unit.is_empty() { row.what.to_owned() } else { format!("{} ({})", row.what, row.unit) };
        println!("{what:<36} {ours:>8} {theirs:>12} {:>8.2} {others:>12} {:>8.2}{mark}", times(house), times(duck));
    }
    if !asked.contains(&Rows::Ingest) {
        return passed;
    }
    let (merge, merged) = (clickhouse.number("/merge"), clickhouse.number("/rows"));
    println!(
        "ClickHouse's OPTIMIZE FINAL took another {merge:.1} s ({:.0} rows/s with it).",
        merged / (merge + clickhouse.number("/ingest/passed"))
    );
    println!(
        "Not cached: pages dropped from the page cache; Shuhi and DuckDB also open the file, ClickHouse drops its caches."
    );
    passed
}

fn shown(figure: f64, unit: &str) -> String {
    if matches!(unit, "rows/s" | "") { format!("{figure:.0}") } else { format!("{figure:.3}") }
}

/// Prints what the vault's own way took beside the bench's.
pub fn print_intake(what: &str, bench: Option<&Measured>, intake: &Value) {
    let number = |name: &str| intake.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let (records, passed) = (number("records"), number("passed"));
    let beside = bench.map_or(String::new(), |bench| {
        let theirs = bench.number("/rows") / bench.number("/ingest/passed");
        format!("; the bench's spool and segment {theirs:.0} ({:.2} of it)", records / passed / theirs)
    });
    println!(
        "Through the vault, one thread, {what}: {:.0} records/s ({:.2} s taking in, {:.2} s with sealing, {:.2} s on cores){beside}",
        records / passed,
        number("taken"),
        passed,
        number("on_core"),
    );
}
