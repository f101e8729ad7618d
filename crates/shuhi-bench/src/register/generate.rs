//! A made-up operator with as many log policies as asked for: most settings ordinary, some forgotten, some too long.

use crate::dice::Dice;

const KINDS: [&str; 7] =
    ["connection_auth", "address_translation", "login", "post", "call", "message_envelope", "account"];
const PURPOSES: [&str; 6] =
    ["charging", "complaint_handling", "misuse_prevention", "system_safety", "user_inquiries", "security"];
const PERIODS: [&str; 8] =
    ["1 month", "3 months", "90 days", "6 months", "182 days", "7 months", "1 year", "24 months"];
const STARTS: [&str; 3] = ["event", "session_end", "need_end"];
const FACTORS: [&str; 3] = ["[business_need]", "[business_need, effect_of_retention]", "[]"];

/// The register's YAML; the same seed gives the same text.
pub fn register(subjects: usize, seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut text = String::from(
        "operator:\n  name: 株式会社見本通信\n  offers: [internet_connection, social_network]\n  telecom_operator: true\n\
         services:\n  - {id: line, name: 見本ひかり, kind: internet_connection, charged: true}\n\
         \x20 - {id: plaza, name: みほん広場, kind: social_network, charged: false}\nlog_policies:\n",
    );
    for number in 0..subjects.saturating_sub(2) {
        policy(&mut text, number, &mut dice);
    }
    text
}

fn policy(text: &mut String, number: usize, dice: &mut Dice) {
    text.push_str(&format!("  - id: policy-{number}\n"));
    let mut line = |entry: String| text.push_str(&format!("    {entry}\n"));
    let kind = dice.pick(&KINDS);
    line(format!("service: {}", if matches!(kind, "login" | "post") { "plaza" } else { "line" }));
    line(format!("kind: {kind}"));
    if dice.chance(95) {
        line("purposes:".to_owned());
        for _ in 0..=dice.below(2) {
            let period = if dice.chance(40) { format!(", period: {}", dice.pick(&PERIODS)) } else { String::new() };
            line(format!("  - {{purpose: {}, needed: {}{period}}}", dice.pick(&PURPOSES), dice.chance(85)));
        }
    }
    if dice.chance(92) {
        line(format!("period: {}", if dice.chance(95) { dice.pick(&PERIODS) } else { "none" }));
    }
    if dice.chance(80) {
        line(format!("period_starts: {}", dice.pick(&STARTS)));
    }
    if dice.chance(90) {
        line(format!("minimum: {}", dice.chance(90)));
        line(format!("consent: {{given: {}}}", dice.chance(10)));
    }
    if dice.chance(70) {
        line(format!("restrictive: {}", dice.chance(70)));
        line(format!("weighed: {}", dice.pick(&FACTORS)));
        line(format!("security_measures: {}", dice.chance(90)));
        line(format!("indispensable_against_harmful_posts: {}", dice.chance(30)));
    }
    line("readers: [網運用センター, 接続サポート]".to_owned());
}
