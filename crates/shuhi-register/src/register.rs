use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use shuhi_law::Rulebook;
use shuhi_law::facts::Record;
use shuhi_law::vocabulary::{OPERATOR_TYPE, TypeId};
use shuhi_source::{Fault, Faults, FileId, Node, NodeValue, Sources, Span};

use crate::adopted::adopted;
use crate::attested::{About, Attested, attested, expired};
use crate::collect::Collected;
use crate::limits;
use crate::resolve::Resolver;

/// Everything an operator declares about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    /// The operator's own facts.
    pub operator: Arc<Record>,
    /// Where the section `operator:` first stands; `None` where nothing is stated about the operator.
    pub operator_span: Option<Span>,
    /// The subjects by type, in the order of the vocabulary; types without a subject are left out.
    pub collections: Vec<Collection>,
    /// From when the operator takes an expected or proposed rule to be law; for [`shuhi_law::decide::Selection`].
    pub adopted: BTreeMap<String, Date>,
    /// Files that, by their own `valid:`, state nothing on the date asked for.
    pub elsewhen: Vec<FileId>,
    /// What scans saw, as written, in the order of files; `shuhi-scan` reads them and holds them against the rest.
    pub observations: Vec<Node>,
    /// All attested answers, in the order of files; those that hold are also among their subject's answers.
    pub attested: Vec<Attested>,
    /// Attested answers that have expired on the date asked for and that nothing replaces.
    pub expired_answers: Vec<Attested>,
}

/// The subjects of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    /// Their type.
    pub ty: TypeId,
    /// The section they stand in: `log_policies`.
    pub name: String,
    /// In the order of files.
    pub subjects: Vec<Subject>,
}

/// One subject with an id.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Its id, unique within its collection.
    pub id: String,
    /// What is stated about it, references followed.
    pub record: Arc<Record>,
    /// Where its id first stands.
    pub span: Span,
}

impl Register {
    /// Loads a register from its files, in their order, for a date (`at` tells which answers have expired).
    ///
    /// Returns nothing where any fault is an error; every fault of every file is in `faults`, warnings as well.
    ///
    /// # Example
    ///
    /// ```
    /// use shuhi_register::Register;
    /// use shuhi_source::{Faults, Sources};
    ///
    /// let rulebook = shuhi_rulebook::rulebook()?;
    /// let mut sources = Sources::new();
    /// let file = sources.add("register.yaml", "services:\n  - {id: web, kind: social_network}\n");
    /// let mut faults = Faults::new();
    /// let at = jiff::civil::date(2026, 4, 1);
    /// let register = Register::load(&sources, &[file], &rulebook, at, &mut faults);
    /// assert_eq!(faults.summary(&sources), "");
    /// assert!(register.is_some_and(|register| register.subject("services", "web").is_some()));
    /// # Ok::<(), shuhi_rulebook::EmbeddedError>(())
    /// ```
    pub fn load(
        sources: &Sources,
        files: &[FileId],
        rulebook: &Rulebook,
        at: Date,
        faults: &mut Faults,
    ) -> Option<Self> {
        let mut found = Faults::new();
        let register = load(sources, files, rulebook, at, &mut found);
        if limits::enough(&found) {
            let message = format!("{} faults found; there may be more", found.len());
            found.push(Fault::general(message).help("mend these and try again"));
        }
        let sound = !found.has_errors();
        faults.append(found);
        register.filter(|_| sound)
    }

    /// A subject by its collection and id.
    pub fn subject(&self, collection: &str, id: &str) -> Option<&Subject> {
        let collection = self.collections.iter().find(|found| found.name == collection)?;
        collection.subjects.iter().find(|subject| subject.id == id)
    }
}

fn load(sources: &Sources, files: &[FileId], rulebook: &Rulebook, at: Date, faults: &mut Faults) -> Option<Register> {
    let (vocabulary, questions) = (&rulebook.vocabulary, &rulebook.packs.questions);
    let Some(operator_type) = vocabulary.type_named(OPERATOR_TYPE) else {
        faults.push(Fault::general(format!("the vocabulary has no type {OPERATOR_TYPE}")));
        return None;
    };
    let collected = Collected::read(sources, files, vocabulary, at, faults);
    let answers = attested(&collected, vocabulary, questions, faults);
    let mut by_subject = vec![Vec::new(); collected.subjects.len()];
    let mut about_operator = Vec::new();
    for (about, answer) in &answers {
        match about {
            About::Operator => about_operator.push(answer.answer()),
            About::Subject(at) => by_subject.get_mut(*at)?.push(answer.answer()),
        }
    }
    let mut resolver = Resolver::new(vocabulary, questions, &collected, by_subject);
    let collections = collections(&collected, &mut resolver, rulebook, faults);

    let nothing = Node { span: Span { file: *files.first()?, start: 0, end: 0 }, value: NodeValue::Map(Vec::new()) };
    let stated = collected.operator.as_ref();
    let node = stated.map_or(&nothing, |stated| &stated.node);
    let mut operator = resolver.reader().record(node, operator_type, &mut resolver, faults)?;
    operator.answers = about_operator;
    Some(Register {
        operator: Arc::new(operator),
        operator_span: stated.and_then(|stated| stated.places.first().copied()),
        collections,
        adopted: adopted(&collected.adopted, &rulebook.packs, faults),
        elsewhen: collected.elsewhen.clone(),
        observations: collected.observations.clone(),
        expired_answers: expired(&answers, at),
        attested: answers.into_iter().map(|(_, answer)| answer).collect(),
    })
}

fn collections(
    collected: &Collected<'_>,
    resolver: &mut Resolver<'_>,
    rulebook: &Rulebook,
    faults: &mut Faults,
) -> Vec<Collection> {
    let mut found: BTreeMap<TypeId, Vec<Subject>> = BTreeMap::new();
    for (index, stated) in collected.subjects.iter().enumerate() {
        if limits::enough(faults) {
            break;
        }
        let Some(record) = resolver.subject(index, faults) else { continue };
        let Some(span) = stated.places.first().copied() else { continue };
        found.entry(stated.ty).or_default().push(Subject { id: stated.id.clone(), record, span });
    }
    let named = |(ty, subjects)| {
        let name = rulebook.vocabulary.record_type(ty).and_then(|ty| ty.collection.clone()).unwrap_or_default();
        Collection { ty, name, subjects }
    };
    found.into_iter().map(named).collect()
}
