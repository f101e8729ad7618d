use std::sync::Arc;

use super::{Facts, Record, Value};
use crate::vocabulary::{OPERATOR, Standing, Vocabulary};

impl Facts {
    /// The facts of an act as a subject of the register states it; a role whose filler is not stated, or stated to be
    /// none, is left out.
    pub fn of_standing(
        record: &Arc<Record>,
        standing: &Standing,
        operator: Option<&Arc<Record>>,
        vocabulary: &Vocabulary,
    ) -> Self {
        let filled = standing.roles.iter().filter_map(|(role, path)| {
            let filler = path.iter().try_fold(record, |record, step| {
                let index = vocabulary.record_type(record.ty)?.position(step)?;
                match record.field(index) {
                    Value::Record(next) => Some(next),
                    _ => None,
                }
            });
            filler.map(|filler| (role.clone(), Arc::clone(filler)))
        });
        Self { roots: filled.collect(), answers: Vec::new() }.beside(operator)
    }

    /// The facts of one subject, under the root of its type.
    pub fn of_subject(record: &Arc<Record>, operator: Option<&Arc<Record>>, vocabulary: &Vocabulary) -> Self {
        let root = vocabulary.record_type(record.ty).map(|ty| (ty.root.clone(), Arc::clone(record)));
        Self { roots: root.into_iter().collect(), answers: Vec::new() }.beside(operator)
    }

    /// The same with the operator beside it, unless the operator is what it is about.
    fn beside(mut self, operator: Option<&Arc<Record>>) -> Self {
        if self.root(OPERATOR).is_none() {
            self.roots.extend(operator.map(|operator| (OPERATOR.to_owned(), Arc::clone(operator))));
        }
        self
    }
}
