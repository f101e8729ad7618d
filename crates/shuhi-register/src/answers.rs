use shuhi_law::facts::{Record, Value};
use shuhi_law::vocabulary::{ItemType, OPERATOR, RecordType, TypeId, Vocabulary};
use shuhi_source::{Node, NodeValue};

use crate::Register;

/// The program's own file of answers: facts stated in an interview, beside what a person wrote.
///
/// Only this file is ever rewritten, and only by the program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnswerFile {
    top: Branch,
}

/// A mapping, a list or a text; an answer is kept as the YAML it was written in.
#[derive(Clone, Debug, Default, PartialEq)]
struct Branch {
    entries: Vec<(String, Branch)>,
    items: Vec<Branch>,
    text: Option<String>,
}

/// A fact of a register that can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// `operator`, or collection and id: `log_policies/sign-in`.
    pub subject: String,
    /// The fields from there, each with the position in its list where it is one.
    pub steps: Vec<(String, Option<usize>)>,
    /// The type whose field it is.
    pub owner: TypeId,
    /// The field's index in that type.
    pub field: u16,
    /// What is already stated of the lists passed through: for each such step, one mapping an item.
    lists: Vec<Vec<Branch>>,
}

impl Place {
    /// The place that a name leads to, as findings name missing facts (`log_policies/sign-in.purposes[0].needed`);
    /// nothing where the name is no declared fact (a term, or a subject that is not in the register).
    ///
    /// A path that leads through a reference ends at the subject that is referred to.
    pub fn find(name: &str, register: &Register, vocabulary: &Vocabulary) -> Option<Self> {
        let (subject, path) = name.split_once('.')?;
        let (mut record, mut owner) = match subject.split_once('/') {
            Some((collection, id)) => {
                let record = &register.subject(collection, id)?.record;
                (Some(record.as_ref()), record.ty)
            }
            None if subject == OPERATOR => (Some(register.operator.as_ref()), register.operator.ty),
            None => return None,
        };
        let mut place = Self { subject: subject.to_owned(), steps: Vec::new(), owner, field: 0, lists: Vec::new() };
        for step in path.split('.') {
            let (field, position) = match step.split_once('[') {
                Some((field, position)) => (field, position.trim_end_matches(']').parse().ok()),
                None => (step, None),
            };
            let described = vocabulary.record_type(owner)?;
            let index = described.position(field)?;
            let found = described.field(index)?;
            (place.owner, place.field) = (owner, index);
            place.steps.push((found.name.clone(), position));
            let value = record.map(|record| record.field(index));
            let next = match (value, position) {
                (Some(Value::List(items)), Some(position)) => {
                    place.lists.push(items.iter().map(|item| stated(item, vocabulary)).collect());
                    items.get(position)
                }
                (value, _) => value,
            };
            if let ItemType::Ref(ty) = found.ty.item {
                owner = ty;
            }
            record = match next {
                Some(Value::Record(next)) => Some(next.as_ref()),
                _ => None,
            };
            place.follow_reference(record, vocabulary.record_type(owner)?);
        }
        Some(place)
    }

    /// What is said of a subject with an id of its own is written there, not where it is referred to.
    fn follow_reference(&mut self, record: Option<&Record>, described: &RecordType) {
        if let (Some(id), Some(collection)) = (record.and_then(|record| record.id.as_ref()), &described.collection) {
            self.subject = format!("{collection}/{id}");
            self.steps.clear();
            self.lists.clear();
        }
    }
}

/// The single facts stated of an item, by which the same item is known again in another file.
fn stated(item: &Value, vocabulary: &Vocabulary) -> Branch {
    let mut found = Branch::default();
    let Value::Record(record) = item else { return found };
    for (index, field) in (0u16..).zip(vocabulary.record_type(record.ty).map_or(&[][..], |ty| &ty.fields)) {
        let value = record.field(index);
        let single = !field.ty.list && !matches!(field.ty.item, ItemType::Ref(_) | ItemType::Text);
        if *value != Value::Unknown && single && !record.assumed.contains(&index) {
            found.entry(&field.name).text = value.written(field.ty, vocabulary);
        }
    }
    found
}

impl AnswerFile {
    /// The answers that a file holds.
    pub fn of(node: &Node) -> Self {
        Self { top: Branch::of(node) }
    }

    /// States a fact; `value` is YAML (a list or mapping in flow form).
    pub fn state(&mut self, place: &Place, value: &str) {
        let mut lists = place.lists.iter();
        let mut at = self.subject(&place.subject);
        for (field, position) in &place.steps {
            at = at.entry(field);
            if let Some(position) = position {
                at = at.item(*position, lists.next().map(Vec::as_slice).unwrap_or_default());
            }
        }
        *at = Branch { text: Some(value.to_owned()), ..Branch::default() };
    }

    /// Adds an attested answer: its keys and values, the values as plain text.
    pub fn attest(&mut self, answer: &[(&str, &str)], by: &[(&str, &str)]) {
        let list = &mut self.top.entry("attested").items;
        let mut branch = Branch::default();
        for (key, value) in answer {
            branch.entry(key).text = Some(scalar(value));
        }
        for (key, value) in by {
            branch.entry("by").entry(key).text = Some(scalar(value));
        }
        list.push(branch);
    }

    fn subject(&mut self, label: &str) -> &mut Branch {
        let Some((collection, id)) = label.split_once('/') else { return self.top.entry(label) };
        let list = self.top.entry(collection);
        let same = |subject: &Branch| subject.get("id").is_some_and(|known| known.text.as_deref() == Some(id));
        let index = list.items.iter().position(same).unwrap_or(list.items.len());
        let subject = list.item(index, &[]);
        subject.entry("id").text = Some(id.to_owned());
        subject
    }

    /// The file's text.
    pub fn yaml(&self) -> String {
        let mut page = String::from(
            "# 守秘の質問（shuhi ask）への回答。プログラムが書き換える。\n# Answers to `shuhi ask`; the program rewrites this file.\n",
        );
        self.top.write(0, &mut page);
        page
    }
}

impl Branch {
    fn of(node: &Node) -> Self {
        match &node.value {
            NodeValue::Scalar { text, .. } => Self { text: Some(scalar(text)), ..Self::default() },
            NodeValue::List(items) if items.is_empty() => Self { text: Some("[]".to_owned()), ..Self::default() },
            NodeValue::List(items) => Self { items: items.iter().map(Self::of).collect(), ..Self::default() },
            NodeValue::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.name.clone(), Self::of(value))).collect();
                Self { entries, ..Self::default() }
            }
        }
    }

    fn get(&self, key: &str) -> Option<&Self> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, branch)| branch)
    }

    /// What stands under a key, made where nothing does.
    #[expect(clippy::indexing_slicing, reason = "the index was found or pushed in the line before")]
    fn entry(&mut self, key: &str) -> &mut Self {
        let index = self.entries.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
            self.entries.push((key.to_owned(), Self::default()));
            self.entries.len() - 1
        });
        &mut self.entries[index].1
    }

    /// An item of a list; the whole list is there, each item with what makes it known again.
    #[expect(clippy::indexing_slicing, reason = "the list was filled up to the position in the lines before")]
    fn item(&mut self, position: usize, known: &[Self]) -> &mut Self {
        let missing = known.iter().skip(self.items.len()).cloned();
        self.items.extend(missing.collect::<Vec<_>>());
        while self.items.len() <= position {
            self.items.push(Self::default());
        }
        &mut self.items[position]
    }

    fn write(&self, depth: usize, page: &mut String) {
        for (key, branch) in &self.entries {
            page.push_str(&format!("{}{key}:", "  ".repeat(depth)));
            match (&branch.text, branch.items.is_empty(), branch.entries.is_empty()) {
                (None, true, false) => {
                    page.push('\n');
                    branch.write(depth + 1, page);
                }
                (None, false, _) => {
                    page.push('\n');
                    for item in &branch.items {
                        page.push_str(&format!("{}- {}\n", "  ".repeat(depth + 1), item.flow()));
                    }
                }
                _ => page.push_str(&format!(" {}\n", branch.flow())),
            }
        }
    }

    fn flow(&self) -> String {
        if let Some(text) = &self.text {
            return text.clone();
        }
        if !self.items.is_empty() {
            return format!("[{}]", self.items.iter().map(Self::flow).collect::<Vec<_>>().join(", "));
        }
        let parts: Vec<String> = self.entries.iter().map(|(key, branch)| format!("{key}: {}", branch.flow())).collect();
        format!("{{{}}}", parts.join(", "))
    }
}

/// Plain where nothing in it could be read as a mark of YAML, else in double quotes.
fn scalar(text: &str) -> String {
    let first = text.chars().next().is_some_and(char::is_alphanumeric);
    let plain = text.chars().all(|c| c.is_alphanumeric() || " _-./".contains(c)) && !text.ends_with(' ');
    if first && plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_yaml_would_read_otherwise_are_quoted() {
        assert_eq!(scalar("6 months"), "6 months");
        assert_eq!(scalar("見本 花子"), "見本 花子");
        assert_eq!(scalar("a: b"), "\"a: b\"");
        assert_eq!(scalar("- x"), "\"- x\"");
        assert_eq!(scalar("line\nbreak"), "\"line\\nbreak\"");
        assert_eq!(scalar(""), "\"\"");
    }

    #[test]
    fn answers_are_grouped_by_subject_and_written_as_they_were_given() {
        let mut file = AnswerFile::default();
        let place = |subject: &str, steps: &[(&str, Option<usize>)], lists: Vec<Vec<Branch>>| Place {
            subject: subject.to_owned(),
            steps: steps.iter().map(|(name, position)| ((*name).to_owned(), *position)).collect(),
            owner: TypeId(0),
            field: 0,
            lists,
        };
        let mut known = Branch::default();
        known.entry("purpose").text = Some("security".to_owned());
        file.state(&place("log_policies/sign-in", &[("minimum", None)], Vec::new()), "yes");
        let purposes = place("log_policies/sign-in", &[("purposes", Some(0)), ("needed", None)], vec![vec![known]]);
        file.state(&purposes, "no");
        file.state(&purposes, "yes");
        file.state(&place("operator", &[("telecom_operator", None)], Vec::new()), "true");
        let expected = "log_policies:\n  - {id: sign-in, minimum: yes, purposes: [{purpose: security, needed: yes}]}\n\
                        operator:\n  telecom_operator: true\n";
        assert!(file.yaml().ends_with(expected), "{}", file.yaml());
    }
}
