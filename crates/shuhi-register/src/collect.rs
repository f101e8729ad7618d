//! The parts of all files, put together by subject but not yet read as facts.

use std::collections::HashMap;

use jiff::civil::Date;
use shuhi_law::facts::read_date;
use shuhi_law::vocabulary::{OPERATOR, OPERATOR_TYPE, RecordType, TypeId, Vocabulary};
use shuhi_source::{Fault, Faults, Fields, FileId, Key, Node, NodeValue, Sources, Span, did_you_mean, read_yaml};

use crate::limits;
use crate::merge::Merger;

const ATTESTED: &str = "attested";
const ADOPTED: &str = "adopted";
/// What a scan saw; `shuhi-scan` reads it.
const OBSERVATIONS: &str = "observations";
/// From when to when a file holds, both ends inclusive; on other days it states nothing.
const VALID: &str = "valid";

/// Words that mean something else to our grammar or to other YAML readers.
const RESERVED_IDS: &[&str] = &["none", "null", "true", "false", "yes", "no", "on", "off", "self", OPERATOR];

/// Everything the files of a register state.
pub(crate) struct Collected<'a> {
    vocabulary: &'a Vocabulary,
    pub operator: Option<Stated>,
    /// In the order of files, whatever their collections.
    pub subjects: Vec<Stated>,
    index: HashMap<TypeId, HashMap<String, usize>>,
    pub attested: Vec<Node>,
    pub adopted: Vec<(Key, Node)>,
    /// What scans saw, one entry an observation, unread.
    pub observations: Vec<Node>,
    /// Files that do not hold on the date asked for.
    pub elsewhen: Vec<FileId>,
}

/// What is stated about one subject, in however many files.
pub(crate) struct Stated {
    pub ty: TypeId,
    /// Empty for the operator.
    pub id: String,
    /// `log_policies/sign-in`, or `operator`.
    pub label: String,
    /// A mapping of everything stated.
    pub node: Node,
    /// Each place that states something.
    pub places: Vec<Span>,
}

impl Stated {
    fn merge(&mut self, further: Node, place: Span, vocabulary: &Vocabulary, faults: &mut Faults) {
        let keys = |node: &Node| node.map().map_or(0, <[_]>::len);
        if keys(&self.node) + keys(&further) > limits::KEYS_MAX {
            faults.push(too_many_keys(place));
            return;
        }
        self.places.push(place);
        Merger { vocabulary, subject: &self.label }.record(&mut self.node, further, self.ty, faults);
    }
}

/// Whether a file states something on a date.
fn holds(document: &Node, at: Date, faults: &mut Faults) -> bool {
    let Some(valid) = document.get(VALID) else { return true };
    let Some(mut fields) = Fields::of(valid, "valid", faults) else { return true };
    let from = fields.optional("from").and_then(|node| read_date(node, faults));
    let to = fields.optional("to").and_then(|node| read_date(node, faults));
    fields.finish(faults);
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        let fault = Fault::error(valid.span, "`to` is before `from`, so the file never holds");
        faults.push(fault.help("both ends are inclusive; give the later day as `to`"));
    }
    from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to)
}

impl<'a> Collected<'a> {
    /// Reads the files and sorts what they state; faults are collected.
    pub(crate) fn read(
        sources: &Sources,
        files: &[FileId],
        vocabulary: &'a Vocabulary,
        at: Date,
        faults: &mut Faults,
    ) -> Self {
        let mut collected = Self {
            vocabulary,
            operator: None,
            subjects: Vec::new(),
            index: HashMap::new(),
            attested: Vec::new(),
            adopted: Vec::new(),
            observations: Vec::new(),
            elsewhen: Vec::new(),
        };
        if !files_within_limits(sources, files, faults) {
            return collected;
        }
        for file in files {
            if limits::enough(faults) {
                break;
            }
            match read_yaml(sources, *file) {
                Ok(node) if holds(&node, at, faults) => collected.document(node, faults),
                Ok(_) => collected.elsewhen.push(*file),
                Err(fault) => faults.push(*fault),
            }
        }
        collected
    }

    /// A subject's place among [`Collected::subjects`].
    pub(crate) fn position(&self, ty: TypeId, id: &str) -> Option<usize> {
        self.index.get(&ty)?.get(id).copied()
    }

    /// The ids of a type, for suggestions; none where there are too many to compare.
    pub(crate) fn ids(&self, ty: TypeId) -> impl Iterator<Item = &str> {
        let ids = self.index.get(&ty).filter(|ids| ids.len() <= limits::SUGGESTIONS_MAX);
        ids.into_iter().flatten().map(|(id, _)| id.as_str())
    }

    fn document(&mut self, document: Node, faults: &mut Faults) {
        let kind = document.kind();
        let NodeValue::Map(sections) = document.value else {
            let message = format!("a register file must be a mapping of sections, found {kind}");
            faults.push(Fault::error(document.span, message).help("begin it with `operator:` or `services:`"));
            return;
        };
        for (key, node) in sections {
            if limits::enough(faults) {
                break;
            }
            if blank(&node) {
                continue;
            }
            match key.name.as_str() {
                OPERATOR => self.operator(&key, node, faults),
                ATTESTED => self.attested(node, faults),
                ADOPTED => self.adopted(node, faults),
                OBSERVATIONS => self.observations(node, faults),
                VALID => {}
                name => match self.vocabulary.type_of_collection(name) {
                    Some(ty) => self.collection(ty, name, node, faults),
                    None => faults.push(self.unknown_section(&key)),
                },
            }
        }
    }

    fn unknown_section(&self, key: &Key) -> Fault {
        let fault = Fault::error(key.span, format!("unknown section `{}` of the register", key.name));
        let vocabulary = self.vocabulary;
        let named = vocabulary.type_named(&key.name).or_else(|| vocabulary.type_of_root(&key.name));
        if let Some(ty) = named.and_then(|ty| vocabulary.record_type(ty)) {
            return fault.help(match &ty.collection {
                Some(collection) => format!("subjects of type {} stand in the list `{collection}:`", ty.name),
                None => format!("{} has no section; it is written in place, inside another subject", ty.name),
            });
        }
        let collections = vocabulary.types.iter().filter_map(|ty| ty.collection.as_deref());
        let known = collections.chain([OPERATOR, ATTESTED, ADOPTED, OBSERVATIONS, VALID]);
        fault.help(did_you_mean(&key.name, known).unwrap_or_else(|| {
            format!(
                "sections are `{OPERATOR}`, `{ATTESTED}`, `{ADOPTED}` and the collections that `shuhi schema` lists"
            )
        }))
    }

    fn operator(&mut self, key: &Key, node: Node, faults: &mut Faults) {
        // A vocabulary without operators is refused where the register is put together.
        let Some(ty) = self.vocabulary.type_named(OPERATOR_TYPE) else { return };
        if !is_mapping(&node, "the operator", faults) || !sound(&node, true, faults) {
            return;
        }
        match &mut self.operator {
            Some(stated) => stated.merge(node, key.span, self.vocabulary, faults),
            None => {
                let (id, label, places) = (String::new(), OPERATOR.to_owned(), vec![key.span]);
                self.operator = Some(Stated { ty, id, label, node, places });
            }
        }
    }

    fn collection(&mut self, ty: TypeId, name: &str, node: Node, faults: &mut Faults) {
        let kind = node.kind();
        let NodeValue::List(items) = node.value else {
            let message = format!("`{name}` must be a list of subjects, found {kind}");
            faults.push(Fault::error(node.span, message).help("write each as `- id: …` with its facts below"));
            return;
        };
        for item in items {
            if limits::enough(faults) || self.subjects.len() > limits::SUBJECTS_MAX {
                return;
            }
            self.subject(ty, name, item, faults);
        }
    }

    fn subject(&mut self, ty: TypeId, collection: &str, node: Node, faults: &mut Faults) {
        let Some(described) = self.vocabulary.record_type(ty) else { return };
        if !is_mapping(&node, &format!("an entry of `{collection}`"), faults) {
            return;
        }
        let Some((id, place)) = subject_id(&node, collection, described, faults) else { return };
        if !sound(&node, false, faults) {
            return;
        }
        let label = format!("{collection}/{id}");
        if let Some(stated) = self.position(ty, &id).and_then(|at| self.subjects.get_mut(at)) {
            if let Some(first) = stated.places.iter().find(|known| known.file == place.file) {
                let fault = Fault::error(place, format!("`{label}` is stated twice in one file"));
                faults
                    .push(fault.note(*first, "first stated here").help("join the two entries, or give one another id"));
                return;
            }
            stated.merge(node, place, self.vocabulary, faults);
            return;
        }
        if self.subjects.len() >= limits::SUBJECTS_MAX {
            faults.push(limits::exceeded("subjects", limits::SUBJECTS_MAX, "split it into several registers"));
        }
        self.index.entry(ty).or_default().insert(id.clone(), self.subjects.len());
        self.subjects.push(Stated { ty, id, label, node, places: vec![place] });
    }

    fn attested(&mut self, node: Node, faults: &mut Faults) {
        let kind = node.kind();
        let NodeValue::List(items) = node.value else {
            let message = format!("`{ATTESTED}` must be a list of answers, found {kind}");
            faults.push(Fault::error(node.span, message).help("write each as `- {about: …, question: …, answer: …}`"));
            return;
        };
        self.attested.extend(items);
        if self.attested.len() > limits::ATTESTED_MAX {
            let help = "remove answers that have long expired";
            faults.push(limits::exceeded("attested answers", limits::ATTESTED_MAX, help));
            self.attested.truncate(limits::ATTESTED_MAX);
        }
    }

    fn observations(&mut self, node: Node, faults: &mut Faults) {
        let kind = node.kind();
        let NodeValue::List(items) = node.value else {
            let message = format!("`{OBSERVATIONS}` must be a list of observations, found {kind}");
            faults.push(Fault::error(node.span, message).help("let `shuhi scan … --register DIR` write it"));
            return;
        };
        self.observations.extend(items);
        if self.observations.len() > limits::OBSERVATIONS_MAX {
            let help = "remove old files of `observed/`; only the newest of each service is used";
            faults.push(limits::exceeded("observations", limits::OBSERVATIONS_MAX, help));
            self.observations.truncate(limits::OBSERVATIONS_MAX);
        }
    }

    fn adopted(&mut self, node: Node, faults: &mut Faults) {
        let kind = node.kind();
        let span = node.span;
        match node.value {
            NodeValue::Map(entries) if entries.len() > limits::KEYS_MAX => faults.push(too_many_keys(span)),
            NodeValue::Map(entries) => self.adopted.extend(entries),
            _ => {
                let message = format!("`{ADOPTED}` must be a mapping from rules to dates, found {kind}");
                faults.push(Fault::error(span, message).help("write `RULE-ID: 2027-04-01`"));
            }
        }
    }
}

fn files_within_limits(sources: &Sources, files: &[FileId], faults: &mut Faults) -> bool {
    let help = "load a smaller folder";
    if files.is_empty() {
        faults.push(
            Fault::general("the register has no files").help("`shuhi init` starts one; files end in `.yaml` or `.yml`"),
        );
    }
    if files.len() > limits::FILES_MAX {
        faults.push(limits::exceeded("files", limits::FILES_MAX, help));
        return false;
    }
    let bytes: usize = files.iter().filter_map(|file| sources.get(*file)).map(|file| file.text().len()).sum();
    if bytes > limits::TOTAL_BYTES_MAX {
        faults.push(limits::exceeded("bytes", limits::TOTAL_BYTES_MAX, help));
        return false;
    }
    true
}

/// Whether a section was begun but holds nothing, as where all its entries are commented out.
fn blank(node: &Node) -> bool {
    matches!(&node.value, NodeValue::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null"))
}

fn is_mapping(node: &Node, what: &str, faults: &mut Faults) -> bool {
    let is_mapping = node.map().is_some();
    if !is_mapping {
        let message = format!("{what} must be a mapping of its facts, found {}", node.kind());
        faults.push(Fault::error(node.span, message).help("write each fact as `field: value`"));
    }
    is_mapping
}

fn subject_id(node: &Node, collection: &str, ty: &RecordType, faults: &mut Faults) -> Option<(String, Span)> {
    let Some(id) = node.get("id") else {
        let place = node.map().and_then(<[_]>::first).map_or(node.span, |(key, _)| key.span);
        let fault = Fault::error(place, format!("{} in `{collection}` lacks `id`", ty.name));
        faults.push(fault.help("add `id: …`, a short name of your own such as `sign-in`"));
        return None;
    };
    let text = id.text().unwrap_or("");
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let shaped = text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(letters);
    if !shaped || text.len() > limits::ID_BYTES_MAX {
        let help = format!(
            "an id is up to {} small letters, digits, `-` and `_`, beginning with a letter, such as `sign-in`",
            limits::ID_BYTES_MAX
        );
        faults.push(Fault::error(id.span, format!("`{text}` cannot be an id")).help(help));
        return None;
    }
    if RESERVED_IDS.contains(&text) {
        let fault = Fault::error(id.span, format!("`{text}` cannot be an id"));
        faults.push(fault.help("the word has another meaning where subjects are referred to; choose another"));
        return None;
    }
    Some((text.to_owned(), id.span))
}

/// Whether a subject's mapping is of a size and shape worth reading; ids belong to entries of collections alone.
fn sound(node: &Node, inner: bool, faults: &mut Faults) -> bool {
    if let Some(entries) = node.map() {
        if entries.len() > limits::KEYS_MAX {
            faults.push(too_many_keys(node.span));
            return false;
        }
        if let Some((key, _)) = entries.iter().find(|(key, _)| inner && key.name == "id") {
            let fault = Fault::error(key.span, "`id` stands where nothing can refer to it");
            faults.push(fault.help("drop it; or state the subject in its collection and refer to it by that id"));
            return false;
        }
        return entries.iter().all(|(_, value)| sound(value, true, faults));
    }
    node.list().unwrap_or(&[]).iter().all(|item| sound(item, true, faults))
}

fn too_many_keys(span: Span) -> Fault {
    Fault::error(span, format!("mapping with more than {} keys", limits::KEYS_MAX))
        .help("no subject has nearly as many facts; look for a mistake in the file")
}
