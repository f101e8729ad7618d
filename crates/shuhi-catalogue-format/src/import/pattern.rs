//! Domains in regular expressions of lists: only those that an expression surely means.

/// Expressions that one may stand for.
const ALTERNATIVES_MAX: usize = 64;

/// The domains that an expression of hosts ends with (`app(\.eu)?\.mihon\.(com|net)` → `mihon.com`, `mihon.net`).
pub(super) fn domains(pattern: &str) -> Vec<String> {
    let mut found: Vec<String> = alternatives(pattern).iter().filter_map(|text| literal_end(text)).collect();
    found.sort();
    found.dedup();
    found
}

/// An expression without its groups: each alternative written out.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.trim_matches(['^', '$']).to_owned()];
    while let Some(text) = open.pop() {
        if done.len() + open.len() > ALTERNATIVES_MAX {
            return Vec::new();
        }
        match group(&text) {
            Some((before, inside, behind)) => {
                let (behind, optional) = match behind.strip_prefix('?') {
                    Some(rest) => (rest, true),
                    None => (behind, false),
                };
                if optional {
                    open.push(format!("{before}{behind}"));
                }
                let inside = inside.strip_prefix("?:").unwrap_or(inside);
                open.extend(inside.split('|').map(|part| format!("{before}{part}{behind}")));
            }
            None => done.extend(text.split('|').map(str::to_owned)),
        }
    }
    done
}

/// The first group without a group inside.
fn group(text: &str) -> Option<(&str, &str, &str)> {
    let end = text.find(')')?;
    let (head, behind) = text.split_at(end);
    let start = head.rfind('(')?;
    let (before, inside) = head.split_at(start);
    Some((before, inside.strip_prefix('(')?, behind.strip_prefix(')')?))
}

/// The labels at the end that are written out, where they are two at least.
fn literal_end(text: &str) -> Option<String> {
    let text = text.trim_matches(['^', '$']).trim_end_matches("\\/").trim_end_matches('/').replace("\\.", ".");
    let text = text.replace("\\-", "-");
    let plain = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let mut labels: Vec<&str> = text.rsplit('.').take_while(plain).collect();
    labels.reverse();
    (labels.len() >= 2).then(|| labels.join(".").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::domains;

    #[test]
    fn only_what_is_written_out_counts() {
        for (pattern, expected) in [
            (r"mihon\.example", vec!["mihon.example"]),
            (
                r"app(\.eu)?\.mihon\.(com|net\.in)",
                vec!["app.eu.mihon.com", "app.eu.mihon.net.in", "app.mihon.com", "app.mihon.net.in"],
            ),
            (r"(android|ios)?ads\d-?\d\.mihon\.com", vec!["mihon.com"]),
            (r"api2?\.mihon\.io", vec!["mihon.io"]),
            (r"www\.mihon\..+", vec![]),
            (r".+\.mihon\.net", vec!["mihon.net"]),
            (r"mihon\.com|kaku\.com", vec!["kaku.com", "mihon.com"]),
            ("((((", vec![]),
            ("NC", vec![]),
        ] {
            assert_eq!(domains(pattern), expected, "{pattern}");
        }
        assert!(domains(&"(a|b)".repeat(40)).is_empty());
    }
}
