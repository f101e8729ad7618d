use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// The ids of the exceptions that excuse an outcome: mostly none or one, which is then shared with the compiled law.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excuses(Option<Arc<[String]>>);

impl Excuses {
    pub(super) fn add(&mut self, further: &Arc<[String]>) {
        self.0 = Some(match self.0.take() {
            None => Arc::clone(further),
            Some(known) => known.iter().chain(further.iter()).cloned().collect(),
        });
    }
}

impl Deref for Excuses {
    type Target = [String];

    fn deref(&self) -> &[String] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'e> IntoIterator for &'e Excuses {
    type Item = &'e String;
    type IntoIter = std::slice::Iter<'e, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Excuses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
