//! Made-up applications for mobile lines in the columns of `examples/mobile-operator/applications.csv`: mostly in order,
//! some by ways that ended in April 2026, some beyond the number of lines, some with a fact forgotten.

use crate::dice::Dice;

const COLUMNS: &str = "id,act.date,operator.voluntary_rules,application.occasion,application.applicant,\
    application.channel,application.line_kind,application.sms,application.use,application.existing_voice_lines,\
    application.existing_data_lines,application.existing_wearable_lines,application.method,application.document,\
    application.document_anti_forgery,application.chipless_conditions_met,application.record_matched,\
    application.billing_address_matched,application.person_authentication,application.registry_certificate,\
    application.agent_verified,application.agent_tie_checked,application.agent_documents,\
    application.intended_use_confirmed\n";
const VOLUNTARY: &str = "voice_line_limit;use_check_beyond_limit;data_line_verification;agent_tie_check";
const LINES: [&str; 8] = ["voice", "voice", "voice", "voice", "voice", "data", "data", "voice_wearable"];
const DOCUMENTS: [&str; 5] = ["driving_licence", "driving_licence", "my_number_card", "residence_card", "passport"];
const TIES: [&str; 4] = ["letter_of_authority", "business_card", "business_card;proof_of_employment", "[]"];

/// A CSV file of so many applications; the same seed gives the same text.
pub fn applications(lines: usize, seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut text = String::from(COLUMNS);
    for number in 0..lines {
        application(&mut text, number, &mut dice);
    }
    text
}

fn application(text: &mut String, number: usize, dice: &mut Dice) {
    let corporate = dice.chance(12);
    let line = dice.pick(&LINES);
    let held = if dice.chance(4) { 5 + dice.below(9) } else { dice.below(3) };
    let day = format!("2026-0{}-{:02}", 3 + dice.below(3), 1 + dice.below(30));
    let occasion = if dice.chance(5) { "transfer" } else { "new_contract" };
    let channel = if dice.chance(60) { "non_face_to_face" } else { "face_to_face" };
    let applicant = if corporate { "corporation" } else { "individual" };
    let sms = line != "data" || dice.chance(70);
    let purpose = if sms { "" } else { dice.pick(&["iot", "visitor"]) };
    text.push_str(&format!("A-{number},{day},{VOLUNTARY},{occasion},{applicant},{channel},{line},{sms},{purpose},"));
    let others = if corporate { ",".to_owned() } else { format!("{},{}", dice.below(2), dice.below(2)) };
    text.push_str(&format!("{held},{others},"));
    identification(text, channel, dice);
    if corporate {
        let (registry, agent, tie) = (dice.chance(95), dice.chance(95), dice.chance(85));
        text.push_str(&format!("{registry},{agent},{tie},{},", dice.pick(&TIES)));
    } else {
        text.push_str(",,,,");
    }
    let use_confirmed = if held < 5 { "" } else { dice.pick(&["before_contract", "after_contract", "not_confirmed"]) };
    text.push_str(use_confirmed);
    text.push('\n');
}

/// How who applies was verified: method, document, and what belongs to some methods.
fn identification(text: &mut String, channel: &str, dice: &mut Dice) {
    let document = dice.pick(&DOCUMENTS);
    let method = match (dice.below(20), channel) {
        (0, _) => "",
        (1, _) => "none",
        (2..6, "non_face_to_face") => "document_image",
        (2..10, "face_to_face") => "document_original",
        (10..14, _) => "public_authentication",
        (14..17, "non_face_to_face") => "id_password",
        _ => "chip_reading",
    };
    let cells = match method {
        "id_password" => {
            let (record, address) = (dice.chance(92), dice.chance(90));
            let authentication = dice.pick(&["multi_factor", "multi_factor", "password_only"]);
            format!("{method},none,,,{record},{address},{authentication},")
        }
        "" | "none" => format!("{method},none,,,,,,"),
        "public_authentication" => format!("{method},my_number_card,,,,,,"),
        _ => format!("{method},{document},{},,,,,", dice.chance(97)),
    };
    text.push_str(&cells);
}
