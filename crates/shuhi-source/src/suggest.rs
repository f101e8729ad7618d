/// Bytes of an input beyond which it is no misspelt word; comparing costs its length times the candidate's.
const INPUT_BYTES_MAX: usize = 100;

/// The candidate that the input was most likely meant to be, as a help line; `None` where nothing is near.
///
/// ```
/// let words = ["statute", "life", "child"];
/// assert_eq!(shuhi_source::did_you_mean("statut", words).as_deref(), Some("did you mean `statute`?"));
/// assert_eq!(shuhi_source::did_you_mean("zebra", words), None);
/// ```
pub fn did_you_mean<'a>(input: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if input.len() > INPUT_BYTES_MAX {
        return None;
    }
    let tolerance = (input.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (distance(input, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= tolerance && candidate != input)
        .min()
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// Edits between two words; a hyphen for an underscore, or other capitals, count as next to nothing.
fn distance(input: &str, candidate: &str) -> usize {
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    let (input, candidate) = (plain(input), plain(candidate));
    if candidate.len() > 3 && (input.starts_with(&candidate) || candidate.starts_with(&input)) && input.len() > 3 {
        return 1;
    }
    strsim::osa_distance(&input, &candidate)
}
