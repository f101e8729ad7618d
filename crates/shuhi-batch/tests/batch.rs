//! Decisions line by line, on the embedded rulebook.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

use std::io;
use std::sync::LazyLock;

use jiff::civil::date;
use shuhi_batch::{Batch, Format, HeaderError, LINE_BYTES_MAX, Outcome};
use shuhi_law::Rulebook;
use shuhi_law::decide::Selection;

#[derive(Debug)]
enum Failed {
    #[expect(dead_code, reason = "shown where a test fails")]
    Io(io::Error),
    Header(HeaderError),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<HeaderError> for Failed {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

/// The date of a line that has one of its own.
fn day(answer: &shuhi_batch::Answer<'_>) -> String {
    if answer.at == date(2026, 4, 1) { String::new() } else { format!(" on {}", answer.at) }
}

/// Every line as `number decision reasons` or `number bad: message`, and the counts.
fn run(act: &str, input: &[u8], format: Format) -> Result<(Vec<String>, (u64, u64)), Failed> {
    static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| shuhi_rulebook::rulebook().unwrap());
    let rulebook = &*RULEBOOK;
    let act = rulebook.vocabulary.act_named(act).unwrap();
    let mut selection = Selection::on(date(2026, 4, 1));
    selection.packs = vec!["logs".to_owned()];
    let mut told = Vec::new();
    let counts = Batch::new(rulebook, act, selection).run(input, format, |outcome| {
        told.push(match outcome {
            Outcome::Answer(answer) => {
                format!("{} {} {} {}", answer.line, answer.id, answer.decision.id(), answer.reasons.join("+"))
                    + &day(&answer)
            }
            Outcome::Bad(bad) => format!("{} bad: {}", bad.line, bad.message),
        });
        Ok::<(), Failed>(())
    })?;
    Ok((told, counts))
}

#[test]
fn every_line_of_csv_gets_its_own_decision() {
    let input = "id,justification.kind,tracing.public_communication\n\
                 a,warrant,\n\
                 b,none,false\n\
                 \n\
                 c,,false\n";
    let (told, counts) = run("trace_sender", input.as_bytes(), Format::Csv).unwrap();
    assert_eq!(told, ["2 a permitted ", "3 b forbidden logs.trace.sender", "5 c unknown logs.trace.sender"]);
    assert_eq!(counts, (3, 0));
}

#[test]
fn json_lines_may_nest_and_name_other_keys_on_every_line() {
    let input = concat!(
        "{\"id\": 1, \"justification\": {\"kind\": \"warrant\"}}\n",
        "{\"tracing.public_communication\": false, \"justification.kind\": \"none\"}\n",
    );
    let (told, _) = run("trace_sender", input.as_bytes(), Format::JsonLines).unwrap();
    assert_eq!(told, ["1 1 permitted ", "2  forbidden logs.trace.sender"]);
}

#[test]
fn a_bad_line_is_told_and_the_run_goes_on() {
    let mut input = b"id,justification.kind\na,waranty\nb,none,more\nc,\xff\xfe\nd\n\"e,warrant\n".to_vec();
    input.extend(vec![b'x'; LINE_BYTES_MAX + 10]);
    input.extend_from_slice(b"\nz,warrant\n");
    let (told, counts) = run("trace_sender", &input, Format::Csv).unwrap();
    assert_eq!(counts, (1, 6));
    assert!(told[0].starts_with("2 bad: justification.kind: unknown value `waranty`"), "{}", told[0]);
    assert!(told[0].contains("did you mean `warrant`?"), "{}", told[0]);
    assert!(told[1].starts_with("3 bad: more cells than the 2 columns"), "{}", told[1]);
    assert!(told[2].starts_with("4 bad: cell 2 is not UTF-8"), "{}", told[2]);
    assert!(told[3].starts_with("5 bad: 1 cells, but the head line names 2 columns"), "{}", told[3]);
    assert!(told[4].contains("a quote is not closed"), "{}", told[4]);
    assert!(told[5].contains("longer than the limit"), "{}", told[5]);
    assert_eq!(told[6], "8 z permitted ");
}

#[test]
fn a_line_may_have_a_date_of_its_own() {
    let input = "id,at,justification.kind\na,2025-01-01,warrant\nb,,warrant\nc,2025-02-30,warrant\n";
    let (told, _) = run("trace_sender", input.as_bytes(), Format::Csv).unwrap();
    assert_eq!(told[..2], ["2 a permitted  on 2025-01-01", "3 b permitted "]);
    assert!(told[2].contains("at: `2025-02-30` is not a date"), "{}", told[2]);
}

#[test]
fn a_column_that_is_no_single_fact_is_refused() {
    let input = "at,policy.period,policy.ground,consent.given,consent.valid,policy.purposes\n";
    let refused = run("retain", input.as_bytes(), Format::Csv);
    assert!(matches!(refused, Err(Failed::Header(error)) if error.message.contains("is a subject, not a single fact")));
}

#[test]
fn an_unknown_column_is_refused_before_the_first_line() {
    for (head, message) in [
        ("id,justfication.kind", "unknown role `justfication`"),
        ("id,justification.knd", "unknown field `knd`"),
        ("id,id", "column `id` stands twice"),
        ("", "the head line is empty"),
    ] {
        let refused = run("trace_sender", format!("{head}\na,b\n").as_bytes(), Format::Csv);
        let Err(Failed::Header(error)) = refused else { panic!("{head}: accepted") };
        assert!(error.message.contains(message), "{}", error.message);
    }
}

/// A small generator of the kind that needs no state beyond a number.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn random_bytes_never_stop_the_run() {
    let mut state = 0x5eed;
    for format in [Format::Csv, Format::JsonLines] {
        for _ in 0..300 {
            let mut input = b"id,justification.kind\n".to_vec();
            let alphabet = b"abc,\"{}[]:\n\r\\n0\xe6\x97\xa5\xff ";
            input.extend((0..200).map(|_| alphabet[usize::try_from(next(&mut state)).unwrap_or(0) % alphabet.len()]));
            let lines = input.split(|byte| *byte == b'\n').count() as u64;
            let (_, (answered, bad)) = run("trace_sender", &input, format).unwrap();
            assert!(answered + bad <= lines);
        }
    }
}
