//! Laying out text for a terminal: widths as a terminal shows them, so that Japanese aligns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that texts are wrapped to.
pub const WIDTH: usize = 100;

/// What does not begin a line: closing marks and the small letters that belong to the one before.
const NEVER_FIRST: &str = "、。，．・」』）〕】)].,;:!?！？々ー〜ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ";
/// What does not end a line.
const NEVER_LAST: &str = "「『（〔【";

/// A table whose columns align; the last column is left as it is.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| UnicodeWidthStr::width(cell.as_str()))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut page = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            let padding = width.saturating_sub(UnicodeWidthStr::width(cell.as_str())) + 2;
            line.push_str(&" ".repeat(padding));
        }
        page.push_str(line.trim_end());
        page.push('\n');
    }
    page
}

/// A text wrapped to a width, every line indented. Latin words are kept whole; Japanese breaks anywhere but before
/// closing and after opening marks.
pub fn wrap(text: &str, indent: usize) -> String {
    wrap_hanging(text, indent, indent)
}

/// The same, with a further indent for all lines but the first of a paragraph.
pub fn wrap_hanging(text: &str, first: usize, others: usize) -> String {
    let mut page = String::new();
    for paragraph in text.lines() {
        let mut indent = first;
        let mut line = String::new();
        let mut used = 0;
        for piece in pieces(paragraph) {
            let width = UnicodeWidthStr::width(piece);
            let closing = piece.chars().next().is_some_and(|first| NEVER_FIRST.contains(first));
            if indent + used + width > WIDTH && !line.is_empty() && !closing {
                page.push_str(&format!("{}{}\n", " ".repeat(indent), line.trim_end()));
                line.clear();
                used = 0;
                indent = others;
            }
            let piece = if line.is_empty() { piece.trim_start() } else { piece };
            line.push_str(piece);
            used += UnicodeWidthStr::width(piece);
        }
        page.push_str(&format!("{}{}\n", " ".repeat(indent), line.trim_end()));
    }
    page
}

/// Words with the space before them, and single wide characters with the opening marks before them.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut previous_narrow = false;
    let mut opened = false;
    for (at, letter) in text.char_indices() {
        let wide = letter.width().unwrap_or(0) > 1;
        if at > start && !opened && (wide || letter == ' ' || !previous_narrow) {
            found.extend(text.get(start..at));
            start = at;
        }
        previous_narrow = !wide;
        opened = NEVER_LAST.contains(letter);
    }
    found.extend(text.get(start..));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_with_japanese() {
        let rows = [["通信履歴", "a", "x"], ["log", "bb", "y"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), "通信履歴  a   x\nlog       bb  y\n");
    }

    #[test]
    fn lines_stay_within_the_width_and_lose_nothing() {
        let text = "保存期間を定めなければならない、".repeat(12);
        let wrapped = wrap(&text, 4);
        assert!(wrapped.lines().all(|line| UnicodeWidthStr::width(line) <= WIDTH + 2));
        assert!(wrapped.lines().count() > 1);
        assert_eq!(wrapped.replace(['\n', ' '], ""), text);
        assert!(wrapped.lines().all(|line| !line.trim_start().starts_with('、')));
    }

    #[test]
    fn no_line_ends_with_an_opening_mark() {
        for shift in 0..8 {
            let text = format!("{}{}", "あ".repeat(shift), "問い「六か月程度」（例）、".repeat(20));
            let wrapped = wrap(&text, 0);
            assert_eq!(wrapped.replace('\n', ""), text);
            assert!(wrapped.lines().all(|line| !line.ends_with(['「', '（'])), "{wrapped}");
        }
    }

    #[test]
    fn later_lines_hang() {
        let wrapped = wrap_hanging(&"word ".repeat(40), 2, 6);
        let mut lines = wrapped.lines();
        assert!(lines.next().is_some_and(|first| first.starts_with("  word")));
        assert!(lines.clone().count() > 0 && lines.all(|line| line.starts_with("      word")));
    }
}
