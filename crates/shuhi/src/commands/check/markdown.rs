//! The findings as Markdown, with the words of the reader's language.

use std::io::Write;

use shuhi_findings::{MarkdownWords, findings_markdown};
use shuhi_law::vocabulary::Language;

use super::page::Page;
use crate::failure::Failure;
use crate::words;

impl Page<'_> {
    /// The page in Markdown.
    pub fn markdown(&self, out: &mut impl Write) -> Result<(), Failure> {
        let language = self.common.language;
        let findings = self.findings;
        let at = words::date(findings.at, language);
        let hash = findings.rulebook.hash.get(..12).unwrap_or(&findings.rulebook.hash);
        let subtitle = match language {
            Language::Japanese => format!("{at}時点の規定による（規則集 {hash}）"),
            Language::English => format!("the law as of {at} (rulebook {hash})"),
        };
        let page = MarkdownWords {
            title: findings.operator.as_deref().unwrap_or(self.pick("（事業者名なし）", "(operator not named)")),
            subtitle: &subtitle,
            columns: [
                self.pick("判断", "verdict"),
                self.pick("対象", "subject"),
                self.pick("規則", "rule"),
                self.pick("対応・足りない事実", "what to do, or what is missing"),
            ],
            level: &|level| words::level(level, language).to_owned(),
            verdict: &|finding| words::verdict_at(finding.rule.level, finding.outcome.verdict, language).to_owned(),
            cite: &|finding| words::citations(&finding.rule.cite, findings.rulebook, language),
            counts: &self.counts(),
        };
        write!(out, "{}", findings_markdown(findings, self.sources, language, &page))?;
        Ok(())
    }
}
