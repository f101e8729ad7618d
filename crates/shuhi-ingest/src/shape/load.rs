//! Shapes from YAML.

use std::str::FromStr;

use shuhi_records::{Cell, Column, ColumnType, Kind, SessionPhase};
use shuhi_source::{Fault, Faults, Fields as Keys, Node, NodeValue, Span, did_you_mean};

use super::{CellRule, FieldName, Moment, PhaseRule, Shape, TimeRule, Value};
use crate::Zone;
use crate::cells::{How, most};
use crate::time::TimeFormat;

/// Fields that one pattern or mapping may read.
const FIELDS_MAX: usize = 64;

/// Gives the fields of a source their places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    all: Vec<Box<str>>,
    /// Whether a name that is not there yet may be added: headers and paths are not known beforehand, groups of a
    /// pattern are.
    closed: bool,
}

impl Names {
    /// Exactly these fields.
    pub fn closed(all: impl IntoIterator<Item = Box<str>>) -> Self {
        Self { all: all.into_iter().collect(), closed: true }
    }

    /// Every name by its place.
    pub fn all(&self) -> &[Box<str>] {
        &self.all
    }

    fn place(&mut self, name: &str, span: Span, faults: &mut Faults) -> Option<FieldName> {
        let known = self.all.iter().position(|known| **known == *name);
        let fault = |message: String| Fault::error(span, message);
        if known.is_none() && self.closed {
            let near = did_you_mean(name, self.all.iter().map(|name| &**name));
            let help = near.unwrap_or_else(|| format!("the pattern has `{}`", self.all.join("`, `")));
            faults.push(fault(format!("the pattern has no group `{name}`")).help(help));
            return None;
        }
        if known.is_none() && self.all.len() >= FIELDS_MAX {
            faults
                .push(fault(format!("more than {FIELDS_MAX} fields")).help("read only the fields that a record keeps"));
            return None;
        }
        let place = known.unwrap_or_else(|| {
            self.all.push(name.into());
            self.all.len() - 1
        });
        Some(FieldName { place, name: name.into() })
    }
}

/// Reads a shape from the keys of a mapping or pattern.
pub(crate) struct Loading<'l> {
    pub names: &'l mut Names,
    /// The zone of times that have none of their own.
    pub zone: Option<&'l Zone>,
    /// Words that say that a field is not stated.
    pub absent: &'l [Box<[u8]>],
    /// Whether lines have a header with a time and a device.
    pub headed: bool,
    pub faults: &'l mut Faults,
}

impl Loading<'_> {
    /// Reads `kind`, `columns`, `source` and `session` of `keys`.
    pub fn shape(&mut self, keys: &mut Keys<'_>) -> Option<Shape> {
        let before = self.faults.len();
        let kind = self.kind(keys);
        let session = keys.optional("session");
        let device = keys.optional("source").and_then(|node| self.source(node));
        let columns = keys.required("columns", self.faults);
        let kind = kind?;
        let cells = columns.map(|node| self.columns(kind, node, session.is_some())).unwrap_or_default();
        let moment = match session {
            Some(node) => self.session(kind, node, keys.span())?,
            None => Moment::Finished,
        };
        let shape = Shape::new(kind, cells, device, moment, self.absent);
        (self.faults.len() == before).then_some(shape)
    }

    /// A line that says that a device restarted.
    pub fn restart(&mut self, keys: &mut Keys<'_>) -> Shape {
        let at = keys.optional("at").and_then(|node| self.time(node));
        let device = keys.optional("source").and_then(|node| self.source(node));
        let kind = Kind::TranslationSession;
        Shape::new(kind, Vec::new(), device, Moment::Restarted { at }, self.absent)
    }

    fn kind(&mut self, keys: &mut Keys<'_>) -> Option<Kind> {
        let (name, span) = keys.text("kind", self.faults)?;
        let found = Kind::named(name);
        if found.is_none() {
            let fault = Fault::error(span, format!("`{name}` is no kind of record"));
            self.faults.push(fault.help(nearest(name, Kind::ALL.map(Kind::name))));
        }
        found
    }

    /// The fields that name the device.
    fn source(&mut self, node: &Node) -> Option<Vec<FieldName>> {
        match node.text() {
            // A plain text is the name itself: most sources are one device.
            Some(_) => None,
            None => {
                let mut keys = Keys::of(node, "source", self.faults)?;
                let fields = self.field_names(keys.list("field"));
                keys.finish(self.faults);
                Some(fields)
            }
        }
    }

    fn field_names(&mut self, nodes: &[Node]) -> Vec<FieldName> {
        nodes.iter().filter_map(|node| self.field_name(node)).collect()
    }

    fn field_name(&mut self, node: &Node) -> Option<FieldName> {
        match node.text().filter(|name| !name.is_empty()) {
            Some(name) => self.names.place(name, node.span, self.faults),
            None => {
                let fault =
                    Fault::error(node.span, format!("a field is named by a single word, found {}", node.kind()));
                self.faults.push(fault.help("write the name of a field"));
                None
            }
        }
    }

    fn columns(&mut self, kind: Kind, node: &Node, joined: bool) -> Vec<CellRule> {
        let NodeValue::Map(entries) = &node.value else {
            let fault = Fault::error(node.span, format!("`columns` must be a mapping, found {}", node.kind()));
            self.faults.push(fault.help("write `column: field`, one a line"));
            return Vec::new();
        };
        let mut rules = Vec::new();
        for (key, value) in entries {
            let names = kind.columns().iter().map(|column| column.name);
            let Some((place, column)) = kind.columns().iter().enumerate().find(|(_, column)| column.name == key.name)
            else {
                let fault = Fault::error(key.span, format!("a record of kind `{kind}` has no column `{}`", key.name));
                self.faults.push(fault.help(nearest(&key.name, names)));
                continue;
            };
            if joined && is_joined(column.name) {
                let fault =
                    Fault::error(key.span, format!("`{}` is set by joining the session's moments", column.name));
                self.faults.push(fault.help("leave it out; say `at:` and `began:` under `session`"));
                continue;
            }
            rules.extend(self.value(column, value).map(|value| CellRule { place, column, value }));
        }
        let named = |name: &str| entries.iter().any(|(key, _)| key.name == name);
        for column in kind.columns() {
            let given = column.optional || column.name == "inferred" || joined && is_joined(column.name);
            if !given && !named(column.name) {
                let fault =
                    Fault::error(node.span, format!("`columns` lacks `{}`, which every `{kind}` has", column.name));
                self.faults.push(fault.help(format!("add `{}: FIELD`", column.name)));
            }
        }
        rules
    }

    fn value(&mut self, column: &'static Column, node: &Node) -> Option<Value> {
        let unsaid = |faults: &mut Faults| {
            let fault = Fault::error(node.span, format!("`{}` is a time, and its format is not said", column.name));
            faults
                .push(fault.help(
                    "write `{field: …, time: rfc3339}` (or epoch_seconds, epoch_milliseconds, a pattern with %)",
                ));
            None
        };
        if matches!(node.value, NodeValue::Scalar { .. } | NodeValue::List(_)) {
            let nodes = node.list().unwrap_or(std::slice::from_ref(node));
            let fields = self.field_names(nodes);
            let Some(how) = How::usual(column) else { return unsaid(self.faults) };
            return (!fields.is_empty()).then_some(Value::First(fields, how));
        }
        let mut keys = Keys::of(node, format!("`{}`", column.name), self.faults)?;
        let constant = keys.optional("constant");
        let fields = keys.list("field");
        let time = self.format(&mut keys);
        let number = keys.optional_text("number", self.faults);
        keys.finish(self.faults);
        let how = match (time, number) {
            (Some(format), _) if column.holds == ColumnType::Time => Some(How::Time(format?)),
            (Some(_), _) => return self.refuse(node.span, column, "`time` is for columns that hold a time"),
            (None, Some(("hexadecimal", _))) if column.holds == ColumnType::Number => {
                Some(How::Hexadecimal { most: most(column.name) })
            }
            (None, Some(_)) => {
                return self.refuse(node.span, column, "`number: hexadecimal` is all that `number` can say");
            }
            (None, None) => How::usual(column),
        };
        match (constant, fields) {
            (Some(constant), []) => self.constant(column, constant, how),
            (None, [_, ..]) => {
                let fields = self.field_names(fields);
                let Some(how) = how else { return unsaid(self.faults) };
                (!fields.is_empty()).then_some(Value::First(fields, how))
            }
            _ => self.refuse(node.span, column, "say either `field` or `constant`"),
        }
    }

    fn refuse(&mut self, span: Span, column: &Column, why: &str) -> Option<Value> {
        self.faults.push(Fault::error(span, format!("`{}`: {why}", column.name)));
        None
    }

    fn constant(&mut self, column: &'static Column, node: &Node, how: Option<How>) -> Option<Value> {
        let how = how.unwrap_or_else(|| How::Time(TimeFormat::Rfc3339(self.zone.cloned())));
        let Some(text) = node.text() else { return self.refuse(node.span, column, "a constant is a single value") };
        match how.read(column.name, text.as_bytes()) {
            Ok(Cell::Address(address)) => Some(Value::Address(address)),
            Ok(Cell::Number(number)) => Some(Value::Number(number)),
            Ok(Cell::Time(time)) => Some(Value::Time(time)),
            Ok(Cell::Text(text)) if !text.is_empty() => Some(Value::Text(text.into())),
            Ok(_) => self.refuse(node.span, column, "a constant cannot be empty"),
            Err(reason) => {
                self.faults.push(Fault::error(node.span, reason.to_string()));
                None
            }
        }
    }

    /// `time` and `zone` of a mapping: `None` where there is no `time`, an inner `None` where it is wrong.
    fn format(&mut self, keys: &mut Keys<'_>) -> Option<Option<TimeFormat>> {
        let zone = self.zone(keys);
        let (text, span) = keys.optional_text("time", self.faults)?;
        Some(match text {
            "epoch_seconds" => Some(TimeFormat::EpochSeconds),
            "epoch_milliseconds" => Some(TimeFormat::EpochMillis),
            "epoch_by_length" => Some(TimeFormat::EpochByLength),
            "hexadecimal_epoch_seconds" => Some(TimeFormat::HexadecimalEpochSeconds),
            "rfc3339" => Some(TimeFormat::Rfc3339(zone)),
            pattern if pattern.contains('%') => self.pattern(pattern, span, zone),
            other => {
                let known =
                    ["epoch_seconds", "epoch_milliseconds", "epoch_by_length", "hexadecimal_epoch_seconds", "rfc3339"];
                let fault = Fault::error(span, format!("`{other}` is no format of times"));
                self.faults.push(fault.help(nearest(other, known)));
                None
            }
        })
    }

    /// The zone that `keys` declare, else the file's.
    pub fn zone(&mut self, keys: &mut Keys<'_>) -> Option<Zone> {
        let Some((text, span)) = keys.optional_text("zone", self.faults) else { return self.zone.cloned() };
        match Zone::from_str(text) {
            Ok(zone) => Some(zone),
            Err(unknown) => {
                self.faults.push(Fault::error(span, unknown.to_string()));
                None
            }
        }
    }

    fn pattern(&mut self, pattern: &str, span: Span, zone: Option<Zone>) -> Option<TimeFormat> {
        let sample = jiff::Zoned::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC);
        let Ok(written) = jiff::fmt::strtime::format(pattern, &sample) else {
            let fault = Fault::error(span, format!("`{pattern}` is no pattern of times"));
            self.faults.push(fault.help("write it as for strptime, such as `%d/%b/%Y:%H:%M:%S %z`"));
            return None;
        };
        let format = TimeFormat::Pattern { pattern: pattern.into(), zone };
        if format.read(written.as_bytes()).is_none() {
            let fault = Fault::error(span, format!("`{pattern}` does not say date, time of day and zone"));
            self.faults.push(fault.help("add what is missing, or declare `zone: Asia/Tokyo`"));
            return None;
        }
        Some(format)
    }

    fn time(&mut self, node: &Node) -> Option<TimeRule> {
        let mut keys = Keys::of(node, "time", self.faults)?;
        let field = keys.required("field", self.faults);
        let format = self.format(&mut keys);
        if format.is_none() {
            keys.required("time", self.faults);
        }
        keys.finish(self.faults);
        Some(TimeRule { field: self.field_name(field?)?, how: How::Time(format??) })
    }

    fn session(&mut self, kind: Kind, node: &Node, whole: Span) -> Option<Moment> {
        if !kind.columns().iter().any(|column| column.name == "inferred") {
            let fault =
                Fault::error(node.span, format!("a record of kind `{kind}` is of one moment, not of a session"));
            self.faults.push(fault.help("remove `session`"));
            return None;
        }
        let mut keys = Keys::of(node, "session", self.faults)?;
        let phase = keys.required("phase", self.faults);
        let at = if self.headed { keys.optional("at") } else { keys.required("at", self.faults) };
        let began = keys.optional("began");
        let key = keys.list("key");
        if key.is_empty() {
            let fault = Fault::error(whole, "`session` lacks `key`");
            let help = "name the fields that tell one session of a device from another";
            keys.lacks(&["key"], fault.help(help), self.faults);
        }
        keys.finish(self.faults);
        let (at, began) = (at.map(|node| self.time(node)), began.map(|node| self.time(node)));
        let key = self.field_names(key);
        let phase = self.phase(phase?)?;
        // What was named but is wrong has its fault; what was not named falls back.
        Some(Moment::Session { phase, at: at.flatten(), began: began.flatten(), key })
    }

    fn phase(&mut self, node: &Node) -> Option<PhaseRule> {
        const PHASES: [(&str, SessionPhase); 3] = [
            ("opened", SessionPhase::Opened),
            ("continued", SessionPhase::Continued),
            ("closed", SessionPhase::Closed),
        ];
        if let Some(text) = node.text() {
            let found = PHASES.iter().find(|(name, _)| *name == text);
            if found.is_none() {
                let fault = Fault::error(node.span, format!("`{text}` is no phase of a session"));
                self.faults.push(fault.help(nearest(text, PHASES.map(|(name, _)| name))));
            }
            return found.map(|(_, phase)| PhaseRule::Always(*phase));
        }
        let mut keys = Keys::of(node, "phase", self.faults)?;
        let field = keys.required("field", self.faults);
        let mut words = Vec::new();
        for (name, phase) in PHASES {
            let texts = keys.list(name).iter().filter_map(Node::text);
            words.extend(texts.map(|text| (text.as_bytes().into(), phase)));
        }
        if words.is_empty() {
            let fault = Fault::error(node.span, "`phase` names no word for any phase");
            keys.lacks(&["opened", "continued", "closed"], fault.help("add `opened: [WORD]`"), self.faults);
        }
        keys.finish(self.faults);
        Some(PhaseRule::Word { field: self.field_name(field?)?, words })
    }
}

/// The columns that are set by joining the moments of a session.
fn is_joined(column: &str) -> bool {
    matches!(column, "start" | "end" | "inferred")
}

/// The word meant, else all of them.
pub(crate) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    did_you_mean(word, known.iter().copied()).unwrap_or_else(|| format!("there are `{}`", known.join("`, `")))
}
