//! The eno notation as far as TrackerDB uses it: `key: value`, and blocks between two lines `--- key`.

/// The fields of a text in their order; a block's value has its lines.
pub(super) fn fields(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if line.starts_with('>') || line.is_empty() {
            continue;
        }
        if let Some(key) = line.strip_prefix("--").map(|rest| rest.trim_start_matches('-').trim()) {
            let mut block = String::new();
            for inner in lines.by_ref() {
                let closing = inner.trim().strip_prefix("--").map(|rest| rest.trim_start_matches('-').trim());
                if closing == Some(key) {
                    break;
                }
                block.push_str(inner);
                block.push('\n');
            }
            found.push((key, block));
        } else if let Some((key, value)) = line.split_once(':') {
            found.push((key.trim(), value.trim().to_owned()));
        }
    }
    found
}
