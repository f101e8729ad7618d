/// Bytes of an input beyond which it is no misspelt word; comparing costs its length times the candidate's.
const INPUT_BYTES_MAX: usize = 100;

/// The candidate that the input was most likely meant to be, as a help line; `None` where nothing is near.
///
/// ```
/// let words = ["statute", "life", "child"];
/// assert_eq!(shuhi_source::did_you_mean("statut", words).as_deref(), Some("did you mean `statute`?"));
/// assert_eq!(shuhi_source::did_you_mean("zebra", words), None);
/// let words = ["appi", "appi.provide.consent"];
/// assert_eq!(shuhi_source::did_you_mean("appi.provide.consnt", words).as_deref(), Some("did you mean `appi.provide.consent`?"));
/// ```
pub fn did_you_mean<'a>(input: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if input.len() > INPUT_BYTES_MAX {
        return None;
    }
    let tolerance = (input.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (distance(input, candidate, tolerance), candidate))
        .filter(|&(distance, candidate)| distance <= tolerance && candidate != input)
        .min()
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// Edits between two words; a hyphen for an underscore, or other capitals, count as nothing. A word that begins
/// with the other is just near enough, so that any closer one goes before it.
fn distance(input: &str, candidate: &str, tolerance: usize) -> usize {
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    let (input, candidate) = (plain(input), plain(candidate));
    let edits = strsim::osa_distance(&input, &candidate);
    let begins = input.starts_with(&candidate) || candidate.starts_with(&input);
    if begins && candidate.len() > 3 && input.len() > 3 { edits.min(tolerance) } else { edits }
}
