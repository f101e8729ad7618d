use serde::Serialize;

/// What an observation came to; the log has the rest.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// The browser, with its version.
    pub browser: String,
    /// The command line it was started with.
    pub command: Vec<String>,
    /// The visits, in order.
    pub visits: Vec<VisitSummary>,
    /// Addresses outside of loopback that the browser connected to, at its own behest or a page's.
    pub outside: Vec<String>,
    /// What went wrong; each stands in the log as well.
    pub faults: Vec<Fault>,
}

/// One visit.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VisitSummary {
    /// The page as asked for.
    pub url: String,
    /// Width of the window in CSS pixels.
    pub width_px: u32,
    /// What the visitor had chosen when the visit ended: `before`, `accepted`, `refused`.
    pub choice: String,
    /// Pictures taken, as names of files in the folder for pictures.
    pub pictures: Vec<String>,
    /// Requests seen.
    pub requests: u64,
    /// Bytes received.
    pub bytes: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

/// Something that could not be done or seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where: mostly the address of a page.
    pub place: String,
    /// What happened.
    pub what: String,
    /// What may be missing for it.
    pub missing: String,
}
