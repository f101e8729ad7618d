use shuhi_law::pack::Level;
use shuhi_law::vocabulary::Language;
use shuhi_source::Sources;

use crate::findings::{Finding, Findings, Standing};

/// The findings against the operator and the undecided ones as a Markdown table a level, for comments and minutes.
pub fn findings_markdown(
    findings: &Findings<'_>,
    sources: &Sources,
    language: Language,
    words: &MarkdownWords<'_>,
) -> String {
    let mut page = format!("# {}\n\n{}\n", escape(words.title), escape(words.subtitle));
    for level in Level::ALL {
        let shown = |finding: &&Finding<'_>| {
            finding.standing == Standing::Deciding
                && finding.rule.level == level
                && (finding.is_adverse() || finding.is_unknown())
        };
        let rows: Vec<String> =
            findings.all.iter().filter(shown).map(|finding| row(finding, sources, language, words)).collect();
        if !rows.is_empty() {
            page.push_str(&format!(
                "\n## {}\n\n| {} |\n|---|---|---|---|\n",
                (words.level)(level),
                words.columns.join(" | ")
            ));
            rows.iter().for_each(|row| page.push_str(row));
        }
    }
    page.push_str(&format!("\n{}\n", escape(words.counts)));
    page
}

/// The words of a page, which the caller has in the reader's language.
pub struct MarkdownWords<'a> {
    /// The heading.
    pub title: &'a str,
    /// The line below it: date and rulebook.
    pub subtitle: &'a str,
    /// Heads of the four columns: verdict, subject, rule, what to do or what is missing.
    pub columns: [&'a str; 4],
    /// The name of a level.
    pub level: &'a dyn Fn(Level) -> String,
    /// The word for a finding's verdict.
    pub verdict: &'a dyn Fn(&Finding<'_>) -> String,
    /// The citations of a rule.
    pub cite: &'a dyn Fn(&Finding<'_>) -> String,
    /// The closing line of counts.
    pub counts: &'a str,
}

fn row(finding: &Finding<'_>, sources: &Sources, language: Language, words: &MarkdownWords<'_>) -> String {
    let place = finding.span.map(|span| format!("<br>`{}`", sources.place(span))).unwrap_or_default();
    let rule = format!(
        "{}<br>{} (`{}`)",
        escape(finding.rule.title.in_language(language)),
        escape(&(words.cite)(finding)),
        finding.rule.id
    );
    let last = if finding.is_unknown() {
        let facts: Vec<String> = finding.missing.iter().map(|fact| format!("`{}`", fact.name)).collect();
        facts.join("<br>")
    } else {
        escape(finding.rule.fix.in_language(language))
    };
    format!("| {} | `{}`{place} | {rule} | {last} |\n", (words.verdict)(finding), finding.subject)
}

/// Text that Markdown would read as marks, or that would end a cell.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if "\\`*_{}[]<>#|".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(if letter == '\n' { ' ' } else { letter });
    }
    escaped
}
