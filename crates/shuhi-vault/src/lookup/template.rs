//! The questions that can be asked.

use serde::{Deserialize, Serialize};
use shuhi_records::{Address, Kind, UtcMillis, Window, WindowWidth};
use shuhi_segment::{By, Find, Value};

use crate::VaultError;

/// No question reaches further than this on both sides of its moment.
pub const TOLERANCE_SECONDS_MAX: u32 = 300;
/// No question about an account covers more than this.
pub const SPAN_DAYS_MAX: i64 = 92;
/// A question names no more destinations.
const DESTINATIONS_MAX: usize = 64;

/// A question. There is no other: no pattern, no list of everything, no free query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Template {
    /// Who used a public address, and port where addresses are shared, at a moment?
    AddressAndTime {
        /// The public address.
        address: String,
        /// The port; without it an address that several share names nobody.
        #[serde(default)]
        port: Option<u16>,
        /// The moment, RFC 3339 with offset.
        at: String,
        /// How far the clocks on both sides may be apart, in seconds.
        tolerance_seconds: u32,
    },
    /// Who communicated from a public address with one of these destinations at a moment?
    DestinationAndTime {
        /// The public address.
        address: String,
        /// The destinations, as many as the other side's name had.
        destinations: Vec<String>,
        /// The moment, RFC 3339 with offset.
        at: String,
        /// How far the clocks on both sides may be apart, in seconds.
        tolerance_seconds: u32,
    },
    /// What is recorded of an account, user or subscriber in a span of time?
    Account {
        /// The kind of record.
        records: String,
        /// Its name.
        account: String,
        /// The first moment, RFC 3339 with offset.
        from: String,
        /// The last moment.
        until: String,
    },
    /// From where, when and by which account was this posted?
    Post {
        /// The id of the post.
        post: String,
        /// The first moment at which it may have been posted, RFC 3339 with offset.
        from: String,
        /// The last moment.
        until: String,
    },
}

/// A template that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// Kinds of records that may answer it, each with how it is found.
    pub finds: Vec<(Kind, By)>,
    /// First and last moment, tolerance included.
    pub within: (UtcMillis, UtcMillis),
    /// The destinations, of a question about them.
    pub destinations: Vec<Address>,
    /// Whether the answer must be one person, or names nobody.
    pub names_one: bool,
    /// The public address and port, for assignments that are computed.
    pub endpoint: Option<(Address, Option<u16>)>,
}

impl Template {
    /// Its name in the ledger.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AddressAndTime { .. } => "address_and_time",
            Self::DestinationAndTime { .. } => "destination_and_time",
            Self::Account { .. } => "account",
            Self::Post { .. } => "post",
        }
    }

    /// Reads addresses and times and holds them against the limits.
    pub(crate) fn question(&self) -> Result<Question, VaultError> {
        match self {
            Self::AddressAndTime { address, port, at, tolerance_seconds } => {
                let address = address_of(address)?;
                // An assigned address has no ports; a question that names one still means whoever had the whole address.
                let port_of = |kind: Kind| port.filter(|_| kind != Kind::ConnectionAuth);
                let by = |kind: Kind| (kind, By::Address { address, port: port_of(kind) });
                Ok(Question {
                    finds: [
                        Kind::ConnectionAuth,
                        Kind::TranslationBlock,
                        Kind::TranslationSession,
                        Kind::TranslationConfiguration,
                    ]
                    .map(by)
                    .to_vec(),
                    within: around(at, *tolerance_seconds)?,
                    destinations: Vec::new(),
                    names_one: true,
                    endpoint: Some((address, *port)),
                })
            }
            Self::DestinationAndTime { address, destinations, at, tolerance_seconds } => {
                if destinations.is_empty() || destinations.len() > DESTINATIONS_MAX {
                    let what = (
                        format!("一つの問いの接続先は 1 から {DESTINATIONS_MAX} まで"),
                        format!("a question names 1 to {DESTINATIONS_MAX} destinations"),
                    );
                    return Err(VaultError::refused(
                        what,
                        ("接続先を減らすか、ポートで問うこと", "ask about fewer destinations, or by port"),
                    ));
                }
                let address = address_of(address)?;
                Ok(Question {
                    finds: vec![(Kind::TranslationSession, By::Address { address, port: None })],
                    within: around(at, *tolerance_seconds)?,
                    destinations: destinations.iter().map(|text| address_of(text)).collect::<Result<_, _>>()?,
                    names_one: true,
                    endpoint: None,
                })
            }
            Self::Account { records, account, from, until } => {
                let kind = Kind::named(records).ok_or_else(|| {
                    VaultError::refused(
                        (format!("記録の種類 `{records}` はない"), format!("unknown kind of record `{records}`")),
                        known_kinds(),
                    )
                })?;
                Ok(Question {
                    finds: by_account(kind, account),
                    within: between(from, until)?,
                    destinations: Vec::new(),
                    names_one: false,
                    endpoint: None,
                })
            }
            Self::Post { post, from, until } => Ok(Question {
                finds: vec![(Kind::Post, By::Text(post.clone()))],
                within: between(from, until)?,
                destinations: Vec::new(),
                names_one: true,
                endpoint: None,
            }),
        }
    }
}

impl Question {
    /// What to ask a segment. A piece that corrects another may lie outside the span asked about, but never outside its
    /// window, so whole windows are asked for; [`super::LookupAnswer`] keeps to the span.
    pub(crate) fn find(&self, by: &By, columns: &[&str]) -> Find {
        let whole = |instant| Window::of(instant, WindowWidth::Day);
        Find::by(by.clone())
            // A correction that says that there was nothing in its window ends just before it begins.
            .within(
                UtcMillis(whole(self.within.0).start().0.saturating_sub(1)),
                UtcMillis(whole(self.within.1).end().0.saturating_sub(1)),
            )
            .to_destinations(&self.destinations)
            .columns(columns)
    }
}

/// By which paths a kind finds whoever communicated: never the other party, whose own account is another question.
fn by_account(kind: Kind, account: &str) -> Vec<(Kind, By)> {
    let text = || account.to_owned();
    let other = |column: &str| By::Other { column: column.to_owned(), value: Value::Text(text()) };
    let by = match kind {
        Kind::ConnectionAuth => other("user"),
        Kind::TranslationSession | Kind::TranslationBlock => other("subscriber"),
        Kind::Post => other("account"),
        Kind::Login | Kind::Call | Kind::MessageEnvelope | Kind::Account => By::Text(text()),
        Kind::TranslationConfiguration => return Vec::new(),
    };
    vec![(kind, by)]
}

fn known_kinds() -> (String, String) {
    let names = Kind::ALL.map(Kind::name).join("`, `");
    (format!("種類は `{names}`"), format!("kinds are `{names}`"))
}

fn address_of(text: &str) -> Result<Address, VaultError> {
    text.parse().map_err(|_| {
        VaultError::refused(
            (format!("`{text}` はアドレスではない"), format!("`{text}` is not an address")),
            ("`192.0.2.7` や `2001:db8::7` のように書くこと", "write `192.0.2.7` or `2001:db8::7`"),
        )
    })
}

fn moment_of(text: &str) -> Result<UtcMillis, VaultError> {
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    let wrong = |_| {
        let help = (
            "日付、時刻、時差を `2026-04-01T21:15:00+09:00` のように書くこと",
            "write date, time and offset, as `2026-04-01T21:15:00+09:00`",
        );
        VaultError::refused((format!("`{text}` は時点ではない"), format!("`{text}` is not a moment")), help)
    };
    parsed.map(|moment| UtcMillis(moment.as_millisecond())).map_err(wrong)
}

fn around(at: &str, tolerance_seconds: u32) -> Result<(UtcMillis, UtcMillis), VaultError> {
    if tolerance_seconds > TOLERANCE_SECONDS_MAX {
        let what = (
            format!("許容差 {tolerance_seconds} 秒は上限 {TOLERANCE_SECONDS_MAX} 秒を超える"),
            format!("a tolerance of {tolerance_seconds} seconds is more than {TOLERANCE_SECONDS_MAX}"),
        );
        return Err(VaultError::refused(
            what,
            ("時計のずれを確かめ、その範囲で問うこと", "find out how far the clocks were apart and ask within that"),
        ));
    }
    let at = moment_of(at)?.0;
    let tolerance = i64::from(tolerance_seconds) * 1000;
    Ok((UtcMillis(at.saturating_sub(tolerance)), UtcMillis(at.saturating_add(tolerance))))
}

fn between(from: &str, until: &str) -> Result<(UtcMillis, UtcMillis), VaultError> {
    let span = (moment_of(from)?, moment_of(until)?);
    if span.1 < span.0 {
        return Err(VaultError::refused(
            (format!("`{until}` は `{from}` より前"), format!("`{until}` is before `{from}`")),
            ("早い時点を先に書くこと", "write the earlier moment first"),
        ));
    }
    if span.1.0.saturating_sub(span.0.0) > SPAN_DAYS_MAX * shuhi_records::MILLIS_A_DAY {
        let what =
            (format!("一つの問いは {SPAN_DAYS_MAX} 日まで"), format!("a question covers at most {SPAN_DAYS_MAX} days"));
        return Err(VaultError::refused(
            what,
            ("文書の示す範囲を、分けて問うこと", "ask for what the document names, in parts"),
        ));
    }
    Ok(span)
}
