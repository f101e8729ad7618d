//! `shuhi vault hold`: specified records kept beyond their period, within the law's limits.

use std::io::{Write as _, stdout};

use serde::Serialize;
use serde_json::Value as Json;
use shuhi_law::vocabulary::Language;
use shuhi_vault::{
    HoldChanged, HoldExtension, HoldRequest, HoldReview, HoldState, HoldWithdrawal, LawCounsel, Signed, SignedContext,
    Vault, VaultError,
};

use super::lookup::{counsel, law_today, opinion_page, refused};
use super::place::{open, opener};
use super::statement::{document_hash, facts, question, stated};
use crate::args::Common;
use crate::args::vault::{
    Actor, HoldChangeOptions, HoldCommand, HoldExtendOptions, HoldOptions, HoldRequestOptions, Place, YesNo,
};
use crate::failure::Failure;
use crate::page::table;
use crate::secrets::actor;
use crate::words::{self, pick};

/// Runs one step; status 1 where the law says no.
pub fn run(options: &HoldOptions, common: &Common) -> Result<bool, Failure> {
    match &options.command {
        HoldCommand::Request(options) => request(options, common),
        HoldCommand::Extend(options) => extend(options, common),
        HoldCommand::Withdraw(change) => withdraw(change, common),
        HoldCommand::Review { change, still_needed, facts } => review(change, *still_needed, facts, common),
        HoldCommand::List { place, for_support } => list(place, *for_support, common),
    }
}

fn request(options: &HoldRequestOptions, common: &Common) -> Result<bool, Failure> {
    let opener = opener(&options.place, common)?;
    let request = HoldRequest {
        facts: facts(&options.grounds)?,
        question: question(&options.question)?,
        received_on: options.received_on.clone(),
        first_term: options.first_term.clone(),
        document_sha256: document_hash(options.grounds.document.as_deref())?,
        silence: options.silence,
        reason: options.grounds.reason.clone(),
        signed_at: opener.machine.now().0,
    };
    let law = law_today(&opener, common)?;
    let identity = actor(&options.actor, &opener.machine, common)?;
    let signed = Signed::new(SignedContext::Hold, &request, &identity)?;
    match opener.open()?.submit_hold(&signed, &counsel(&law)) {
        Ok(held) => {
            writeln!(stdout().lock(), "{}", held.hold)?;
            eprint!("{}", opinion_page(&held.opinion, common.language));
            let ends = ends(held.until.map(words::instant), held.review_by.map(words::instant), common.language);
            let (records, leaf) = (held.records, held.leaf);
            match common.language {
                Language::Japanese => eprintln!("{records} 件を写し取った。{ends}台帳の {leaf} 番。"),
                Language::English => eprintln!("records copied out: {records}; {ends}leaf {leaf} of the ledger."),
            }
            Ok(true)
        }
        Err(error) => refused(error, common.language),
    }
}

fn ends(until: Option<String>, review_by: Option<String>, language: Language) -> String {
    match (until, review_by, language) {
        (Some(until), _, Language::Japanese) => format!("{until} に終わる。"),
        (Some(until), _, Language::English) => format!("it ends at {until}; "),
        (None, Some(by), Language::Japanese) => format!("{by} までに要否を点検する。"),
        (None, Some(by), Language::English) => format!("look by {by} whether it is still needed; "),
        (None, None, _) => String::new(),
    }
}

fn extend(options: &HoldExtendOptions, common: &Common) -> Result<bool, Failure> {
    let change = &options.change;
    let (facts, document_sha256) = (newer(&options.facts)?, document_hash(change.document.as_deref())?);
    let statement = |signed_at| HoldExtension {
        hold: change.id.clone(),
        facts,
        total_term: options.total_term.clone(),
        document_sha256,
        reason: change.reason.clone(),
        signed_at,
    };
    changed((&change.place, &change.actor), statement, Vault::extend_hold, common)
}

fn withdraw(change: &HoldChangeOptions, common: &Common) -> Result<bool, Failure> {
    let document_sha256 = document_hash(change.document.as_deref())?;
    let statement = |signed_at| HoldWithdrawal {
        hold: change.id.clone(),
        document_sha256,
        reason: change.reason.clone(),
        signed_at,
    };
    changed((&change.place, &change.actor), statement, Vault::withdraw_hold, common)
}

fn review(change: &HoldChangeOptions, needed: YesNo, facts: &[String], common: &Common) -> Result<bool, Failure> {
    let facts = newer(facts)?;
    let statement = |signed_at| HoldReview {
        hold: change.id.clone(),
        facts,
        still_needed: needed == YesNo::Yes,
        reason: change.reason.clone(),
        signed_at,
    };
    changed((&change.place, &change.actor), statement, Vault::review_hold, common)
}

/// Facts that differ from the request's; none where nothing changed.
fn newer(facts: &[String]) -> Result<Json, Failure> {
    if facts.is_empty() { Ok(Json::Null) } else { stated(facts, None) }
}

/// How the vault takes in a signed statement on a hold.
type Change = fn(&mut Vault, &Signed, &dyn shuhi_vault::Counsel) -> Result<HoldChanged, VaultError>;

fn changed<S: Serialize>(
    (place, who): (&Place, &Actor),
    statement: impl FnOnce(i64) -> S,
    change: Change,
    common: &Common,
) -> Result<bool, Failure> {
    let opener = opener(place, common)?;
    let law = law_today(&opener, common)?;
    let identity = actor(who, &opener.machine, common)?;
    let signed = Signed::new(SignedContext::Hold, &statement(opener.machine.now().0), &identity)?;
    let counsel: LawCounsel<'_> = counsel(&law);
    match change(&mut opener.open()?, &signed, &counsel) {
        Ok(changed) => {
            let id = &changed.hold;
            let ends = ends(changed.until.map(words::instant), changed.review_by.map(words::instant), common.language);
            match (changed.over, common.language) {
                (true, Language::Japanese) => eprintln!("{id}: 終了。写し取った記録の鍵は破壊した。"),
                (true, Language::English) => eprintln!("{id}: over; the key of its records is destroyed."),
                (false, Language::Japanese) => eprintln!("{id}: 継続。{ends}"),
                (false, Language::English) => eprintln!("{id}: it goes on; {}", ends.trim_end_matches("; ")),
            }
            Ok(true)
        }
        Err(error) => refused(error, common.language),
    }
}

fn list(place: &Place, for_support: bool, common: &Common) -> Result<bool, Failure> {
    let vault = open(place, common)?;
    let mut holds = vault.holds_visible_to(for_support)?;
    holds.sort_by_key(|(_, row)| row.accepted_at);
    let instant = |at: i64| words::instant(shuhi_machine::UtcMillis(at));
    let mut rows = Vec::new();
    for (id, row) in holds {
        let until = match (row.until, row.review_by) {
            (Some(until), _) => instant(until),
            (None, Some(by)) => format!("{}{}", pick(common.language, "点検 ", "review by "), instant(by)),
            (None, None) => String::new(),
        };
        let silence = if row.silence { pick(common.language, "秘密", "silent") } else { "" };
        let (state, records) = (state_word(row.state, common.language), row.records());
        rows.push(vec![id, row.basis, state.to_owned(), records.to_string(), until, silence.to_owned()]);
    }
    write!(stdout().lock(), "{}", table(&rows))?;
    Ok(true)
}

fn state_word(state: HoldState, language: Language) -> &'static str {
    let (ja, en) = state.words();
    pick(language, ja, en)
}
