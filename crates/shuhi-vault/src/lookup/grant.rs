//! What a grant is bound to: one predicate, its columns, the segments it may open.

use ring::digest::{SHA256, digest};
use shuhi_records::Kind;

use super::columns::columns_for;
use super::request::LookupRequest;
use super::template::Question;
use crate::catalog::{HoldState, PolicyRow, SegmentState, tables};
use crate::vault::kind_of;
use crate::{Vault, VaultError};

/// A grant that is not used within this time lapses.
pub(super) const GRANT_LIFE_MILLIS: i64 = 24 * 3_600_000;

/// What a request may open.
pub(super) struct Scope {
    pub predicate: [u8; 32],
    pub segments: Vec<String>,
    pub spools: Vec<String>,
}

/// The purposes of recording that the operator's own bases rest on: a lookup on such a basis ends with its purpose.
const OWN_PURPOSES: [(&str, &[&str]); 3] = [
    ("billing", &["charging", "billing", "billing_statement"]),
    ("complaint", &["complaint_handling", "user_inquiries"]),
    ("security", &["security", "misuse_prevention", "system_safety", "network_operation"]),
];

impl Vault {
    pub(super) fn scope(&self, request: &LookupRequest) -> Result<Scope, VaultError> {
        let question = request.question.question()?;
        let view = self.catalog.view()?;
        let (mut segments, mut spools, mut past_purpose) = (Vec::new(), Vec::new(), 0u64);
        let now = self.now().0;
        for (id, row) in view.all(&tables::SEGMENTS)? {
            let usable = matches!(row.state, SegmentState::Part | SegmentState::Sealed) && row.expires_at > now;
            if usable && asks_about(&question, kind_of(&row.kind)?, row.window.window()) {
                match self.still_serves(request, &row.policy, row.window.window())? {
                    true => segments.push(id),
                    false => past_purpose += 1,
                }
            }
        }
        for (id, row) in view.all(&tables::SPOOLS)? {
            if row.expires_at > now && asks_about(&question, kind_of(&row.kind)?, row.window.window()) {
                match self.still_serves(request, &row.policy, row.window.window())? {
                    true => spools.push(id),
                    false => past_purpose += 1,
                }
            }
        }
        // What is held is held for others than the operator: its own business ends with the purpose.
        if !is_own_business(request) {
            for (_, row) in view.all(&tables::HOLDS)? {
                for part in row.parts.iter().filter(|_| row.state == HoldState::Active) {
                    let kind = kind_of(&part.kind)?;
                    if question.finds.iter().any(|(asked, _)| *asked == kind) {
                        segments.push(part.segment.clone());
                    }
                }
            }
        }
        if past_purpose > 0 && segments.is_empty() && spools.is_empty() {
            let basis = request.fact("basis").unwrap_or_default();
            let what = (
                format!("求められた記録は、根拠 `{basis}` の拠って立つ目的ではもう使えない"),
                format!("the records asked about no longer serve the purpose that basis `{basis}` rests on"),
            );
            return Err(VaultError::refused(
                what,
                (
                    "ほかの目的でだけ残されている。その目的に沿う根拠で求めること",
                    "they are kept for other purposes only; ask on a basis that these serve",
                ),
            ));
        }
        Ok(Scope { predicate: predicate(request, &question), segments, spools })
    }

    /// Whether records of a window still serve the purpose that the basis of a request rests on.
    fn still_serves(
        &self,
        request: &LookupRequest,
        policy: &str,
        window: shuhi_records::Window,
    ) -> Result<bool, VaultError> {
        let basis = request.fact("basis").unwrap_or_default();
        let Some((_, purposes)) = OWN_PURPOSES.iter().find(|(own, _)| *own == basis) else { return Ok(true) };
        let row: Option<PolicyRow> = self.catalog.view()?.get(&tables::POLICIES, policy)?;
        // Under a policy that is adopted no longer, records serve no purpose of the operator's own.
        let Some(row) = row else { return Ok(false) };
        for purpose in *purposes {
            if row.purpose_ends(purpose, window)?.is_some_and(|ends| ends > self.now()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn asks_about(question: &Question, kind: Kind, window: shuhi_records::Window) -> bool {
    let of_kind = question.finds.iter().any(|(asked, _)| *asked == kind);
    of_kind && window.start() <= question.within.1 && question.within.0 < window.end()
}

fn is_own_business(request: &LookupRequest) -> bool {
    let basis = request.fact("basis").unwrap_or_default();
    OWN_PURPOSES.iter().any(|(own, _)| *own == basis)
}

/// SHA-256 of question and columns, so that a grant answers nothing else.
pub(super) fn predicate(request: &LookupRequest, question: &Question) -> [u8; 32] {
    let columns: Vec<(&str, Vec<&str>)> =
        question.finds.iter().map(|(kind, _)| (kind.name(), columns_for(*kind, &request.data()))).collect();
    let exact = serde_json::to_vec(&(&request.question, columns)).unwrap_or_default();
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, &exact).as_ref());
    hash
}
