//! What happens to a vault.

mod erasure;
mod hold;
mod ingest;
pub(crate) mod lookup;
mod sessions;
