use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::{Fault, Severity, Sources, Span};

/// A fault as a person reads it: message, file and line with a caret, further places, help.
///
/// Plain text without colour; the words of the input keep their width also in Japanese.
pub fn render(fault: &Fault, sources: &Sources) -> String {
    if fault.span.is_none() && fault.notes.is_empty() {
        return without_place(fault);
    }
    let level = match fault.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut main = Group::with_title(level.primary_title(fault.message.as_str()));
    if let Some(snippet) = fault.span.and_then(|span| snippet(span, sources)) {
        main = main.element(snippet);
    }
    if let Some(help) = &fault.help {
        main = main.element(Level::HELP.message(help.as_str()));
    }
    let mut groups = vec![main];
    for note in &fault.notes {
        let mut group = Group::with_title(Level::NOTE.secondary_title(note.text.as_str()));
        if let Some(snippet) = note.span.and_then(|span| snippet(span, sources)) {
            group = group.element(snippet);
        }
        groups.push(group);
    }
    Renderer::plain().render(&groups)
}

/// A frame around no source would only be noise.
fn without_place(fault: &Fault) -> String {
    let level = match fault.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let help = fault.help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
    format!("{level}: {}{help}", fault.message)
}

fn snippet(span: Span, sources: &Sources) -> Option<Snippet<'_, annotate_snippets::Annotation<'_>>> {
    let file = sources.get(span.file)?;
    let (start, end) = visible(file.text(), span);
    Some(Snippet::source(file.text()).path(file.name()).annotation(AnnotationKind::Primary.span(start..end)))
}

/// The part of a span that is pointed at: its first line, so that a fault in a long block stays readable.
fn visible(text: &str, span: Span) -> (usize, usize) {
    let (start, end) = (span.start as usize, (span.end as usize).min(text.len()));
    let Some(covered) = text.get(start..end) else { return (text.len(), text.len()) };
    let first_line = covered.find('\n').map_or(covered.len(), |newline| newline);
    (start, start + covered.get(..first_line).map_or(0, |line| line.trim_end().len()))
}
