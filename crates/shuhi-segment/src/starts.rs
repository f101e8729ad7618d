//! With which port each page begins. Rows are sorted by address and then by port, so where the rows of an address lie on
//! both sides of the border of two pages, the port with which the second begins tells on which side a port is: one page is
//! read instead of two. The least and greatest values of a page cannot tell, as it has other addresses with all ports.

use std::collections::BTreeMap;

use shuhi_records::{Address, ColumnData, Columns};

use crate::bounds::Bounds;
use crate::layout::{Form, Layout};
use crate::query::Condition;

/// The entry of the footer.
const ENTRY: &str = "page_starts";

/// The first value of the second column of the first path, a page.
#[derive(Clone, Debug)]
pub(crate) struct Starts {
    /// The places of the first two columns of the first path.
    address: usize,
    port: usize,
    values: Vec<u32>,
}

impl Starts {
    /// What the footer says, for kinds sorted by an IPv4 address and a port that no record leaves empty.
    pub(crate) fn to_footer(
        layout: &Layout,
        columns: &Columns,
        order: &[u32],
        page: usize,
    ) -> Option<(String, String)> {
        let (address, port) = places(layout)?;
        let stated = |place: usize| match columns.data().get(place) {
            Some(ColumnData::Address { stated, .. } | ColumnData::Number { stated, .. }) => stated.is_empty(),
            _ => false,
        };
        let Some(ColumnData::Number { values, .. }) = columns.data().get(port) else { return None };
        if !stated(address) || !stated(port) {
            return None;
        }
        let first = |rows: &[u32]| rows.first().and_then(|row| values.get(*row as usize)).map(u32::to_string);
        let starts = order.chunks(page).map(first).collect::<Option<Vec<String>>>()?;
        Some((ENTRY.to_owned(), starts.join(",")))
    }

    /// What a footer says; `None` where it says nothing of all its pages.
    pub(crate) fn from_footer(entries: &BTreeMap<String, String>, layout: &Layout, pages: usize) -> Option<Self> {
        let (address, port) = places(layout)?;
        let values: Result<Vec<u32>, _> = entries.get(ENTRY)?.split(',').map(str::parse).collect();
        let values = values.ok().filter(|values| values.len() == pages)?;
        Some(Self { address, port, values })
    }

    /// Whether a page may have a row for which all conditions hold, as far as the borders of pages tell.
    pub(crate) fn may_hold(&self, layout: &Layout, bounds: &[Bounds], conditions: &[Condition], page: usize) -> bool {
        let Some((asked, port, span)) = self.asked(layout, bounds, conditions, page) else { return true };
        let begins_with_it = |page: usize| {
            let lowest = bounds.get(self.address).and_then(|bounds| bounds.lowest_address(page));
            self.values.get(page).copied().filter(|_| lowest == Some(asked))
        };
        // Its rows in this page begin with this port or a higher one; in the page before they end with that of the next.
        let above = begins_with_it(page).is_some_and(|first| first > port);
        let below = begins_with_it(page + 1).is_some_and(|next| next.saturating_add(span) < port);
        !above && !below
    }

    /// The address and port asked about, and how far beyond its first port a row of the page may reach.
    fn asked(
        &self,
        layout: &Layout,
        bounds: &[Bounds],
        conditions: &[Condition],
        page: usize,
    ) -> Option<(Address, u32, u32)> {
        let address = conditions.iter().find_map(|condition| match condition {
            Condition::Address { column, among } if *column == self.address => match among.as_slice() {
                [address] => Some(*address),
                _ => None,
            },
            _ => None,
        })?;
        let (port, span) = conditions.iter().find_map(|condition| match condition {
            Condition::Port { column, port } if *column == self.port => Some((*port, 0)),
            Condition::Ports { first, last, port } if *first == self.port => {
                // Stands less the first port, so its greatest value is how far a row reaches.
                let reaches = layout.form(*last) == Form::Above(*first);
                let span = bounds.get(*last).and_then(|bounds| bounds.numbers(page)).map(|(_, most)| most);
                Some((*port, span.filter(|_| reaches).unwrap_or(u32::MAX)))
            }
            _ => None,
        })?;
        Some((address, port, span))
    }
}

/// The places of address and port, where a kind is sorted by them and all addresses are IPv4: of longer ones the least of a
/// page need not be its first.
fn places(layout: &Layout) -> Option<(usize, usize)> {
    let [address, port, ..] = layout.kind.sorted_by() else { return None };
    let (address, port) = (layout.kind.place(address)?, layout.kind.place(port)?);
    let fits = layout.form(address) == Form::Address4 && layout.form(port) == Form::Number;
    fits.then_some((address, port))
}
