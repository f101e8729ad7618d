//! What a hold takes of a question: whole records, and nothing that was communicated after it was accepted.

use shuhi_records::{Columns, Kind, UtcMillis, Window};
use shuhi_segment::{By, Find};

use crate::lookup::Question;

impl Question {
    /// The question about no moment after `at`.
    pub(super) fn before(&self, at: UtcMillis) -> Self {
        Self { within: (self.within.0, self.within.1.min(at)), ..self.clone() }
    }

    /// Whether records of that kind and window may answer it.
    pub(super) fn asks_about(&self, kind: Kind, window: Window) -> bool {
        let of_kind = self.finds.iter().any(|(asked, _)| *asked == kind);
        of_kind && window.start() <= self.within.1 && self.within.0 < window.end()
    }

    /// What finds whole records in a segment.
    pub(super) fn find_whole(&self, by: &By) -> Find {
        Find::by(by.clone()).within(self.within.0, self.within.1).to_destinations(&self.destinations)
    }

    /// Those of the records that answer it.
    pub(super) fn matching(&self, columns: &Columns) -> Columns {
        let finds: Vec<Find> =
            self.finds.iter().filter(|(kind, _)| *kind == columns.kind()).map(|(_, by)| self.find_whole(by)).collect();
        let mut matching = Columns::new(columns.kind());
        let answers = |row: &shuhi_records::Row<'_>| finds.iter().any(|find| find.matches(row));
        columns.iter().filter(answers).for_each(|row| matching.push(&row));
        matching
    }
}
