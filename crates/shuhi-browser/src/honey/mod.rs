//! Planted values: what comes back in a transmission was taken from where it was planted.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::Url;

use crate::BrowserError;
use crate::recording::{Recording, text};

/// The name of the cookie, the storage key and the query parameter that hold a planted value.
const KEY: &str = "shuhi_planted";
const FIELDS: &str = include_str!("honey.js");

/// The address with the planted query.
pub(crate) fn address(url: &str, honey: &BTreeMap<String, String>) -> String {
    match (honey.get("query"), Url::parse(url)) {
        (Some(value), Ok(mut address)) => {
            address.query_pairs_mut().append_pair(KEY, value);
            address.into()
        }
        _ => url.to_owned(),
    }
}

/// Plants what must be there before the page is opened: cookie, local storage, place.
pub(crate) fn before(
    recording: &mut Recording<'_>,
    visit: usize,
    session: &str,
    url: &str,
    honey: &BTreeMap<String, String>,
) -> Result<(), BrowserError> {
    if let Some(value) = honey.get("query") {
        planted(recording, visit, "query", value, &format!("the parameter {KEY} of the address"))?;
    }
    if let Some(value) = honey.get("cookie") {
        let params = json!({"name": KEY, "value": value, "url": url});
        recording.call(Some(session), "Network.setCookie", params)?;
        planted(recording, visit, "cookie", value, &format!("the cookie {KEY}"))?;
    }
    if let (Some(value), Ok(address)) = (honey.get("storage"), Url::parse(url)) {
        let (origin, key, item) = (json!(address.origin().ascii_serialization()), json!(KEY), json!(value));
        let script = format!(
            "if (self === top && self.origin === {origin}) {{ try {{ localStorage.setItem({key}, {item}) }} catch {{}} }}"
        );
        recording.call(Some(session), "Page.addScriptToEvaluateOnNewDocument", json!({"source": script}))?;
        planted(recording, visit, "storage", value, &format!("the key {KEY} of local storage"))?;
    }
    let degrees = |name| honey.get(name).and_then(|value| value.parse::<f64>().ok());
    if let (Some(latitude), Some(longitude)) = (degrees("latitude"), degrees("longitude")) {
        let place = json!({"latitude": latitude, "longitude": longitude, "accuracy": 10});
        recording.call(Some(session), "Emulation.setGeolocationOverride", place)?;
        planted(recording, visit, "latitude", &latitude.to_string(), "the place of the terminal")?;
        planted(recording, visit, "longitude", &longitude.to_string(), "the place of the terminal")?;
    }
    Ok(())
}

/// Plants values into the fields of the page's forms.
pub(crate) fn fields(
    recording: &mut Recording<'_>,
    visit: usize,
    session: &str,
    honey: &BTreeMap<String, String>,
) -> Result<(), BrowserError> {
    let script = FIELDS.replace("(VALUES)", &format!("({})", json!(honey)));
    let found = recording.evaluate_once(session, &script, recording.settings.limits.answer)?;
    for field in found.as_array().into_iter().flatten() {
        let name = text(field, "/name");
        let value = honey.get(name).cloned().unwrap_or_default();
        planted(recording, visit, name, &value, text(field, "/where"))?;
    }
    Ok(())
}

fn planted(
    recording: &mut Recording<'_>,
    visit: usize,
    name: &str,
    value: &str,
    place: &str,
) -> Result<(), BrowserError> {
    let params: Value = json!({"page": visit, "name": name, "value": value, "where": place});
    recording.log.own("Shuhi.planted", params, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_is_planted_behind_what_is_there() {
        let honey = BTreeMap::from([("query".to_owned(), "蜜 1".to_owned())]);
        assert_eq!(
            address("https://shop.example/a?b=c#d", &honey),
            "https://shop.example/a?b=c&shuhi_planted=%E8%9C%9C+1#d"
        );
        assert_eq!(address("https://shop.example/a", &BTreeMap::new()), "https://shop.example/a");
    }
}
