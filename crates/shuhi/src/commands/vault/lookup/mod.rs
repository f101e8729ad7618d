//! `shuhi vault lookup`: from a signed request to an answer that only who asked can open.

mod elsewhere;

use std::io::{Write as _, stdout};
use std::path::Path;

use serde_json::{Value as Json, json};
use shuhi_law::vocabulary::Language;
use shuhi_machine::{Machine, write_durably};
use shuhi_vault::{
    Approval, LawCounsel, LookupAnswer, LookupRequest, Opinion, ReleaseOrder, Released, RequestRow, RequestState,
    Signed, SignedContext, Vault, VaultError,
};

use super::place::{Law, Opener, law, open, opener, opener_at, today};
use super::statement::{document_hash, facts, question};
use crate::args::Common;
use crate::args::vault::{
    DecideOptions, LookupCommand, LookupOptions, OrderOptions, Outcome, Place, PlainFormat, RequestOptions, VoteOptions,
};
use crate::failure::Failure;
use crate::page::{table, wrap};
use crate::secrets::actor;
use crate::words::{self, pick};

/// No file with a signed statement is longer.
const SIGNED_BYTES_MAX: u64 = 1 << 20;

/// Runs one step; status 1 where the law or a person says no.
pub fn run(options: &LookupOptions, common: &Common) -> Result<bool, Failure> {
    match &options.command {
        LookupCommand::Request(options) => request(options, common),
        LookupCommand::Submit { place, file } => submit(place, file, common),
        LookupCommand::Show { place, id, export: Some(file), to: Some(to) } => export(place, id, (file, to), common),
        LookupCommand::Show { place, id, .. } => show(place, id, common),
        LookupCommand::Read { file, actor } => elsewhere::read(file, actor, common),
        LookupCommand::Approve(options) => decide(options, true, common),
        LookupCommand::Deny(options) => decide(options, false, common),
        LookupCommand::SubmitApproval { place, file } => submit_approval(place, file, common),
        LookupCommand::Release(order) => release(order, false, common),
        LookupCommand::ReleaseAlone(order) => release(order, true, common),
        LookupCommand::Review { vote, outcome } => review(vote, *outcome, common),
        LookupCommand::Open { order, format } => open_answer(order, *format, common),
        LookupCommand::List(place) => list(place, common),
    }
}

fn request(options: &RequestOptions, common: &Common) -> Result<bool, Failure> {
    let machine = Machine::real();
    let request = LookupRequest {
        facts: facts(&options.grounds)?,
        document_sha256: document_hash(options.grounds.document.as_deref())?,
        question: question(&options.question)?,
        reason: options.grounds.reason.clone(),
        signed_at: machine.now().0,
    };
    let identity = actor(&options.actor, &machine, common)?;
    let signed = Signed::new(SignedContext::Request, &request, &identity)?;
    write_durably(&*machine.disk, &options.out, signed.to_text().as_bytes())?;
    let (ja, en) = ("署名した求め: ", "signed request: ");
    eprintln!("{}{}", pick(common.language, ja, en), options.out.display());
    Ok(true)
}

fn submit(place: &Place, file: &Path, common: &Common) -> Result<bool, Failure> {
    let signed = read_signed(file)?;
    let opener = opener(place, common)?;
    let law = law_today(&opener, common)?;
    let submitted = opener.open()?.submit_request(&signed, &counsel(&law));
    match submitted {
        Ok(submitted) => {
            writeln!(stdout().lock(), "{}", submitted.request)?;
            eprint!("{}", opinion_page(&submitted.opinion, common.language));
            let (ja, en) =
                ("法令上は許される。別の人の承認を待つ。", "the law permits it; a second person has to approve it.");
            eprintln!("{}", pick(common.language, ja, en));
            Ok(true)
        }
        Err(error) => refused(error, common.language),
    }
}

/// What the law refuses is an answer, not a fault: told on standard output, status 1.
pub fn refused(error: VaultError, language: Language) -> Result<bool, Failure> {
    let VaultError::NotPermitted { what, opinion } = &error else { return Err(error.into()) };
    let mut out = stdout().lock();
    writeln!(out, "{}", what.in_language(language))?;
    write!(out, "{}", opinion_page(opinion, language))?;
    eprintln!("  help: {}", error.help().in_language(language));
    Ok(false)
}

/// What the law says, with the rules that decide.
pub fn opinion_page(opinion: &Opinion, language: Language) -> String {
    let word = match opinion.answer {
        shuhi_vault::Answer::Permitted => pick(language, "できる（許容）", "permitted"),
        shuhi_vault::Answer::Forbidden => pick(language, "できない（禁止）", "forbidden"),
        shuhi_vault::Answer::Unknown => pick(language, "判断できない（不明）", "cannot be decided"),
    };
    let mut page = format!("{word}  {}{}\n", pick(language, "基準日 ", "law as of "), opinion.law_of);
    for reason in &opinion.reasons {
        page.push_str(&wrap(&format!("{}  ({})", reason.cite(language), reason.rule), 2));
        page.push_str(&wrap(reason.say(language), 4));
    }
    if !opinion.missing.is_empty() {
        let missing = opinion.missing.join(pick(language, "、", ", "));
        page.push_str(&wrap(&format!("{}{missing}", pick(language, "足りない事実: ", "missing: ")), 2));
    }
    page
}

fn show(place: &Place, id: &str, common: &Common) -> Result<bool, Failure> {
    let vault = open(place, common)?;
    let (row, signed, request) = vault.request(id)?;
    let state = (pick(common.language, "状態", "state"), state_word(row.state, common.language).to_owned());
    let asked_by = name_of(&vault, &signed.by)?;
    let rows = request_rows(id, &request, &asked_by, row.requested_at, &[state], common.language);
    write!(stdout().lock(), "{}", table(&rows))?;
    Ok(true)
}

/// Everything that an approver has to know of a request.
pub fn request_rows(
    id: &str,
    request: &LookupRequest,
    asked_by: &str,
    requested_at: i64,
    more: &[(&str, String)],
    language: Language,
) -> Vec<Vec<String>> {
    let row =
        |ja: &'static str, en: &'static str, value: &str| vec![pick(language, ja, en).to_owned(), value.to_owned()];
    let mut rows = vec![row("求め", "request", id)];
    rows.extend(more.iter().map(|(label, value)| vec![(*label).to_owned(), value.clone()]));
    rows.extend([
        row("求めた人", "asked by", asked_by),
        row("時刻", "at", &words::instant(shuhi_machine::UtcMillis(requested_at))),
        row("理由", "reason", &request.reason),
        row("文書のSHA-256", "document's SHA-256", request.document_sha256.as_deref().unwrap_or_default()),
    ]);
    flat("", &serde_json::to_value(&request.question).unwrap_or_default(), &mut rows);
    flat("", &request.facts, &mut rows);
    rows
}

fn export(place: &Place, id: &str, (file, to): (&Path, &str), common: &Common) -> Result<bool, Failure> {
    let opener = opener(place, common)?;
    let sealed = opener.open()?.export_request(id, to)?;
    write_durably(&*opener.machine.disk, file, &sealed)?;
    let (ja, en) = ("承認する人に宛てて封じた求め: ", "request, sealed to its approver: ");
    eprintln!("{}{}", pick(common.language, ja, en), file.display());
    Ok(true)
}

/// Nested values as one row a leaf.
pub fn flat(above: &str, value: &Json, rows: &mut Vec<Vec<String>>) {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Json::Object(entries) => {
            for (name, value) in entries {
                let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
                flat(&path, value, rows);
            }
        }
        Json::Array(items) => {
            rows.push(vec![above.to_owned(), items.iter().map(text).collect::<Vec<_>>().join(", ")]);
        }
        Json::Null => {}
        other => rows.push(vec![above.to_owned(), text(other)]),
    }
}

fn decide(options: &DecideOptions, approved: bool, common: &Common) -> Result<bool, Failure> {
    let (folder, id) = match (&options.folder, &options.id, &options.sign_only, &options.out) {
        (Some(folder), Some(id), None, _) => (folder, id),
        (_, _, Some(file), Some(out)) => return elsewhere::sign(options, approved, (file, out), common),
        // The command line asks for one or the other.
        _ => return Ok(false),
    };
    let opener = opener_at(folder, &options.opening, common)?;
    let law = law_today(&opener, common)?;
    let identity = actor(&options.actor, &opener.machine, common)?;
    let mut vault = opener.open()?;
    let (_, asked, _) = vault.request(id)?;
    let approval = Approval::of(id, &asked, approved, &options.reason, opener.machine.now());
    let signed = Signed::new(SignedContext::Approval, &approval, &identity)?;
    decided(&mut vault, id, &signed, &law, common)
}

/// Hands in what an approver signed elsewhere.
fn submit_approval(place: &Place, file: &Path, common: &Common) -> Result<bool, Failure> {
    let signed = read_signed(file)?;
    let opener = opener(place, common)?;
    let law = law_today(&opener, common)?;
    let id = elsewhere::request_of(&signed, file)?;
    decided(&mut opener.open()?, &id, &signed, &law, common)
}

fn decided(vault: &mut Vault, id: &str, signed: &Signed, law: &Law, common: &Common) -> Result<bool, Failure> {
    match vault.submit_approval(signed, &counsel(law)) {
        Ok(state) => {
            eprintln!("{id}: {}", state_word(state, common.language));
            Ok(true)
        }
        Err(error) => refused(error, common.language),
    }
}

fn release(order: &OrderOptions, alone: bool, common: &Common) -> Result<bool, Failure> {
    let opener = opener(&order.place, common)?;
    let identity = actor(&order.actor, &opener.machine, common)?;
    let signed = Signed::new(SignedContext::Release, &ReleaseOrder { request: order.id.clone() }, &identity)?;
    let released = if alone {
        let law = law_today(&opener, common)?;
        opener.open()?.release_alone(&signed, &counsel(&law))
    } else {
        opener.open()?.release(&signed)
    };
    match released {
        Ok(released) => {
            writeln!(stdout().lock(), "{}", released.leaf)?;
            eprintln!("{}", released_line(&released, common.language));
            Ok(true)
        }
        Err(error) => refused(error, common.language),
    }
}

fn released_line(released: &Released, language: Language) -> String {
    let Released { matches, leaf, .. } = released;
    let until = words::instant(released.expires_at);
    match (language, released.unique) {
        (Language::Japanese, _) if *matches == 0 => format!("該当する記録はない。台帳の {leaf} 番。"),
        (Language::English, _) if *matches == 0 => format!("no record matches; leaf {leaf} of the ledger."),
        (Language::Japanese, true) => {
            format!("{matches} 件に一致。台帳の {leaf} 番。`shuhi vault lookup open` で {until} まで開ける。")
        }
        (Language::Japanese, false) => {
            format!("{matches} 件に一致したが一人に絞れず、誰の名も示さない。台帳の {leaf} 番。")
        }
        (Language::English, true) => {
            let matching =
                if *matches == 1 { "1 record matches".to_owned() } else { format!("{matches} records match") };
            format!("{matching}; leaf {leaf} of the ledger; `shuhi vault lookup open` opens it until {until}.")
        }
        (Language::English, false) => {
            format!("{matches} records match more than one person, so nobody is named; leaf {leaf} of the ledger.")
        }
    }
}

fn review(vote: &VoteOptions, outcome: Outcome, common: &Common) -> Result<bool, Failure> {
    let opener = opener(&vote.place, common)?;
    let identity = actor(&vote.actor, &opener.machine, common)?;
    let mut vault = opener.open()?;
    let (_, asked, _) = vault.request(&vote.id)?;
    let justified = outcome == Outcome::Justified;
    let review = Approval::of(&vote.id, &asked, justified, &vote.reason, opener.machine.now());
    vault.review_release(&Signed::new(SignedContext::Review, &review, &identity)?)?;
    eprintln!("{}{}", pick(common.language, "点検を記録した: ", "review recorded: "), vote.id);
    Ok(true)
}

fn open_answer(order: &OrderOptions, format: PlainFormat, common: &Common) -> Result<bool, Failure> {
    let opener = opener(&order.place, common)?;
    let identity = actor(&order.actor, &opener.machine, common)?;
    let answer = opener.open()?.open_answer(&order.id, &identity)?;
    let mut out = stdout().lock();
    match format {
        PlainFormat::Json => {
            let told = serde_json::to_value(&answer).unwrap_or_else(|_| json!({}));
            writeln!(out, "{told:#}")?;
        }
        PlainFormat::Text => write!(out, "{}", answer_page(&answer, common.language))?,
    }
    Ok(true)
}

fn answer_page(answer: &LookupAnswer, language: Language) -> String {
    let mut page = match (language, answer.matches, answer.unique) {
        (Language::Japanese, 0, _) => "該当する記録はない。\n".to_owned(),
        (Language::English, 0, _) => "no record matches.\n".to_owned(),
        (Language::Japanese, matches, false) => {
            format!("{matches} 件が {} 人に当たる。一人に絞れないため、誰の名も示さない。\n", answer.persons)
        }
        (Language::English, matches, false) => {
            format!("{matches} records of {} persons match; as it is not one, nobody is named.\n", answer.persons)
        }
        (Language::Japanese, matches, true) => format!("{matches} 件に一致。\n"),
        (Language::English, 1, true) => "1 record matches.\n".to_owned(),
        (Language::English, matches, true) => format!("{matches} records match.\n"),
    };
    for found in &answer.records {
        let mut rows = vec![vec![found.kind.clone()]];
        rows.extend(found.columns.iter().map(|(name, value)| vec![format!("  {name}"), value.clone()]));
        page.push('\n');
        page.push_str(&table(&rows));
    }
    page
}

fn list(place: &Place, common: &Common) -> Result<bool, Failure> {
    let vault = open(place, common)?;
    let mut requests: Vec<(String, RequestRow)> = vault.requests()?;
    requests.sort_by_key(|(_, row)| row.requested_at);
    let rows: Vec<Vec<String>> = requests
        .into_iter()
        .map(|(id, row)| {
            let at = words::instant(shuhi_machine::UtcMillis(row.requested_at));
            vec![id, at, row.requester, state_word(row.state, common.language).to_owned()]
        })
        .collect();
    write!(stdout().lock(), "{}", table(&rows))?;
    Ok(true)
}

fn state_word(state: RequestState, language: Language) -> &'static str {
    let (ja, en) = state.words();
    pick(language, ja, en)
}

/// The name of an enrolled identity with its id.
pub fn name_of(vault: &Vault, id: &str) -> Result<String, Failure> {
    let found = vault.identities()?.into_iter().find(|identity| identity.id == id).and_then(|identity| identity.name);
    Ok(found.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})")))
}

/// A file with a signed statement.
pub fn read_signed(file: &Path) -> Result<Signed, Failure> {
    let bytes = Machine::real().disk.read(file, SIGNED_BYTES_MAX).map_err(VaultError::from)?;
    let wrong = || {
        Failure::said(
            (
                format!("`{}` は署名された申立てではない", file.display()),
                format!("`{}` is not a signed statement", file.display()),
            ),
            ("`shuhi vault` が書いたファイルを渡すこと", "give a file that `shuhi vault` wrote"),
        )
    };
    Signed::from_text(&String::from_utf8(bytes).map_err(|_| wrong())?).map_err(|_| wrong())
}

/// The law of today with the register.
pub fn law_today(opener: &Opener, common: &Common) -> Result<Law, Failure> {
    let on = today(common, &opener.machine)?;
    law(&opener.folder, &opener.settings, on, common)
}

/// Who is asked about every act.
pub fn counsel(law: &Law) -> LawCounsel<'_> {
    LawCounsel::new(&law.rulebook, Some(std::sync::Arc::clone(&law.register)))
}
