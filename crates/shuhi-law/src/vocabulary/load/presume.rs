use shuhi_source::{Fault, Fields, Node, Span, did_you_mean};

use super::Loader;
use crate::facts::FactReader;
use crate::vocabulary::{Absent, ActId, Field, Presumption, TypeId};

/// What an act or a type takes as stated, as it is written.
pub(super) struct Presumed {
    of: Presuming,
    /// `root.field`
    fact: (String, Span),
    absent: Absent,
    value: Span,
}

/// Who presumes.
#[derive(Clone, Copy)]
pub(super) enum Presuming {
    Type(TypeId),
    Act(ActId),
}

impl Loader<'_> {
    /// One entry of `presume:`, kept until all types are known.
    pub(super) fn presumption(&mut self, of: Presuming, node: &Node) {
        let Some(mut fields) = Fields::of(node, "presumption", self.faults) else { return };
        let fact = fields.text("fact", self.faults).map(|(text, span)| (text.to_owned(), span));
        let silence = self.silence(&mut fields);
        fields.finish(self.faults);
        if let (Some(fact), Some((absent, value))) = (fact, silence) {
            self.presumed.push(Presumed { of, fact, absent, value });
        }
    }

    /// A presumption must speak of a field of what is judged or stands beside it, and give it a value of its own.
    pub(super) fn presumptions(&mut self) {
        for Presumed { of, fact: (fact, span), absent, value } in std::mem::take(&mut self.presumed) {
            let roots = match of {
                Presuming::Type(ty) => self.vocabulary.roots_of(ty),
                Presuming::Act(act) => self.vocabulary.roles_of(act),
            };
            let (root, name) = fact.split_once('.').unwrap_or((&fact, ""));
            let ty = roots.iter().find(|(known, _)| known == root).map(|(_, ty)| *ty);
            let described = ty.and_then(|ty| self.vocabulary.record_type(ty));
            let index = described.and_then(|described| described.position(name));
            let field = described.zip(index).and_then(|(described, index)| described.field(index));
            let (Some(ty), Some(index), Some(field)) = (ty, index, field) else {
                let known = described.into_iter().flat_map(|described| &described.fields);
                let help = did_you_mean(name, known.map(|field| field.name.as_str()));
                let help = help.unwrap_or_else(|| "write `role.field` or `operator.field`".to_owned());
                self.faults.push(Fault::error(span, format!("`{fact}` is no fact of what is judged here")).help(help));
                continue;
            };
            let silent = Field { absent: Some(absent.clone()), ..field.clone() };
            FactReader::new(&self.vocabulary, &[]).absent_value(&silent, value, self.faults);
            let presumption = Presumption { root: root.to_owned(), ty, field: index, absent };
            let presumes = match of {
                Presuming::Type(ty) => self.vocabulary.types.get_mut(usize::from(ty.0)).map(|ty| &mut ty.presumes),
                Presuming::Act(act) => self.vocabulary.acts.get_mut(usize::from(act.0)).map(|act| &mut act.presumes),
            };
            if let Some(presumes) = presumes {
                presumes.push(presumption);
            }
        }
    }
}
