use std::fmt::Write as _;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shuhi_source::{Fault, Faults, FileId, Sources, Span};

use crate::{Claim, Host, Kind};

/// Bytes of a set's file.
pub const SET_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Rows of a set's file.
pub const SET_ROWS_MAX: usize = 2_000_000;
/// The first line of a set's file.
const MARK: &str = "# shuhi set 1";

/// A list made by others: whom they see behind domains, cookies and classes.
///
/// Its file is a table of tab-separated rows below a head of comments:
///
/// ```text
/// # shuhi set 1
/// # name: mihon-list
/// # licence: MIT
/// # version: 1.2.0
/// # source: npm:mihon-list
/// # retrieved: 2026-11-28
/// # input: sha256:…
/// service  NAME  RECIPIENT  COUNTRY  KIND  CATEGORY  HOMEPAGE     what follows belongs to it; cells may be empty
/// domain   DOMAIN  PATH
/// class    PREFIX                                                 of an app's code
/// cookie   NAME  DOMAIN  CATEGORY  RETENTION  DESCRIPTION         a star stands for anything
/// ```
///
/// In cells `\t`, `\n`, `\r` and `\\` stand for tab, line feed, carriage return and backslash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    /// What it is and where it came from.
    pub head: SetHead,
    /// What it lists.
    pub services: Vec<SetService>,
}

/// What a set is and where it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetHead {
    /// What it is called.
    pub name: String,
    /// The licence it is under, by its SPDX identifier where it has one.
    pub licence: String,
    /// Its version, or the date it bears.
    pub version: String,
    /// Where it was taken from.
    pub source: String,
    /// When it was taken.
    pub retrieved: Option<Date>,
    /// The hash of what was converted, `sha256:…`.
    pub input: String,
}

/// What a set says of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SetService {
    /// What it is called.
    pub name: Option<String>,
    /// Who runs it, as the set calls them.
    pub recipient: Option<String>,
    /// Country of who runs it, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Our word for the set's category, where there is one.
    pub kind: Option<Kind>,
    /// The set's own word.
    pub category: Option<String>,
    /// Its page.
    pub homepage: Option<String>,
    /// The domains it receives at.
    pub domains: Vec<Claim>,
    /// Prefixes of its classes in apps.
    pub classes: Vec<String>,
    /// Cookies and storage keys it sets.
    pub cookies: Vec<SetCookie>,
}

/// A cookie or storage key.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SetCookie {
    /// Its name; a star stands for anything.
    pub name: String,
    /// The domain it is set for, where the set says so.
    pub domain: Option<String>,
    /// The set's own word for what it is for.
    pub category: Option<String>,
    /// How long it is kept, in the set's words.
    pub retention: Option<String>,
    /// What the set says of it.
    pub description: Option<String>,
}

impl Set {
    /// Reads a set's file; `None` where it has an error, which is in `faults`.
    pub fn read(sources: &Sources, file: FileId, faults: &mut Faults) -> Option<Self> {
        let text = sources.get(file)?.text();
        let whole = Span { file, start: 0, end: 0 };
        if text.len() > SET_BYTES_MAX {
            let message = format!("a set of {} bytes is larger than the limit of {SET_BYTES_MAX} bytes", text.len());
            faults.push(Fault::error(whole, message).help("split it into several sets"));
            return None;
        }
        if text.lines().next().map(str::trim_end) != Some(MARK) {
            let fault = Fault::error(whole, format!("the file does not begin with `{MARK}`"));
            faults.push(fault.help("make it with the importer of the list it comes from"));
            return None;
        }
        let before = faults.len();
        let mut set = Self { head: SetHead::default(), services: Vec::new() };
        let mut start = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            if number >= SET_ROWS_MAX {
                let fault = Fault::error(whole, format!("a set has {SET_ROWS_MAX} rows at the most"));
                faults.push(fault.help("split it into several sets"));
                break;
            }
            let bare = line.trim_end_matches(['\n', '\r']);
            if let Err((message, help)) = set.line(bare) {
                let end = start + bare.len();
                let span = Span { file, start: short(start), end: short(end) };
                faults.push(Fault::error(span, message).help(help));
            }
            start += line.len();
        }
        set.complete(whole, faults);
        (faults.len() == before).then_some(set)
    }

    fn line(&mut self, line: &str) -> Result<(), (String, &'static str)> {
        if let Some(comment) = line.strip_prefix('#') {
            return self.head.line(comment);
        }
        let mut cells = line.split('\t').map(plain);
        let mut cell = || cells.next().filter(|cell| !cell.is_empty());
        match cell().as_deref() {
            None if line.is_empty() => return Ok(()),
            Some("service") => {
                let (name, recipient, country) = (cell(), cell(), cell());
                let kind = match cell() {
                    Some(word) => Some(Kind::parse(&word).ok_or_else(|| unknown_kind(&word))?),
                    None => None,
                };
                let (category, homepage) = (cell(), cell());
                let bare = SetService { name, recipient, country, kind, category, homepage, ..SetService::default() };
                self.services.push(bare);
                return Ok(());
            }
            Some("domain") => {
                let domain = cell().unwrap_or_default();
                let host =
                    Host::parse(&domain).ok_or_else(|| (format!("`{domain}` is no domain"), "write its name"))?;
                let claim = Claim { domain: host.as_str().to_owned(), path: cell() };
                self.last()?.domains.push(claim);
            }
            Some("class") => {
                let class = cell().ok_or_else(|| ("a class without a name".to_owned(), "write its prefix"))?;
                self.last()?.classes.push(class);
            }
            Some("cookie") => {
                let name = cell().ok_or_else(|| ("a cookie without a name".to_owned(), "write its name"))?;
                let (domain, category, retention, description) = (cell(), cell(), cell(), cell());
                self.last()?.cookies.push(SetCookie { name, domain, category, retention, description });
            }
            other => {
                let word = other.unwrap_or_default();
                let help = "a row begins with `service`, `domain`, `class` or `cookie`, and a tab";
                return Err((format!("`{word}` is no kind of row"), help));
            }
        }
        if cells.next().is_some() {
            return Err(("the row has too many cells".to_owned(), "take out the tabs at its end"));
        }
        Ok(())
    }

    fn last(&mut self) -> Result<&mut SetService, (String, &'static str)> {
        let help = "begin with a row `service`";
        self.services.last_mut().ok_or_else(|| ("the row belongs to no service".to_owned(), help))
    }

    /// Refuses a set that does not say what it is.
    fn complete(&self, whole: Span, faults: &mut Faults) {
        let head = &self.head;
        for (key, value) in [("name", &head.name), ("licence", &head.licence), ("version", &head.version)] {
            if value.is_empty() {
                let fault = Fault::error(whole, format!("the set does not say its `{key}`"));
                faults.push(fault.help(format!("add a line `# {key}: …` to its head")));
            }
        }
    }

    /// The set's file; the same set always gives the same text.
    pub fn write(&self) -> String {
        let head = &self.head;
        let mut out = format!("{MARK}\n");
        let retrieved = head.retrieved.map(|date| date.to_string()).unwrap_or_default();
        for (key, value) in [
            ("name", &head.name),
            ("licence", &head.licence),
            ("version", &head.version),
            ("source", &head.source),
            ("retrieved", &retrieved),
            ("input", &head.input),
        ] {
            if !value.is_empty() {
                let _ = writeln!(out, "# {key}: {}", value.replace(['\n', '\r'], " "));
            }
        }
        for service in &self.services {
            let kind = service.kind.map(Kind::as_str);
            row(
                &mut out,
                "service",
                [
                    service.name.as_deref(),
                    service.recipient.as_deref(),
                    service.country.as_deref(),
                    kind,
                    service.category.as_deref(),
                    service.homepage.as_deref(),
                ],
            );
            for claim in &service.domains {
                row(&mut out, "domain", [Some(claim.domain.as_str()), claim.path.as_deref()]);
            }
            for class in &service.classes {
                row(&mut out, "class", [Some(class.as_str())]);
            }
            for cookie in &service.cookies {
                row(
                    &mut out,
                    "cookie",
                    [
                        Some(cookie.name.as_str()),
                        cookie.domain.as_deref(),
                        cookie.category.as_deref(),
                        cookie.retention.as_deref(),
                        cookie.description.as_deref(),
                    ],
                );
            }
        }
        out
    }

    /// How many domains, classes and cookies it lists.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.services.iter().fold((0, 0, 0), |(domains, classes, cookies), service| {
            (domains + service.domains.len(), classes + service.classes.len(), cookies + service.cookies.len())
        })
    }
}

impl SetHead {
    fn line(&mut self, comment: &str) -> Result<(), (String, &'static str)> {
        let Some((key, value)) = comment.split_once(':') else { return Ok(()) };
        let value = value.trim().to_owned();
        match key.trim() {
            "name" => self.name = value,
            "licence" => self.licence = value,
            "version" => self.version = value,
            "source" => self.source = value,
            "input" => self.input = value,
            "retrieved" => {
                let date = value.parse().map_err(|_| (format!("`{value}` is no date"), "write it as `2026-11-28`"))?;
                self.retrieved = Some(date);
            }
            _ => {}
        }
        Ok(())
    }
}

fn unknown_kind(word: &str) -> (String, &'static str) {
    (format!("`{word}` is no kind of service"), "leave the cell empty where none fits")
}

fn short(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// One row, without the empty cells at its end.
fn row<const CELLS: usize>(out: &mut String, kind: &str, cells: [Option<&str>; CELLS]) {
    let start = out.len() + kind.len();
    out.push_str(kind);
    for cell in cells {
        out.push('\t');
        for c in cell.unwrap_or_default().chars() {
            match c {
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\\' => out.push_str("\\\\"),
                other => out.push(other),
            }
        }
    }
    let used = out.trim_end_matches('\t').len().max(start);
    out.truncate(used);
    out.push('\n');
}

/// The text of a cell.
fn plain(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut rest = cell.chars();
    while let Some(c) = rest.next() {
        out.push(match c {
            '\\' => match rest.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use shuhi_source::{Faults, Sources};

    use super::{Set, SetCookie, SetHead, SetService};
    use crate::{Claim, Kind};

    fn read(text: &str) -> Result<Set, String> {
        let mut sources = Sources::new();
        let file = sources.add("a.tsv", text);
        let mut faults = Faults::new();
        Set::read(&sources, file, &mut faults).ok_or_else(|| faults.summary(&sources))
    }

    fn sample() -> Set {
        let head = SetHead {
            name: "mihon".into(),
            licence: "MIT".into(),
            version: "1".into(),
            source: "npm:mihon".into(),
            retrieved: Some(jiff::civil::date(2026, 11, 28)),
            input: "sha256:00".into(),
        };
        let cookie = SetCookie {
            name: "_mihon*".into(),
            description: Some("tab\there, line\nthere, back\\slash".into()),
            ..SetCookie::default()
        };
        let service = SetService {
            name: Some("Mihon".into()),
            kind: Some(Kind::Analytics),
            domains: vec![Claim { domain: "mihon.example".into(), path: Some("/tag/".into()) }],
            classes: vec!["jp.example.mihon".into()],
            cookies: vec![cookie],
            ..SetService::default()
        };
        Set { head, services: vec![service, SetService::default()] }
    }

    #[test]
    fn a_set_written_is_read_again() {
        let text = sample().write();
        assert_eq!(read(&text), Ok(sample()));
        assert!(text.contains("\nservice\tMihon\t\t\tanalytics\ndomain\tmihon.example\t/tag/\n"), "{text}");
        assert!(text.ends_with("\nservice\n"), "{text}");
    }

    #[test]
    fn faults_have_their_place() {
        let head = "# shuhi set 1\n# name: a\n# licence: MIT\n# version: 1\n";
        for (rows, expected) in [
            ("domain\ta.example\n", "a.tsv:5:1: the row belongs to no service"),
            ("service\tA\ndomain\ta b\n", "a.tsv:6:1: `a b` is no domain"),
            ("service\tA\t\t\tanalytic\n", "a.tsv:5:1: `analytic` is no kind of service"),
            ("host\tA\n", "a.tsv:5:1: `host` is no kind of row"),
            ("service\tA\nclass\n", "a.tsv:6:1: a class without a name"),
            ("service\tA\ndomain\ta.example\t/\tb\n", "a.tsv:6:1: the row has too many cells"),
        ] {
            assert_eq!(read(&format!("{head}{rows}")), Err(expected.to_owned()));
        }
        assert_eq!(read("a"), Err("a.tsv:1:1: the file does not begin with `# shuhi set 1`".into()));
        let nameless = read("# shuhi set 1\n# licence: MIT\n# version: 1\n");
        assert_eq!(nameless, Err("a.tsv:1:1: the set does not say its `name`".into()));
    }
}
