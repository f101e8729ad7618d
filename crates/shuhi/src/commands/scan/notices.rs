//! Published notices, opened in the browser and held against what was declared and observed.

use serde_json::Value;
use shuhi_browser::{Browser, BrowserError, BrowserSettings, Inspection, PageBox, Screen};
use shuhi_notice::{COLLECT, Measurement, RenderedPage, Sought, Told, Words, measure, reached, read_notice};
use shuhi_scan::{
    Declared, DeclaredTransmission, Evidence, Measured, Name, NoticeEntry, Observation, ObservedNotice,
    ObservedTransmission, READ, declared_for,
};

use super::Bench;
use crate::args::scan::WebOptions;
use crate::failure::Failure;

/// Pages from which it is looked whether the notice is one step away.
const SENDING_PAGES: usize = 5;
/// Pictures of one notice at one width.
const PICTURES: usize = 8;

/// Looks at the notices of the register that have an address, and at those named on the command line.
pub fn look(
    bench: &Bench<'_>,
    settings: &BrowserSettings,
    options: &WebOptions,
    evidence: &Evidence,
    observation: &mut Observation,
) -> Result<(), Failure> {
    let words =
        Words::embedded().map_err(|error| Failure::usage(error.to_string(), "build or install the program again"))?;
    let looking = Looking { settings, evidence, words: &words };
    let mut found = Vec::new();
    for (number, (url, id)) in addresses(bench, options).into_iter().enumerate() {
        let sought = sought(bench.declared.as_ref(), id.as_deref(), observation);
        eprintln!("notice {url}");
        found.push(looking.notice(number, &url, id, &sought, &observation.pages)?);
    }
    observation.notices = found;
    Ok(())
}

/// The addresses of notices, with their ids where the register has them.
fn addresses(bench: &Bench<'_>, options: &WebOptions) -> Vec<(String, Option<String>)> {
    let declared = bench.declared.iter().flat_map(|declared| &declared.notices);
    let mut all: Vec<(String, Option<String>)> =
        declared.filter_map(|notice| Some((notice.url.clone()?, Some(notice.id.clone())))).collect();
    for url in &options.notice {
        if !all.iter().any(|(known, _)| known == url) {
            all.push((url.clone(), None));
        }
    }
    all
}

/// What the notice should speak of: what the register says it tells of, and everything observed that nobody declared.
fn sought(declared: Option<&Declared>, notice: Option<&str>, observation: &Observation) -> Vec<Sought> {
    let matched = |observed: &ObservedTransmission| {
        declared.map_or_else(Vec::new, |declared| declared_for(observed, observation, declared))
    };
    let told = declared.into_iter().flat_map(|declared| &declared.transmissions);
    let told = told.filter(|transmission| notice.is_some() && transmission.notice.as_deref() == notice);
    let mut all: Vec<Sought> = told
        .map(|transmission| {
            let mut sought = of_declared(transmission);
            let same =
                |observed: &&ObservedTransmission| matched(observed).iter().any(|found| found.id == transmission.id);
            observation.transmissions.iter().filter(same).for_each(|observed| add_observed(&mut sought, observed));
            sought
        })
        .collect();
    for observed in &observation.transmissions {
        if observed.party == shuhi_scan::Party::Third && matched(observed).is_empty() {
            let mut sought = Sought { id: observed.id.clone(), ..Sought::default() };
            add_observed(&mut sought, observed);
            all.push(sought);
        }
    }
    all
}

fn of_declared(transmission: &DeclaredTransmission) -> Sought {
    let recipient = transmission.recipient.as_ref();
    Sought {
        id: transmission.id.clone(),
        recipients: recipient.and_then(|recipient| recipient.name.clone()).into_iter().collect(),
        services: transmission.name.as_deref().map(in_brackets).unwrap_or_default(),
        domains: recipient.map(|recipient| recipient.domains.clone()).unwrap_or_default(),
    }
}

/// What stands in brackets, where staff write the product's name: `アクセス解析（見本かいせき）`.
fn in_brackets(name: &str) -> Vec<String> {
    let parts = name.split(['（', '(']).skip(1);
    parts
        .filter_map(|part| part.split(['）', ')']).next())
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn add_observed(sought: &mut Sought, observed: &ObservedTransmission) {
    if let Some(recipient) = &observed.recipient {
        sought.recipients.push(recipient.name.clone());
        sought.recipients.extend(recipient.name_ja.clone());
    }
    if let Some(service) = &observed.service {
        sought.services.extend([service.ja.clone(), service.en.clone()]);
    }
    sought.domains.extend(observed.hosts.iter().cloned());
}

/// A notice as it was shown, with what was read in it.
struct Opened {
    page: RenderedPage,
    told: Vec<Told>,
    /// Of what the measurements point at, in their order.
    pictures: Vec<Option<Vec<u8>>>,
}

struct Looking<'a> {
    settings: &'a BrowserSettings,
    evidence: &'a Evidence,
    words: &'a Words,
}

impl Looking<'_> {
    fn notice(
        &self,
        number: usize,
        url: &str,
        id: Option<String>,
        sought: &[Sought],
        pages: &[String],
    ) -> Result<ObservedNotice, Failure> {
        let mut observed = ObservedNotice { url: url.to_owned(), notice: id, ..ObservedNotice::default() };
        let mut ended_up = vec![url.to_owned()];
        for screen in [Screen::Desktop, Screen::Phone] {
            let Opened { page, told, pictures } = match self.open(url, screen, sought) {
                Ok(found) => found,
                Err(why) => {
                    observed.measured.push(unread(&why, screen));
                    continue;
                }
            };
            ended_up.push(page.url.clone());
            let measured = measure(&page, &told);
            let mut shown = pictures.into_iter();
            for found in measured {
                let picture = match pictured(&found) {
                    true => self.keep(number, screen, found.field, shown.next().flatten())?,
                    false => None,
                };
                observed.measured.push(kept(found, Some(screen), picture));
            }
            if screen == Screen::Desktop {
                observed.entries = told.into_iter().map(|told| entry(told, &page)).collect();
            }
        }
        if !observed.measured.iter().any(|measured| measured.field == READ) {
            observed.measured.extend(self.step(&ended_up, pages));
        }
        Ok(observed)
    }

    /// Shows the notice, reads it, and takes pictures of what the measurements point at.
    fn open(&self, url: &str, screen: Screen, sought: &[Sought]) -> Result<Opened, String> {
        let boxes = |value: &Value| {
            let Ok(page) = RenderedPage::deserialize_from(value) else { return Vec::new() };
            let told = read_notice(&page, sought, self.words);
            measure(&page, &told).iter().filter(|found| pictured(found)).take(PICTURES).filter_map(page_box).collect()
        };
        let Inspection { value, pictures, .. } = self.inspect(url, screen, &boxes)?;
        let page = RenderedPage::deserialize_from(&value).map_err(|error| error.to_string())?;
        let told = read_notice(&page, sought, self.words);
        Ok(Opened { page, told, pictures })
    }

    fn inspect(&self, url: &str, screen: Screen, boxes: &dyn Fn(&Value) -> Vec<PageBox>) -> Result<Inspection, String> {
        let tried: Result<Inspection, BrowserError> =
            Browser::start(self.settings).and_then(|mut browser| browser.inspect(url, screen, COLLECT, boxes));
        tried.map_err(|error| error.to_string())
    }

    /// Whether the notice is one step away from the pages that send: the first from which it is not, else the first.
    fn step(&self, notice: &[String], pages: &[String]) -> Option<Measured> {
        let leads_to: Vec<&str> = notice.iter().map(String::as_str).collect();
        let mut first = None;
        for page in pages.iter().take(SENDING_PAGES) {
            let Ok(found) = self.inspect(page, Screen::Desktop, &|_| Vec::new()) else { continue };
            let Ok(shown) = RenderedPage::deserialize_from(&found.value) else { continue };
            let measured = reached(&shown, &leads_to);
            let missed = measured.holds == Some(false);
            let measured = kept(measured, Some(Screen::Desktop), None);
            if missed {
                return Some(measured);
            }
            first.get_or_insert(measured);
        }
        first
    }

    fn keep(
        &self,
        number: usize,
        screen: Screen,
        field: &str,
        picture: Option<Vec<u8>>,
    ) -> Result<Option<String>, Failure> {
        let Some(picture) = picture else { return Ok(None) };
        let name = format!("pictures/notice-{}-{}px-{field}.png", number + 1, screen.width_px());
        self.evidence.keep(&name, &picture)?;
        Ok(Some(name))
    }
}

/// Whether a measurement points at something worth a picture.
fn pictured(found: &Measurement) -> bool {
    found.place.is_some() && (found.holds == Some(false) || found.field == "proper_size")
}

fn page_box(found: &Measurement) -> Option<PageBox> {
    let place = found.place?;
    Some(PageBox { x_px: place.x, y_px: place.y, width_px: place.width.max(1.0), height_px: place.height.max(1.0) })
}

fn kept(found: Measurement, screen: Option<Screen>, picture: Option<String>) -> Measured {
    Measured {
        field: found.field.to_owned(),
        holds: found.holds,
        width_px: screen.map(Screen::width_px),
        figure: Name { ja: found.ja, en: found.en },
        element: found.element,
        picture,
    }
}

fn unread(why: &str, screen: Screen) -> Measured {
    Measured {
        field: READ.to_owned(),
        holds: Some(false),
        width_px: Some(screen.width_px()),
        figure: Name { ja: why.to_owned(), en: why.to_owned() },
        element: None,
        picture: None,
    }
}

fn entry(told: Told, page: &RenderedPage) -> NoticeEntry {
    let element = told.entry.and_then(|place| page.entries.get(place)).map(|entry| entry.path.clone());
    NoticeEntry {
        transmission: told.id,
        found: told.entry.is_some(),
        items_told: told.items,
        data: told.data,
        purposes: told.purposes,
        opt_out: told.opt_out,
        element,
    }
}

#[cfg(test)]
mod tests {
    use super::in_brackets;

    #[test]
    fn product_names_stand_in_brackets() {
        assert_eq!(in_brackets("アクセス解析（見本かいせき）"), ["見本かいせき"]);
        assert_eq!(in_brackets("広告 (Kakuu Reach)"), ["Kakuu Reach"]);
        assert!(in_brackets("アクセス解析").is_empty());
    }
}
