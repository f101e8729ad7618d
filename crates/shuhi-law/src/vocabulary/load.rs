mod presume;

use std::collections::BTreeMap;

use shuhi_source::{Fault, Faults, Fields, FileId, Node, Sources, Span, did_you_mean, read_yaml};

use self::presume::{Presumed, Presuming};
use super::{
    Absent, Act, ActId, Bilingual, EnumId, EnumType, EnumValue, Field, FieldType, ItemType, RecordType, Role, Standing,
    TermId, TermWord, TypeId, Vocabulary,
};
use crate::facts::FactReader;
use crate::texts::{bilingual, flag};

/// YAML 1.1 readers turn these into booleans, and our own grammar uses the others: never names.
const FORBIDDEN_NAMES: &[&str] = &[
    "on", "off", "yes", "no", "true", "false", "none", "null", "is", "in", "has", "self", "at", "attested", "claimed",
    "id",
];

/// Loads the vocabulary from its files.
///
/// Names are collected from all files first, so that files may refer to one another in any order.
pub fn load_vocabulary(sources: &Sources, files: &[FileId], faults: &mut Faults) -> Vocabulary {
    let mut documents = Vec::new();
    for file in files {
        match read_yaml(sources, *file) {
            Ok(node) => documents.push(node),
            Err(fault) => faults.push(*fault),
        }
    }
    let mut loader = Loader {
        vocabulary: Vocabulary::default(),
        places: BTreeMap::new(),
        silent: Vec::new(),
        mapped: Vec::new(),
        presumed: Vec::new(),
        faults,
    };
    for document in &documents {
        loader.names(document);
    }
    for document in &documents {
        loader.contents(document);
    }
    // A type's own fields come before those that other files add to it.
    for document in &documents {
        loader.types(document, true);
    }
    loader.silences();
    loader.presumptions();
    loader.standing_paths();
    loader.vocabulary
}

struct Loader<'f> {
    vocabulary: Vocabulary,
    places: BTreeMap<String, Span>,
    /// The fields that say what their absence means: type, field, and where the value stands.
    silent: Vec<(String, String, Span)>,
    mapped: Vec<Mapped>,
    presumed: Vec<Presumed>,
    faults: &'f mut Faults,
}

/// A role of a standing form: whose, the path to what fills it, and where that stands.
struct Mapped {
    act: String,
    role: String,
    from: TypeId,
    steps: Vec<String>,
    span: Span,
}

impl Loader<'_> {
    /// First pass: which enums, types, terms and acts there are.
    fn names(&mut self, document: &Node) {
        let Some(mut top) = Fields::of(document, "vocabulary file", self.faults) else { return };
        for node in top.list("enums") {
            if let Some((name, _)) = self.declared(node, "enum", "enum") {
                let id = EnumId(index(self.vocabulary.enums.len()));
                self.vocabulary.names.enums.insert(name.clone(), id);
                self.vocabulary.enums.push(EnumType { name, label: Bilingual::default(), values: Vec::new() });
            }
        }
        for node in top.list("types") {
            if node.get("type").is_some() {
                self.type_name(node);
            }
        }
        top.list("terms");
        top.list("acts");
        top.finish(self.faults);
    }

    fn type_name(&mut self, node: &Node) {
        let Some((name, _)) = self.declared(node, "type", "type") else { return };
        let id = TypeId(index(self.vocabulary.types.len()));
        let stated = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        let root = stated("root").unwrap_or_else(|| snake_case(&name));
        let collection = stated("register");
        for (kind, word) in [("root", Some(&root)), ("register collection", collection.as_ref())] {
            if let Some(word) = word {
                self.unique(kind, word, node.span);
            }
        }
        self.vocabulary.names.types.insert(name.clone(), id);
        self.vocabulary.names.roots.insert(root.clone(), id);
        if let Some(collection) = &collection {
            self.vocabulary.names.collections.insert(collection.clone(), id);
        }
        self.vocabulary.types.push(RecordType {
            name,
            root,
            collection,
            label: Bilingual::default(),
            help: Bilingual::default(),
            fields: Vec::new(),
            presumes: Vec::new(),
        });
    }

    fn declared(&mut self, node: &Node, key: &str, kind: &str) -> Option<(String, Span)> {
        let name = node.get(key)?;
        let text = name.text()?.to_owned();
        self.name_is_sound(&text, name.span, kind == "type");
        self.unique(kind, &text, name.span).then_some((text, name.span))
    }

    fn unique(&mut self, kind: &str, name: &str, span: Span) -> bool {
        match self.places.insert(format!("{kind} {name}"), span) {
            None => true,
            Some(first) => {
                self.faults.push(
                    Fault::error(span, format!("{kind} `{name}` is defined twice"))
                        .note(first, "first defined here")
                        .help("keep one of the two"),
                );
                false
            }
        }
    }

    fn name_is_sound(&mut self, name: &str, span: Span, upper: bool) {
        let first =
            name.chars().next().is_some_and(|c| if upper { c.is_ascii_uppercase() } else { c.is_ascii_lowercase() });
        let rest = name.chars().all(|c| c.is_ascii_alphanumeric() || (c == '_' && !upper));
        if !first || !rest {
            let shape = if upper { "UpperCamel" } else { "snake_case" };
            let fault = Fault::error(span, format!("`{name}` is not an ASCII name in {shape}"));
            self.faults.push(fault.help("names are ASCII; Japanese belongs in the label"));
        } else if FORBIDDEN_NAMES.contains(&name) {
            self.faults.push(
                Fault::error(span, format!("`{name}` cannot be a name"))
                    .help("YAML 1.1 tools or our own grammar give it another meaning"),
            );
        }
    }

    /// Second pass: everything else.
    fn contents(&mut self, document: &Node) {
        let list = |key: &str| document.get(key).and_then(Node::list).unwrap_or(&[]);
        for node in list("enums") {
            self.enum_type(node);
        }
        self.types(document, false);
        for node in list("terms") {
            self.term(node);
        }
        for node in list("acts") {
            self.act(node);
        }
    }

    fn types(&mut self, document: &Node, extensions: bool) {
        for node in document.get("types").and_then(Node::list).unwrap_or(&[]) {
            if node.get("extend").is_some() == extensions {
                self.record_type(node);
            }
        }
    }

    fn enum_type(&mut self, node: &Node) {
        let Some(mut fields) = Fields::of(node, "enum", self.faults) else { return };
        let name = fields.text("enum", self.faults);
        let label = bilingual(fields.required("label", self.faults), self.faults);
        let mut values: Vec<EnumValue> = Vec::new();
        for node in fields.list("values") {
            let Some(mut value) = Fields::of(node, "enum value", self.faults) else { continue };
            if let Some((name, span)) = value.text("value", self.faults) {
                let label = bilingual(value.required("label", self.faults), self.faults);
                let help = bilingual(value.required("help", self.faults), self.faults);
                if values.iter().any(|known| known.name == name) {
                    let fault = Fault::error(span, format!("value `{name}` stands twice in one enum"));
                    self.faults.push(fault.help("keep one of the two"));
                } else {
                    values.push(EnumValue { name: name.to_owned(), label, help });
                }
            }
            value.finish(self.faults);
        }
        fields.finish(self.faults);
        let id = name.and_then(|(name, _)| self.vocabulary.enum_named(name));
        if let Some(found) = id.and_then(|id| self.vocabulary.enums.get_mut(usize::from(id.0))) {
            found.label = label;
            found.values = values;
        }
    }

    fn record_type(&mut self, node: &Node) {
        let Some(mut fields) = Fields::of(node, "type", self.faults) else { return };
        let extended = fields.optional_text("extend", self.faults);
        let (name, span) = match extended {
            Some(found) => found,
            None => {
                let Some(found) = fields.text("type", self.faults) else { return };
                found
            }
        };
        let Some(id) = self.vocabulary.type_named(name) else {
            let help = did_you_mean(name, self.vocabulary.names.types.keys().map(String::as_str));
            self.faults.push(Fault::error(span, format!("unknown type `{name}`")).maybe_help(help));
            return;
        };
        let described = extended.is_none().then(|| {
            fields.optional("root");
            fields.optional("register");
            let label = bilingual(fields.required("label", self.faults), self.faults);
            (label, bilingual(fields.required("help", self.faults), self.faults))
        });
        let mut found = Vec::new();
        for node in fields.list("fields") {
            found.extend(self.field(name, node));
        }
        for node in fields.list("presume") {
            self.presumption(Presuming::Type(id), node);
        }
        fields.finish(self.faults);
        if let Some(ty) = self.vocabulary.types.get_mut(usize::from(id.0)) {
            ty.fields.extend(found);
            if let Some((label, help)) = described {
                (ty.label, ty.help) = (label, help);
            }
        }
    }

    fn field(&mut self, owner: &str, node: &Node) -> Option<Field> {
        let mut fields = Fields::of(node, "field", self.faults)?;
        let (name, span) = fields.text("field", self.faults)?;
        self.name_is_sound(name, span, false);
        self.unique("field", &format!("{owner}.{name}"), span);
        let ty = fields.text("type", self.faults).and_then(|(text, span)| self.field_type(text, span));
        let optional = flag(fields.optional("optional"), self.faults);
        let absent = fields.optional("absent").and_then(|node| self.absent(owner, name, node));
        let aliases = fields.list("alias").iter().filter_map(Node::text).map(str::to_owned).collect::<Vec<_>>();
        for alias in &aliases {
            self.unique("field", &format!("{owner}.{alias}"), span);
        }
        let label = bilingual(fields.required("label", self.faults), self.faults);
        let question = bilingual(fields.required("question", self.faults), self.faults);
        let help = bilingual(fields.required("help", self.faults), self.faults);
        fields.finish(self.faults);
        Some(Field { name: name.to_owned(), aliases, ty: ty?, optional, absent, label, question, help })
    }

    fn absent(&mut self, owner: &str, field: &str, node: &Node) -> Option<Absent> {
        let mut fields = Fields::of(node, "absent", self.faults)?;
        let (absent, span) = self.silence(&mut fields)?;
        fields.finish(self.faults);
        self.silent.push((owner.to_owned(), field.to_owned(), span));
        Some(absent)
    }

    /// The value that silence has, where it stands, and why.
    fn silence(&mut self, fields: &mut Fields<'_>) -> Option<(Absent, Span)> {
        let value = fields.required("value", self.faults)?;
        let because = bilingual(fields.required("because", self.faults), self.faults);
        // The only list that silence can mean is the empty one.
        let written = match value.list() {
            Some([]) => "[]".to_owned(),
            _ => value.text()?.to_owned(),
        };
        Some((Absent { value: written, because }, value.span))
    }

    fn field_type(&mut self, text: &str, span: Span) -> Option<FieldType> {
        let (list, word) = match text.strip_prefix("list of ") {
            Some(word) => (true, word.trim()),
            None => (false, text),
        };
        let item = match word {
            "bool" => ItemType::Bool,
            "int" => ItemType::Int,
            "text" => ItemType::Text,
            "date" => ItemType::Date,
            "period" => ItemType::Period,
            name => match (self.vocabulary.enum_named(name), self.vocabulary.type_named(name)) {
                (Some(id), _) => ItemType::Enum(id),
                (None, Some(id)) => ItemType::Ref(id),
                (None, None) => {
                    let names = &self.vocabulary.names;
                    let basic = ["bool", "int", "text", "date", "period"];
                    let known = names.enums.keys().chain(names.types.keys()).map(String::as_str).chain(basic);
                    let help = did_you_mean(name, known);
                    self.faults.push(Fault::error(span, format!("unknown type `{name}`")).maybe_help(help));
                    return None;
                }
            },
        };
        Some(FieldType { item, list })
    }

    fn term(&mut self, node: &Node) {
        let Some(mut fields) = Fields::of(node, "term", self.faults) else { return };
        let name = fields.text("term", self.faults);
        let of = fields.text("of", self.faults).and_then(|(text, span)| self.field_type(text, span));
        let ty =
            fields.text("type", self.faults).and_then(|(text, span)| self.field_type(text, span).map(|ty| (ty, span)));
        let label = bilingual(fields.required("label", self.faults), self.faults);
        let question = bilingual(fields.required("question", self.faults), self.faults);
        let help = bilingual(fields.required("help", self.faults), self.faults);
        fields.finish(self.faults);
        let (Some((name, span)), Some(FieldType { item: ItemType::Ref(of), list: false }), Some((ty, ty_span))) =
            (name, of, ty)
        else {
            return;
        };
        if ty.list || !matches!(ty.item, ItemType::Bool | ItemType::Enum(_)) {
            let fault = Fault::error(ty_span, "a term is a bool or an enum");
            self.faults.push(fault.help("conclude yes or no, or declare an enum of the conclusions"));
        }
        self.name_is_sound(name, span, false);
        if self.unique("term", name, span) {
            let id = TermId(index(self.vocabulary.terms.len()));
            self.vocabulary.names.terms.insert(name.to_owned(), id);
            self.vocabulary.terms.push(TermWord { name: name.to_owned(), of, ty: ty.item, label, question, help });
        }
    }

    fn act(&mut self, node: &Node) {
        let Some(mut fields) = Fields::of(node, "act", self.faults) else { return };
        let name = fields.text("act", self.faults);
        let label = bilingual(fields.required("label", self.faults), self.faults);
        let help = bilingual(fields.required("help", self.faults), self.faults);
        let mut roles = Vec::new();
        for node in fields.list("roles") {
            roles.extend(self.role(node));
        }
        let mut standing = Vec::new();
        for node in fields.list("standing") {
            standing.extend(self.standing(name.map_or("", |(name, _)| name), node, &roles));
        }
        let presumed = fields.list("presume");
        fields.finish(self.faults);
        let Some((name, span)) = name else { return };
        self.name_is_sound(name, span, false);
        if self.unique("act", name, span) {
            let id = ActId(index(self.vocabulary.acts.len()));
            self.vocabulary.names.acts.insert(name.to_owned(), id);
            self.vocabulary.acts.push(Act {
                name: name.to_owned(),
                label,
                help,
                roles,
                standing,
                presumes: Vec::new(),
            });
            for node in presumed {
                self.presumption(Presuming::Act(id), node);
            }
        }
    }

    fn role(&mut self, node: &Node) -> Option<Role> {
        let mut fields = Fields::of(node, "role", self.faults)?;
        let (name, span) = fields.text("role", self.faults)?;
        self.name_is_sound(name, span, false);
        let (ty, ty_span) = fields.text("type", self.faults)?;
        let ty = self.field_type(ty, ty_span)?;
        let help = bilingual(fields.required("help", self.faults), self.faults);
        fields.finish(self.faults);
        match ty {
            FieldType { item: ItemType::Ref(ty), list: false } => Some(Role { name: name.to_owned(), ty, help }),
            _ => {
                let fault = Fault::error(ty_span, "a role is a type of the vocabulary");
                self.faults.push(fault.help("name the kind of subject that takes part, as `Recipient`"));
                None
            }
        }
    }

    fn standing(&mut self, act: &str, node: &Node, roles: &[Role]) -> Option<Standing> {
        let mut fields = Fields::of(node, "standing form", self.faults)?;
        let (ty, span) = fields.text("type", self.faults)?;
        let ty = self.field_type(ty, span)?;
        let mapping = fields.required("roles", self.faults)?;
        fields.finish(self.faults);
        let ItemType::Ref(ty) = ty.item else {
            self.faults.push(Fault::error(span, "a standing form is a type of the register"));
            return None;
        };
        let mut found = BTreeMap::new();
        for (key, path) in mapping.map().unwrap_or(&[]) {
            if key.name != super::ACT && !roles.iter().any(|role| role.name == key.name) {
                let help = did_you_mean(&key.name, roles.iter().map(|role| role.name.as_str()));
                let fault = Fault::error(key.span, format!("act `{act}` has no role `{}`", key.name));
                self.faults.push(fault.maybe_help(help));
                continue;
            }
            let text = path.text().unwrap_or("");
            match text.strip_prefix("self") {
                Some(rest) => {
                    let steps: Vec<_> = rest.split('.').filter(|step| !step.is_empty()).map(str::to_owned).collect();
                    found.insert(key.name.clone(), steps.clone());
                    let (act, role) = (act.to_owned(), key.name.clone());
                    self.mapped.push(Mapped { act, role, from: ty, steps, span: path.span });
                }
                None => self.faults.push(
                    Fault::error(path.span, format!("path `{text}` does not begin with `self`"))
                        .help("write `self` for the subject or `self.field` for what it refers to"),
                ),
            }
        }
        Some(Standing { ty, roles: found })
    }
}

/// Third pass: what needs all types to be known.
impl Loader<'_> {
    /// What absence means must be a value of the field.
    fn silences(&mut self) {
        let reader = FactReader::new(&self.vocabulary, &[]);
        for (owner, name, span) in &self.silent {
            let owner = self.vocabulary.type_named(owner).and_then(|id| self.vocabulary.record_type(id));
            let field = owner.and_then(|owner| owner.position(name).and_then(|index| owner.field(index)));
            if let Some(field) = field {
                reader.absent_value(field, *span, self.faults);
            }
        }
    }

    /// The paths of standing forms must lead to what the act's roles are.
    fn standing_paths(&mut self) {
        for Mapped { act, role, from, steps, span } in &self.mapped {
            let Some(id) = self.vocabulary.act_named(act) else { continue };
            let wanted = self.vocabulary.roles_of(id).into_iter().find(|(known, _)| known == role).map(|(_, ty)| ty);
            match self.walk(*from, steps) {
                Ok(found) if Some(found) == wanted => {}
                Ok(found) => {
                    let named = |ty: Option<TypeId>| self.vocabulary.record_type(ty?).map(|ty| ty.name.clone());
                    let (found, wanted) = (named(Some(found)).unwrap_or_default(), named(wanted).unwrap_or_default());
                    let message = format!("role `{role}` is a {wanted}, and this path leads to a {found}");
                    self.faults.push(Fault::error(*span, message).help("give the path to what fills the role"));
                }
                Err(fault) => self.faults.push(fault(*span)),
            }
        }
    }

    fn walk(&self, from: TypeId, steps: &[String]) -> Result<TypeId, impl FnOnce(Span) -> Fault + use<>> {
        let mut ty = from;
        for step in steps {
            let record = self.vocabulary.record_type(ty);
            let field = record.and_then(|record| record.position(step).and_then(|index| record.field(index)));
            match field.map(|field| field.ty) {
                Some(FieldType { item: ItemType::Ref(next), list: false }) => ty = next,
                _ => {
                    let name = record.map_or("", |record| record.name.as_str());
                    let fields = record.map_or(&[][..], |record| &record.fields);
                    let subjects = fields.iter().filter(|field| matches!(field.ty.item, ItemType::Ref(_)));
                    let help = did_you_mean(step, subjects.map(|field| field.name.as_str()));
                    let message = format!("`{step}` is no field of {name} that leads to a subject");
                    return Err(move |span| Fault::error(span, message).maybe_help(help));
                }
            }
        }
        Ok(ty)
    }
}

fn index(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

fn snake_case(name: &str) -> String {
    let mut found = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            found.push('_');
        }
        found.push(letter.to_ascii_lowercase());
    }
    found
}
