//! `shuhi vault policies`: what the law says of the register's policies, and which of them the vault works under.

use std::io::{Write as _, stdout};

use shuhi_law::vocabulary::Language;
use shuhi_vault::{Answer, JudgedPolicy, judged_policies};

use super::place::{law, opener, today};
use crate::args::Common;
use crate::args::vault::Place;
use crate::failure::Failure;
use crate::page::{table, wrap};
use crate::words::pick;

/// Adopts what is lawful; status 1 where anything is refused.
pub fn run(place: &Place, common: &Common) -> Result<bool, Failure> {
    let opener = opener(place, common)?;
    let on = today(common, &opener.machine)?;
    let law = law(&opener.folder, &opener.settings, on, common)?;
    let mut vault = opener.open()?;
    let judged = judged_policies(&law.register, &law.rulebook, on, opener.machine.now());
    let refused = vault.adopt(&judged)?;
    let is_refused = |id: &str| refused.iter().any(|policy| policy.id == id);
    let mut out = stdout().lock();
    let mut rows = Vec::new();
    for policy in &judged {
        let word = match (is_refused(&policy.id), policy.opinion.answer) {
            (false, _) => pick(common.language, "採用", "adopted"),
            (true, Answer::Unknown) => pick(common.language, "判断できない", "undecided"),
            (true, _) => pick(common.language, "採用できない", "refused"),
        };
        let row = policy.policy.as_ref();
        let (kind, period) = row.map_or(("", ""), |row| (row.register_kind.as_str(), row.period.as_str()));
        rows.push(vec![word.to_owned(), policy.id.clone(), kind.to_owned(), period.to_owned()]);
    }
    write!(out, "{}", table(&rows))?;
    for policy in &refused {
        writeln!(out)?;
        against(policy, common.language, &mut out)?;
    }
    for source in &opener.settings.sources {
        if is_refused(&source.policy) || !judged.iter().any(|policy| policy.id == source.policy) {
            let (name, policy) = (&source.name, &source.policy);
            match common.language {
                Language::Japanese => {
                    eprintln!("出どころ `{name}` の方針 `{policy}` は採用されていないため、何も受け取れない")
                }
                Language::English => {
                    eprintln!("source `{name}` can take nothing in: its policy `{policy}` is not adopted")
                }
            }
        }
    }
    Ok(refused.is_empty())
}

fn against(policy: &JudgedPolicy, language: Language, out: &mut impl std::io::Write) -> Result<(), Failure> {
    writeln!(out, "{}", policy.id)?;
    for reason in &policy.opinion.reasons {
        write!(out, "{}", wrap(&format!("{}  ({})", reason.cite(language), reason.rule), 2))?;
        write!(out, "{}", wrap(reason.say(language), 4))?;
    }
    if !policy.opinion.missing.is_empty() {
        let missing = policy.opinion.missing.join(pick(language, "、", ", "));
        write!(out, "{}", wrap(&format!("{}{missing}", pick(language, "足りない事実: ", "missing: ")), 2))?;
    }
    Ok(())
}
