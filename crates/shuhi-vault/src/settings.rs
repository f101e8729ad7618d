//! `vault.yaml`: the settings of a data folder, written by a person.

use std::path::PathBuf;

use shuhi_records::{Kind, WindowWidth};
use shuhi_source::{Fault, Faults, Fields, FileId, Node, Sources, did_you_mean, read_yaml};

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The ledger's origin, a name that no other log has (`vault.example/history`).
    pub log: String,
    /// The operator's register, relative to the data folder.
    pub register: PathBuf,
    /// Folders that each keep a copy of the epoch keys, relative to the data folder; none is ever backed up.
    pub replicas: Vec<PathBuf>,
    /// Whether the operator declares that snapshots or backups of those folders may exist.
    pub snapshots: bool,
    /// Kinds whose windows are an hour instead of a day.
    pub hourly: Vec<Kind>,
    /// Where records come from.
    pub sources: Vec<SourceSettings>,
    /// Whether one person may release alone to avert present danger, reviewed within 24 hours.
    pub single_release: bool,
}

/// How a source is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSettings {
    /// Its name.
    pub name: String,
    /// The form of what it sends.
    pub format: SourceFormat,
    /// The policy of the register (`log_policies/ID`) that its records are kept under.
    pub policy: String,
    /// Hours that its clock is ahead of UTC, where times come without a zone.
    pub zone_hours: i64,
    /// A profile or mapping file, relative to the data folder; or the name of a profile that comes with the program.
    pub profile: Option<String>,
    /// After how many hours without a word a session counts as ended.
    pub silence_hours: i64,
    /// Whether flows without a translation are kept as well (`flow` only). They show destinations, so they need a policy
    /// that covers that; unless this is said they are counted and destroyed.
    pub untranslated: bool,
}

/// The form of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFormat {
    /// FreeRADIUS `detail` files.
    RadiusDetail,
    /// Syslog lines of a carrier-grade NAT.
    Syslog,
    /// IPFIX or NetFlow v9 messages.
    Flow,
    /// Comma-separated values with a mapping.
    Csv,
    /// One JSON object a line, with a mapping.
    JsonLines,
}

const FORMATS: [(&str, SourceFormat); 5] = [
    ("radius_detail", SourceFormat::RadiusDetail),
    ("syslog", SourceFormat::Syslog),
    ("flow", SourceFormat::Flow),
    ("csv", SourceFormat::Csv),
    ("json_lines", SourceFormat::JsonLines),
];
const SILENCE_HOURS_DEFAULT: i64 = 36;
const JAPAN_HOURS_AHEAD: i64 = 9;

impl SourceFormat {
    /// Its name in `vault.yaml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        FORMATS.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }
}

impl Settings {
    /// Reads `vault.yaml`; every fault is in `faults`.
    pub fn read(sources: &Sources, file: FileId, faults: &mut Faults) -> Option<Self> {
        match read_yaml(sources, file) {
            Ok(node) => Self::of(&node, faults),
            Err(fault) => {
                faults.push(*fault);
                None
            }
        }
    }

    fn of(node: &Node, faults: &mut Faults) -> Option<Self> {
        let before = faults.len();
        let mut fields = Fields::of(node, "the settings", faults)?;
        let log = fields.text("log", faults);
        let register = fields.text("register", faults);
        let replicas: Vec<PathBuf> = fields
            .list("replicas")
            .iter()
            .filter_map(|node| text(node, "replicas", faults))
            .map(PathBuf::from)
            .collect();
        let snapshots = flag(fields.optional("snapshots"), "snapshots", faults);
        let single_release = flag(fields.optional("single_release"), "single_release", faults);
        let hourly = fields.list("hourly").iter().filter_map(|node| kind(node, faults)).collect();
        let sources: Vec<SourceSettings> =
            fields.list("sources").iter().filter_map(|node| source(node, faults)).collect();
        fields.finish(faults);
        twice(&sources, node, faults);
        let read = Self {
            log: log?.0.to_owned(),
            register: register?.0.into(),
            replicas: if replicas.is_empty() { vec!["keys/epoch".into()] } else { replicas },
            snapshots,
            hourly,
            sources,
            single_release,
        };
        (faults.len() == before).then_some(read)
    }

    /// How wide the windows of a kind are.
    #[must_use]
    pub fn width(&self, kind: Kind) -> WindowWidth {
        if self.hourly.contains(&kind) { WindowWidth::Hour } else { WindowWidth::Day }
    }

    /// After how long without a word the sessions of a policy count as ended.
    #[must_use]
    pub fn silence_millis(&self, policy: &str) -> i64 {
        let of_policy = self.sources.iter().filter(|source| source.policy == policy);
        of_policy.map(|source| source.silence_hours).max().unwrap_or(SILENCE_HOURS_DEFAULT) * 3_600_000
    }

    /// The source of that name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&SourceSettings> {
        self.sources.iter().find(|source| source.name == name)
    }
}

fn source(node: &Node, faults: &mut Faults) -> Option<SourceSettings> {
    let mut fields = Fields::of(node, "source", faults)?;
    let name = fields.text("name", faults);
    let format = fields.text("format", faults);
    let policy = fields.text("policy", faults);
    let profile = fields.optional_text("profile", faults);
    let zone_hours = hours(fields.optional_text("zone_hours", faults), -12..=14, JAPAN_HOURS_AHEAD, faults);
    let silence_hours = hours(fields.optional_text("silence_hours", faults), 1..=8_760, SILENCE_HOURS_DEFAULT, faults);
    let untranslated = fields.optional("untranslated");
    if let (Some(node), Some((text, _))) = (untranslated, format)
        && text != SourceFormat::Flow.name()
    {
        let fault = Fault::error(node.span, "`untranslated` is of sources of format `flow` only");
        faults.push(fault.help("take the line out"));
    }
    let untranslated = flag(untranslated, "untranslated", faults);
    fields.finish(faults);
    let format = format.and_then(|(text, span)| {
        let found = FORMATS.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let names = FORMATS.iter().map(|(name, _)| *name);
            let known = names.clone().collect::<Vec<_>>().join("`, `");
            let help = did_you_mean(text, names).unwrap_or_else(|| format!("formats are `{known}`"));
            faults.push(Fault::error(span, format!("unknown format `{text}`")).help(help));
        }
        found.map(|(_, format)| *format)
    });
    Some(SourceSettings {
        name: name?.0.to_owned(),
        format: format?,
        policy: policy?.0.to_owned(),
        zone_hours: zone_hours?,
        profile: profile.map(|(text, _)| text.to_owned()),
        silence_hours: silence_hours?,
        untranslated,
    })
}

fn text<'n>(node: &'n Node, name: &str, faults: &mut Faults) -> Option<&'n str> {
    if node.text().is_none() {
        faults.push(Fault::error(node.span, format!("`{name}` must list single values, found {}", node.kind())));
    }
    node.text()
}

fn flag(node: Option<&Node>, name: &str, faults: &mut Faults) -> bool {
    let Some(node) = node else { return false };
    match node.text() {
        Some("yes" | "true") => true,
        Some("no" | "false") => false,
        _ => {
            faults.push(Fault::error(node.span, format!("`{name}` is yes or no")).help("write `yes` or `no`"));
            false
        }
    }
}

fn kind(node: &Node, faults: &mut Faults) -> Option<Kind> {
    let text = text(node, "hourly", faults)?;
    let kind = Kind::named(text);
    if kind.is_none() {
        let names = Kind::ALL.into_iter().map(Kind::name);
        let known = names.clone().collect::<Vec<_>>().join("`, `");
        let help = did_you_mean(text, names).unwrap_or_else(|| format!("kinds are `{known}`"));
        faults.push(Fault::error(node.span, format!("unknown kind `{text}`")).help(help));
    }
    kind
}

fn hours(
    stated: Option<(&str, shuhi_source::Span)>,
    allowed: std::ops::RangeInclusive<i64>,
    default: i64,
    faults: &mut Faults,
) -> Option<i64> {
    let Some((text, span)) = stated else { return Some(default) };
    let parsed = text.parse().ok().filter(|hours| allowed.contains(hours));
    if parsed.is_none() {
        let help = format!("write a whole number from {} to {}", allowed.start(), allowed.end());
        faults.push(Fault::error(span, format!("`{text}` is not a number of hours that can be used here")).help(help));
    }
    parsed
}

fn twice(sources: &[SourceSettings], node: &Node, faults: &mut Faults) {
    for (place, source) in sources.iter().enumerate() {
        if sources.iter().take(place).any(|other| other.name == source.name) {
            let fault = Fault::error(node.span, format!("two sources are called `{}`", source.name));
            faults.push(fault.help("give each source a name of its own"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Settings>, String) {
        let mut sources = Sources::new();
        let file = sources.add("vault.yaml", text);
        let mut faults = Faults::new();
        let settings = Settings::read(&sources, file, &mut faults);
        (settings, faults.summary(&sources))
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let (settings, faults) = read(
            "log: mihon.example/history\nregister: ../register\nsources: [{name: radius, format: radius_detail, policy: radius-accounting}]\n",
        );
        assert_eq!(faults, "");
        let settings = settings.unwrap();
        assert_eq!(settings.replicas, [PathBuf::from("keys/epoch")]);
        assert_eq!(settings.silence_millis("radius-accounting"), 36 * 3_600_000);
        assert_eq!(settings.width(Kind::Login), WindowWidth::Day);
        assert_eq!(settings.source("radius").unwrap().zone_hours, 9);
        assert!(!settings.source("radius").unwrap().untranslated);
    }

    #[test]
    fn every_fault_is_named_with_its_remedy() {
        let (settings, faults) = read(
            "log: a\nregister: b\nsnapshot: yes\nhourly: [logins]\nsources: [{name: x, format: radius, policy: p, silence_hours: 0, untranslated: yes}]\n",
        );
        assert_eq!(settings, None);
        for part in [
            "unknown key `snapshot`",
            "unknown kind `logins`",
            "unknown format `radius`",
            "`0` is not a number",
            "of format `flow` only",
        ] {
            assert!(faults.contains(part), "{part} in {faults}");
        }
    }
}
