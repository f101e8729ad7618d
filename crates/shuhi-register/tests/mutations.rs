//! A sound register, damaged at random: loading always ends with a register or a fault, never a panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod support;

use support::{AT, SAMPLE, load, rulebook};

const SEED: u64 = 0x5348_5548_4920_3031;
const ROUNDS: usize = 2_000;

/// xorshift64*: reproducible everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

/// Words of our grammar and of YAML that a mutation may put anywhere.
const WORDS: &[&str] = &[
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "'",
    "\"",
    "#",
    "&a ",
    "*a",
    "!t ",
    "|",
    ">",
    "\n",
    "\t",
    "  ",
    "---\n",
    "none",
    "null",
    "~",
    "id",
    "operator",
    "attested",
    "adopted",
    "claimed",
    "is",
    "yes",
    "2026-02-30",
    "9999-12-31",
    "-1",
    "99999999999999999999",
    "6 months",
    "\u{feff}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "𠮷",
    "é",
    "log_policies/sign-in",
    "hiroba",
    "sign-in",
];

fn mutated(random: &mut Random) -> String {
    let mut lines: Vec<String> = SAMPLE.lines().map(str::to_owned).collect();
    for _ in 0..=random.below(4) {
        let (a, b) = (random.below(lines.len()), random.below(lines.len()));
        match random.below(6) {
            0 => {
                lines.remove(a);
            }
            1 => lines.insert(a, lines[b].clone()),
            2 => lines.swap(a, b),
            3 => lines[a] = format!("{}{}", " ".repeat(random.below(6)), lines[a].trim_start()),
            4 => {
                let at = boundary(&lines[a], random);
                lines[a].insert_str(at, WORDS[random.below(WORDS.len())]);
            }
            _ => {
                let (from, to) = (boundary(&lines[a], random), boundary(&lines[a], random));
                lines[a].replace_range(from.min(to)..from.max(to), "");
            }
        }
        if lines.is_empty() {
            lines.push(String::new());
        }
    }
    let mut bytes = lines.join("\n").into_bytes();
    if random.below(4) == 0 && !bytes.is_empty() {
        let at = random.below(bytes.len());
        bytes[at] = u8::try_from(random.below(256)).unwrap();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn boundary(line: &str, random: &mut Random) -> usize {
    let at = random.below(line.chars().count() + 1);
    line.char_indices().nth(at).map_or(line.len(), |(byte, _)| byte)
}

#[test]
fn damaged_registers_never_panic() {
    let rulebook = rulebook();
    let law = rulebook.select(shuhi_law::decide::Selection::on(AT));
    let mut random = Random(SEED);
    let (mut sound, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let text = mutated(&mut random);
        let outcome =
            load(&rulebook, &[("sound.yaml", if round % 3 == 0 { SAMPLE } else { "" }), ("damaged.yaml", &text)]);
        assert_eq!(outcome.register.is_none(), outcome.faults.has_errors(), "round {round}:\n{text}");
        // Rendering walks the spans, and judging the facts.
        let rendered = outcome.rendered();
        match &outcome.register {
            Some(register) => {
                sound += 1;
                for thing in register.things_to_judge(&rulebook) {
                    let frame = law.frame(thing.judged);
                    frame.judge(&frame.prepare(&thing.facts));
                }
                register.claim_differences(&law);
            }
            None => {
                refused += 1;
                assert!(rendered.contains("error"), "round {round}: {rendered}");
            }
        }
    }
    // Both happen often, or the mutations test nothing.
    assert!(sound > 100 && refused > 500, "{sound} sound, {refused} refused of {ROUNDS}");
}
