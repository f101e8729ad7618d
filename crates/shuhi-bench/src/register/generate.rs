//! A made-up operator with as many log policies as asked for: most settings ordinary, some forgotten, some too long.

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
    let mut dice = Dice(seed);
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

/// SplitMix64, so that a seed means the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit.max(1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick(&mut self, among: &[&'static str]) -> &'static str {
        let index = usize::try_from(self.below(among.len() as u64)).unwrap_or(0);
        among.get(index).copied().unwrap_or_default()
    }
}
