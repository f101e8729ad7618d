//! Joining what several files state about one subject.

use shuhi_law::vocabulary::{FieldType, ItemType, TypeId, Vocabulary};
use shuhi_source::{Fault, Faults, Key, Node, NodeValue, Span};

/// Joins statements about one subject, field by field.
pub(crate) struct Merger<'a> {
    pub vocabulary: &'a Vocabulary,
    /// The subject, as messages name it: `log_policies/sign-in`.
    pub subject: &'a str,
}

/// What a key of a mapping holds, as far as the vocabulary says.
#[derive(Clone, Copy)]
enum Kind {
    /// The facts of a subject.
    Facts(TypeId),
    /// Beliefs about terms.
    Claims,
    /// One fact.
    Field(FieldType),
    /// Something the vocabulary does not know, or knows no more about.
    Other,
}

impl Merger<'_> {
    /// Adds what `from` states to `into`; the same fact may stand in both only where they agree.
    pub(crate) fn record(&self, into: &mut Node, from: Node, ty: TypeId, faults: &mut Faults) {
        self.mapping(into, from, Kind::Facts(ty), "", faults);
    }

    fn mapping(&self, into: &mut Node, from: Node, kind: Kind, path: &str, faults: &mut Faults) {
        let (NodeValue::Map(stated), NodeValue::Map(further)) = (&mut into.value, from.value) else { return };
        for (key, node) in further {
            let inner = self.kind_of(&key.name, kind);
            if matches!((inner, kind), (Kind::Other, Kind::Facts(_))) {
                // The subject's own id brought the two together; what else is unknown is refused where it is read.
                if key.name != "id" {
                    stated.push((key, node));
                }
                continue;
            }
            let same = |known: &&mut (Key, Node)| self.same_key(&known.0.name, &key.name, kind);
            match stated.iter_mut().find(same) {
                Some((known, value)) => {
                    let path = if path.is_empty() { key.name.clone() } else { format!("{path}.{}", key.name) };
                    self.value((known.span, value), (key.span, node), inner, &path, faults);
                }
                None => stated.push((key, node)),
            }
        }
    }

    fn value(&self, into: (Span, &mut Node), from: (Span, Node), kind: Kind, path: &str, faults: &mut Faults) {
        let (first, into) = into;
        let (second, from) = from;
        let differ = || {
            let message = format!("`{}` is given `{path}` twice, with different values", self.subject);
            Fault::error(second, message).note(first, "first given here").help("keep one of the two")
        };
        match (&mut into.value, from.value) {
            (NodeValue::Scalar { text: a, .. }, NodeValue::Scalar { text: b, .. }) => {
                if !same_scalar(a, &b, kind) {
                    faults.push(differ());
                }
            }
            (NodeValue::Map(_), value @ NodeValue::Map(_)) => {
                let inner = match kind {
                    Kind::Field(FieldType { item: ItemType::Ref(ty), list: false }) => Kind::Facts(ty),
                    kind => kind,
                };
                self.mapping(into, Node { value, span: from.span }, inner, path, faults);
            }
            (NodeValue::List(a), NodeValue::List(b)) if a.len() == b.len() => {
                let item = match kind {
                    Kind::Field(ty) => Kind::Field(FieldType { list: false, ..ty }),
                    _ => Kind::Other,
                };
                for (at, (a, b)) in a.iter_mut().zip(b).enumerate() {
                    self.item((first, a), (second, b), item, &format!("{path}[{at}]"), faults);
                }
            }
            _ => faults.push(differ()),
        }
    }

    /// Items at the same place of two lists are the same only if they share a fact; else nothing says that they are.
    fn item(&self, into: (Span, &mut Node), from: (Span, Node), kind: Kind, path: &str, faults: &mut Faults) {
        if let (Some(a), Some(b)) = (into.1.map(), from.1.map())
            && !self.share_a_fact(a, b, kind)
            && !same_node(into.1, &from.1)
        {
            let message =
                format!("`{}` is given `{path}` twice, and nothing shows that both are the same", self.subject);
            let fault = Fault::error(from.1.span, message).note(into.1.span, "first given here");
            faults.push(fault.help("repeat a fact that tells the item apart, or state the list in one file only"));
            return;
        }
        let (first, second) = (into.1.span, from.1.span);
        self.value((first, into.1), (second, from.1), kind, path, faults);
    }

    fn share_a_fact(&self, a: &[(Key, Node)], b: &[(Key, Node)], kind: Kind) -> bool {
        let Kind::Field(FieldType { item: ItemType::Ref(ty), .. }) = kind else { return false };
        a.iter().any(|(key, value)| {
            b.iter().any(|(other, further)| {
                let same_key = self.same_key(&key.name, &other.name, Kind::Facts(ty));
                let inner = self.kind_of(&key.name, Kind::Facts(ty));
                let texts = value.text().zip(further.text());
                same_key && texts.is_some_and(|(a, b)| same_scalar(a, b, inner))
            })
        })
    }

    /// A field may be named by a former id.
    fn same_key(&self, a: &str, b: &str, kind: Kind) -> bool {
        let position = |name: &str| match kind {
            Kind::Facts(ty) => self.vocabulary.record_type(ty).and_then(|ty| ty.position(name)),
            _ => None,
        };
        a == b || position(a).is_some_and(|found| position(b) == Some(found))
    }

    fn kind_of(&self, key: &str, within: Kind) -> Kind {
        match within {
            Kind::Facts(_) if key == "claimed" => Kind::Claims,
            Kind::Facts(ty) => {
                let described = self.vocabulary.record_type(ty);
                let field = described.and_then(|ty| ty.position(key).and_then(|index| ty.field(index)));
                field.map_or(Kind::Other, |field| Kind::Field(field.ty))
            }
            Kind::Claims => {
                let term = self.vocabulary.term_named(key).and_then(|id| self.vocabulary.term(id));
                term.map_or(Kind::Other, |term| Kind::Field(FieldType { item: term.ty, list: false }))
            }
            Kind::Field(_) | Kind::Other => Kind::Other,
        }
    }
}

/// Whether two nodes say the same, wherever they stand.
fn same_node(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (NodeValue::Scalar { text: a, .. }, NodeValue::Scalar { text: b, .. }) => a == b,
        (NodeValue::List(a), NodeValue::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_node(a, b)),
        (NodeValue::Map(a), NodeValue::Map(further)) => {
            a.len() == further.len()
                && a.iter().all(|(key, value)| b.get(&key.name).is_some_and(|other| same_node(value, other)))
        }
        _ => false,
    }
}

/// Whether two words state the same value: some types can be written in more than one way.
fn same_scalar(a: &str, b: &str, kind: Kind) -> bool {
    let item = match kind {
        Kind::Field(ty) => Some(ty.item),
        _ => None,
    };
    let truth = |text: &str| match text {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    };
    let number = |text: &str| text.replace('_', "").parse::<i64>().ok();
    match item {
        _ if a == b => true,
        Some(ItemType::Bool) => truth(a).is_some() && truth(a) == truth(b),
        Some(ItemType::Int) => number(a).is_some() && number(a) == number(b),
        _ => false,
    }
}
