//! The timeline as a picture that needs nothing but itself.

use std::collections::BTreeMap;
use std::fmt::Write;

use shuhi_law::vocabulary::Language;

use super::chart::{LEFT, RIGHT, Scale, WIDTH, bar_height, number_of};
use super::words::{Words, basis_label, counted, counted_with_most, kind_label, words};
use super::{DayStatus, HeldStatus, Status, day_number};
use crate::policy::japanese_day;

const TOP: f64 = 84.0;
const KIND_LANE: f64 = 72.0;
const BAR: f64 = 40.0;
const HOLD_LANE: f64 = 42.0;
const FOOT: f64 = 48.0;
/// No more holds are drawn; the text lists them all.
const HOLDS_MAX: usize = 60;
/// Blue, brown, green, purple, teal, red, olive, grey, pink: told apart also on paper.
const COLOURS: [&str; 9] =
    ["#2f6db5", "#b5682f", "#3b8f4f", "#7b5bb5", "#2b8f8f", "#b54a4a", "#8a8530", "#6b7280", "#b0528c"];
const STYLE: &str = "text{font-family:system-ui,'Hiragino Sans','Noto Sans CJK JP','Noto Sans JP','Yu Gothic',sans-serif;\
font-size:12px;fill:#1f2933;paint-order:stroke;stroke:#ffffff;stroke-width:3px}.title{font-size:18px;font-weight:600}.small{font-size:11px;fill:#52606d}\
.grid{stroke:#e4e7eb}.base{stroke:#9aa5b1}.now{stroke:#c81e1e;stroke-width:1.5}.nowtext{fill:#c81e1e}\
.late{fill:#c81e1e;font-weight:600}.held{fill:#f0b429}.silent{stroke:#1f2933;stroke-dasharray:4 2}";

impl Status {
    /// The timeline as an SVG picture: records by day and kind, when they are to be erased, what is held until when.
    #[must_use]
    pub fn to_svg(&self, language: Language) -> String {
        let words = words(language);
        let scale = Scale::of(self);
        let kinds = self.by_kind();
        let drawn = self.holds.len().clamp(1, HOLDS_MAX + 1);
        let lanes = TOP + KIND_LANE * count(kinds.len().max(1));
        let bottom = lanes + 30.0 + HOLD_LANE * count(drawn);
        let mut svg = Drawing::new(WIDTH, bottom + FOOT, words.title);
        self.head(&mut svg, words, language);
        svg.axis(&scale, TOP - 8.0, bottom);
        let now = scale.x_of(self.at);
        svg.line("now", (now, TOP - 12.0), (now, bottom));
        svg.middle_text(
            "nowtext small",
            now.clamp(LEFT + 40.0, WIDTH - RIGHT - 40.0),
            TOP - 16.0,
            &format!("{} {}", words.today, self.today),
        );
        if kinds.is_empty() {
            svg.text("small", 16.0, TOP + 20.0, words.nothing);
        }
        for (place, (kind, days)) in kinds.iter().enumerate() {
            let colour = COLOURS.get(place % COLOURS.len()).copied().unwrap_or("#2f6db5");
            svg.kind_lane(&scale, TOP + KIND_LANE * count(place), (kind, days, colour), language);
        }
        svg.text("", 16.0, lanes + 20.0, words.held);
        svg.line("grid", (16.0, lanes + 2.0), (WIDTH - RIGHT, lanes + 2.0));
        self.hold_lanes(&mut svg, &scale, lanes + 30.0, language);
        svg.finish()
    }

    fn by_kind(&self) -> Vec<(String, Vec<&DayStatus>)> {
        let mut kinds: BTreeMap<&str, Vec<&DayStatus>> = BTreeMap::new();
        for day in &self.days {
            kinds.entry(&day.kind).or_default().push(day);
        }
        kinds.into_iter().map(|(kind, days)| (kind.to_owned(), days)).collect()
    }

    fn head(&self, svg: &mut Drawing, words: &Words, language: Language) {
        svg.text("title", 16.0, 30.0, words.title);
        // What the marks mean: a bar, a tick below the line, a span.
        svg.rectangle("", "#6b7280", (16.0, 42.0), (6.0, 10.0));
        svg.text("small", 28.0, 51.0, words.records);
        svg.line("base", (LEFT, 47.0), (LEFT + 14.0, 47.0));
        svg.rectangle("", "#6b7280", (LEFT + 6.0, 49.0), (2.0, 7.0));
        svg.text("small", LEFT + 20.0, 51.0, words.expires);
        svg.rectangle("held", "", (LEFT + 160.0, 43.0), (18.0, 9.0));
        svg.text("small", LEFT + 184.0, 51.0, words.held);
        let late = self.overdue.not_erased.len() + self.overdue.holds.len() + self.overdue.lost.len();
        if late > 0 {
            let text = format!(
                "{} ({})",
                words.overdue,
                counted(late as u64, Language::English).split(' ').next().unwrap_or_default()
            );
            svg.end_text("late", WIDTH - RIGHT, 30.0, &text);
        } else {
            let records: u64 = self.days.iter().map(|day| day.records).sum();
            svg.end_text("small", WIDTH - RIGHT, 30.0, &counted(records, language));
        }
    }

    fn hold_lanes(&self, svg: &mut Drawing, scale: &Scale, top: f64, language: Language) {
        let words = words(language);
        if self.holds.is_empty() {
            svg.text("small", LEFT, top + 14.0, words.no_holds);
        }
        for (place, hold) in self.holds.iter().take(HOLDS_MAX).enumerate() {
            svg.hold_lane(scale, top + HOLD_LANE * count(place), hold, language);
        }
        if self.holds.len() > HOLDS_MAX {
            let more = format!("+{}", self.holds.len() - HOLDS_MAX);
            svg.text("small", 16.0, top + HOLD_LANE * count(HOLDS_MAX) + 14.0, &more);
        }
    }
}

/// A picture being drawn.
struct Drawing {
    svg: String,
}

impl Drawing {
    fn new(width: f64, height: f64, title: &str) -> Self {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             role=\"img\"><title>{}</title><style>{STYLE}</style><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
            escaped(title)
        );
        Self { svg }
    }

    fn finish(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }

    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.svg.write_fmt(element);
        self.svg.push('\n');
    }

    fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.anchored(class, "start", (x, y), text);
    }

    fn middle_text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.anchored(class, "middle", (x, y), text);
    }

    fn end_text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.anchored(class, "end", (x, y), text);
    }

    fn anchored(&mut self, class: &str, anchor: &str, (x, y): (f64, f64), text: &str) {
        let text = escaped(text);
        self.put(format_args!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        self.put(format_args!("<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"));
    }

    fn rectangle(&mut self, class: &str, fill: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let fill = if fill.is_empty() { String::new() } else { format!(" fill=\"{fill}\"") };
        self.put(format_args!(
            "<rect class=\"{class}\"{fill} x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
        ));
    }

    fn axis(&mut self, scale: &Scale, top: f64, bottom: f64) {
        self.line("base", (LEFT, bottom), (WIDTH - RIGHT, bottom));
        for (x, label) in scale.marks() {
            self.line("grid", (x, top), (x, bottom));
            self.middle_text("small", x.clamp(LEFT, WIDTH - RIGHT - 30.0), bottom + 18.0, &label);
        }
    }

    fn kind_lane(&mut self, scale: &Scale, top: f64, lane: (&str, &[&DayStatus], &str), language: Language) {
        let (kind, days, colour) = lane;
        let records: u64 = days.iter().map(|day| day.records).sum();
        let most = days.iter().map(|day| day.records).max().unwrap_or_default();
        let base = top + 12.0 + BAR;
        self.text("", 16.0, top + 28.0, kind_label(kind, language));
        let total = counted_with_most(records, most, language);
        self.text("small", 16.0, top + 45.0, &total);
        self.line("base", (LEFT, base), (WIDTH - RIGHT, base));
        let width = (scale.day() * 0.8).clamp(1.5, 24.0);
        let mut expiries: Vec<i64> = Vec::new();
        for day in days {
            let height = bar_height(day.records, most, BAR);
            let x = scale.x(number_of(day.day)) + (scale.day() - width) / 2.0;
            self.rectangle("", colour, (x, base - height), (width, height));
            expiries.push(day_number(day.expires_at));
        }
        expiries.sort_unstable();
        expiries.dedup();
        for day in expiries {
            self.rectangle("", colour, (scale.x(day) - 1.0, base + 2.0), (2.0, 8.0));
        }
    }

    fn hold_lane(&mut self, scale: &Scale, top: f64, hold: &HeldStatus, language: Language) {
        let words = words(language);
        let from = scale.x_of(hold.accepted_at);
        let to = hold.until.map_or(WIDTH - RIGHT, |until| scale.x_of(until)).max(from + 3.0);
        let short: String = hold.hold.chars().take(8).collect();
        self.text("", 16.0, top + 14.0, basis_label(&hold.basis, language));
        let what = if hold.copied { counted(hold.records, language) } else { words.copying.to_owned() };
        self.text("small", 16.0, top + 30.0, &format!("{short} · {what}"));
        self.rectangle(if hold.silence { "held silent" } else { "held" }, "", (from, top + 20.0), (to - from, 11.0));
        if hold.until.is_none() {
            let (tip, middle) = (WIDTH - RIGHT + 8.0, top + 25.5);
            let (high, low, back) = (middle - 8.0, middle + 8.0, WIDTH - RIGHT);
            self.put(format_args!(
                "<path class=\"held\" d=\"M{back:.1} {high:.1}L{tip:.1} {middle:.1}L{back:.1} {low:.1}Z\"/>"
            ));
        }
        let says = said_of(hold, words);
        if from > LEFT + (WIDTH - LEFT - RIGHT) * 0.6 {
            self.end_text("small", WIDTH - RIGHT, top + 14.0, &says);
        } else {
            self.text("small", from, top + 14.0, &says);
        }
    }
}

/// From when until when, whether silently, and by when it is looked at.
fn said_of(hold: &HeldStatus, words: &Words) -> String {
    let day = |at| japanese_day(at).map(|day| day.to_string()).unwrap_or_default();
    // The first instant after the last day is no longer in it.
    let last = |until: shuhi_records::UtcMillis| day(shuhi_records::UtcMillis(until.0 - 1));
    let until = hold.until.map_or_else(|| words.open_end.to_owned(), last);
    let mut says = format!("{} – {until}", day(hold.accepted_at));
    if let Some(by) = hold.review_by {
        says.push_str(&format!(" · {} {}", words.review, last(by)));
    }
    if hold.silence {
        says.push_str(&format!(" · {}", words.silent));
    }
    says
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;
    use shuhi_keys::KeyHealth;
    use shuhi_records::{MILLIS_A_DAY, UtcMillis};

    use super::*;
    use crate::Overdue;

    const MIDNIGHT: i64 = 1_774_969_200_000;

    fn at(days: i64) -> UtcMillis {
        UtcMillis(MIDNIGHT + days * MILLIS_A_DAY)
    }

    fn held(hold: &str, basis: &str, (from, until): (i64, Option<i64>), silence: bool) -> HeldStatus {
        HeldStatus {
            hold: hold.to_owned(),
            basis: basis.to_owned(),
            copied: true,
            records: 12,
            accepted_at: at(from),
            until: until.map(at),
            review_by: if until.is_none() { Some(at(from + 92)) } else { None },
            silence,
        }
    }

    fn sample(days: i64) -> Status {
        let mut rows = Vec::new();
        for (kind, policy, period) in
            [("connection_auth", "radius", 183), ("login", "sign-in", 92), ("translation_block", "cgn", 183)]
        {
            for day in 0..days {
                let seed = u64::try_from(day * 7919 + period).unwrap();
                rows.push(DayStatus {
                    day: date(2026, 4, 1).checked_add(day.days()).unwrap(),
                    kind: kind.to_owned(),
                    policy: policy.to_owned(),
                    records: 200 + seed.wrapping_mul(seed) % 90_000,
                    bytes: 1,
                    segments: 1,
                    expires_at: at(day + period + 1),
                });
            }
        }
        let keys = KeyHealth {
            epoch: 1,
            epoch_began: at(0),
            replicas: Vec::new(),
            live: 1,
            destroyed: 0,
            damaged: 0,
            warnings: Vec::new(),
        };
        Status {
            at: at(days),
            today: date(2026, 4, 1).checked_add(days.days()).unwrap(),
            days: rows,
            holds: vec![
                held("3f9a1c2b77", "preservation_request", (days - 20, Some(days + 11)), true),
                held("8812aa<&>", "erasure_prohibition", (days / 2, None), false),
                held("c0ffee00aa", "tax_preservation", (days - 1, Some(days + 29)), false),
            ],
            keys,
            plaintext: Vec::new(),
            overdue: Overdue::default(),
            requests: Vec::new(),
            reviews: Vec::new(),
            spools: Vec::new(),
            open_sessions: 0,
            erased: (0, 0),
            leaves: 1,
        }
    }

    #[test]
    fn the_picture_needs_nothing_but_itself_and_says_what_is_held() {
        for language in [Language::Japanese, Language::English] {
            let svg = sample(40).to_svg(language);
            assert!(!svg.contains("href") && !svg.contains("url("), "nothing is loaded from elsewhere");
            assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
            assert!(svg.contains("8812aa&lt;&amp;") && !svg.contains("<&>"), "texts are escaped");
            assert!(!svg.contains("NaN") && !svg.contains("inf"));
            assert!(svg.contains("2026-05-21"), "the last day of the first hold, not the one after it");
        }
    }

    #[test]
    fn an_empty_vault_has_a_picture_too() {
        let empty = Status { days: Vec::new(), holds: Vec::new(), ..sample(1) };
        assert!(empty.to_svg(Language::English).contains("no records"));
    }
}
