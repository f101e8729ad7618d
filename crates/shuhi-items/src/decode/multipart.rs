use memchr::memmem;

/// One part of a multipart body.
pub struct Part<'b> {
    pub name: Option<String>,
    pub file: Option<String>,
    pub mime: Option<String>,
    pub content: &'b [u8],
}

/// Parts of one body.
const PARTS_MAX: usize = 2_000;
/// Bytes of the headers of a part.
const HEADERS_BYTES_MAX: usize = 16 * 1024;

/// The parts of a multipart body: by the boundary of its media type, or by its first line. Nothing where it has none.
pub fn parts<'b>(mime: Option<&str>, body: &'b [u8]) -> Option<Vec<Part<'b>>> {
    let boundary =
        mime.and_then(|mime| parameter(mime, "boundary")).map(|boundary| format!("--{boundary}").into_bytes());
    let boundary = boundary.or_else(|| first_line(body))?;
    let finder = memmem::Finder::new(&boundary);
    let starts: Vec<usize> = finder.find_iter(body).take(PARTS_MAX).collect();
    let mut parts = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let from = start + boundary.len();
        let to = starts.get(index + 1).copied().unwrap_or(body.len());
        let Some(raw) = body.get(from..to) else { continue };
        if raw.starts_with(b"--") {
            break;
        }
        parts.extend(part(raw));
    }
    (!parts.is_empty()).then_some(parts)
}

/// The first line where it looks like a boundary and is met again.
fn first_line(body: &[u8]) -> Option<Vec<u8>> {
    let end = memchr::memchr(b'\n', body)?;
    let line = body.get(..end)?.trim_ascii_end();
    let plausible = line.starts_with(b"--") && (6..=100).contains(&line.len());
    (plausible && memmem::find(body, b"ontent-").is_some()).then(|| line.to_vec())
}

fn part(raw: &[u8]) -> Option<Part<'_>> {
    let raw = raw.strip_prefix(b"\r\n").or_else(|| raw.strip_prefix(b"\n")).unwrap_or(raw);
    let (head, content) = [&b"\r\n\r\n"[..], b"\n\n"].into_iter().find_map(|gap| {
        let at = memmem::find(raw.get(..raw.len().min(HEADERS_BYTES_MAX))?, gap)?;
        Some((raw.get(..at)?, raw.get(at + gap.len()..)?))
    })?;
    let content = content.strip_suffix(b"\r\n").or_else(|| content.strip_suffix(b"\n")).unwrap_or(content);
    let head = String::from_utf8_lossy(head);
    let header = |wanted: &str| {
        let found = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let disposition = header("content-disposition").unwrap_or_default();
    Some(Part {
        name: parameter(&disposition, "name"),
        file: parameter(&disposition, "filename"),
        mime: header("content-type"),
        content,
    })
}

/// A parameter of a header's value: `name="email"`.
pub fn parameter(value: &str, wanted: &str) -> Option<String> {
    value.split(';').skip(1).filter_map(|piece| piece.split_once('=')).find_map(|(name, value)| {
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case(wanted) && !value.is_empty()).then(|| value.to_owned())
    })
}
