//! What `shuhi check` takes from scans: the newest observation of each service.

use serde_json::{Value, json};
use shuhi_law::vocabulary::Vocabulary;
use shuhi_register::Register;
use shuhi_source::{Faults, Sources};

use crate::compare::compare;
use crate::declared::Declared;
use crate::difference::Difference;
use crate::observation::Observation;
use crate::yaml::read_observations;

/// How the newest observation of each service and surface differs from the register as it stands now. Observations that cannot be read are faults.
pub fn newest_differences(register: &Register, vocabulary: &Vocabulary, faults: &mut Faults) -> Vec<Difference> {
    let declared = Declared::of(register, vocabulary);
    let newest = newest(read_observations(&register.observations, faults));
    newest.iter().flat_map(|observation| compare(observation, &declared, vocabulary)).collect()
}

/// Of several observations of the same service and surface the newest; `all` stands newest first.
fn newest(all: Vec<Observation>) -> Vec<Observation> {
    let mut kept: Vec<Observation> = Vec::new();
    for observation in all {
        let same = |known: &Observation| {
            known.surface == observation.surface
                && known.service == observation.service
                && (known.service.is_some() || site(known) == site(&observation))
        };
        if !kept.iter().any(same) {
            kept.push(observation);
        }
    }
    kept
}

/// The host of its first page, or the name of the package.
fn site(observation: &Observation) -> Option<String> {
    let page = observation.pages.first()?;
    let host = url::Url::parse(page).ok().and_then(|url| url.host_str().map(str::to_owned));
    Some(host.unwrap_or_else(|| page.clone()))
}

/// Differences as JSON, each with its place in the register.
pub fn differences_json(differences: &[Difference], sources: &Sources) -> Value {
    let one = |difference: &Difference| {
        let mut entry = json!(difference);
        if let (Some(entry), Some(span)) = (entry.as_object_mut(), difference.span) {
            entry.insert("place".to_owned(), json!(sources.place(span)));
        }
        entry
    };
    Value::Array(differences.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Surface;

    #[test]
    fn the_newest_of_each_service_counts() {
        let observation = |service: Option<&str>, surface, at: &str, page: &str| Observation {
            service: service.map(str::to_owned),
            surface,
            observed_at: at.to_owned(),
            pages: vec![page.to_owned()],
            ..Observation::default()
        };
        let all = vec![
            observation(Some("news"), Surface::WebPage, "2026-11-03", "https://a.example.jp/"),
            observation(Some("news"), Surface::WebPage, "2026-11-02", "https://b.example.jp/"),
            observation(Some("news"), Surface::Application, "2026-11-01", "app"),
            observation(None, Surface::WebPage, "2026-11-01", "https://c.example.jp/x"),
            observation(None, Surface::WebPage, "2026-10-01", "https://c.example.jp/y"),
            observation(None, Surface::WebPage, "2026-10-01", "https://d.example.jp/"),
        ];
        let kept: Vec<String> =
            newest(all).into_iter().map(|found| format!("{}{}", found.observed_at, found.pages.concat())).collect();
        assert_eq!(
            kept,
            [
                "2026-11-03https://a.example.jp/",
                "2026-11-01app",
                "2026-11-01https://c.example.jp/x",
                "2026-10-01https://d.example.jp/"
            ]
        );
    }
}
