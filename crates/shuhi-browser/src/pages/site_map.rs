//! Site maps: XML, a list of addresses as text, either also gzipped.

use std::io::Read as _;

use flate2::read::GzDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;

/// Addresses that one site map may name (the protocol's own limit).
const PAGES_MAX: usize = 50_000;

/// What a site map names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SiteMap {
    /// Pages.
    pub pages: Vec<String>,
    /// Further site maps.
    pub maps: Vec<String>,
    /// What is wrong with it, as the end of a sentence; what was read until there counts.
    pub fault: Option<String>,
}

/// Reads a site map, at most so many bytes of it once unpacked.
pub(crate) fn read(bytes: &[u8], most: usize) -> SiteMap {
    let mut unpacked = Vec::new();
    let mut fault = None;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        if let Err(error) = GzDecoder::new(bytes).take(most as u64).read_to_end(&mut unpacked) {
            fault = Some(format!("is damaged: {error}"));
        }
    } else {
        unpacked.extend_from_slice(bytes);
    }
    let text = String::from_utf8_lossy(&unpacked);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let mut map = if text.starts_with('<') { xml(text) } else { lines(text) };
    map.fault = fault.or(map.fault);
    map
}

fn lines(text: &str) -> SiteMap {
    let pages = text.lines().map(str::trim).filter(|line| line.starts_with("http")).take(PAGES_MAX);
    SiteMap { pages: pages.map(str::to_owned).collect(), ..SiteMap::default() }
}

fn xml(text: &str) -> SiteMap {
    let mut map = SiteMap::default();
    let mut reader = Reader::from_str(text);
    let (mut of_index, mut in_address, mut address) = (false, false, String::new());
    loop {
        if map.pages.len() + map.maps.len() >= PAGES_MAX {
            map.fault = Some(format!("names more than {PAGES_MAX} addresses"));
            return map;
        }
        match reader.read_event() {
            Ok(Event::Start(tag)) => match tag.local_name().as_ref() {
                "sitemapindex" => of_index = true,
                "loc" => (in_address, address) = (true, String::new()),
                _ => {}
            },
            Ok(Event::Text(part)) if in_address => {
                address.push_str(&part);
            }
            Ok(Event::CData(part)) if in_address => {
                address.push_str(&part);
            }
            Ok(Event::GeneralRef(name)) if in_address => {
                address.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default());
            }
            Ok(Event::End(tag)) if tag.local_name().as_ref() == "loc" => {
                in_address = false;
                let found = if of_index { &mut map.maps } else { &mut map.pages };
                found.push(address.trim().to_owned());
            }
            Ok(Event::Eof) => return map,
            Ok(_) => {}
            Err(error) => {
                map.fault = Some(format!("is no XML at byte {}: {error}", reader.error_position()));
                return map;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    const MAP: &str = "\u{feff}<?xml version='1.0'?>\n<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc> https://mise.example/a?b=1&amp;c=2 </loc><lastmod>2026-01-01</lastmod></url><url><loc><![CDATA[https://mise.example/b]]></loc></url></urlset>";

    #[test]
    fn pages_are_read_also_from_gzip_and_plain_lists() {
        let pages = ["https://mise.example/a?b=1&c=2", "https://mise.example/b"];
        assert_eq!(read(MAP.as_bytes(), 1 << 20).pages, pages);
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(MAP.as_bytes()).unwrap();
        assert_eq!(read(&packed.finish().unwrap(), 1 << 20).pages, pages);
        assert_eq!(read(b"https://mise.example/x\n\nhttps://mise.example/y\n", 1 << 20).pages.len(), 2);
    }

    #[test]
    fn an_index_names_further_maps() {
        let map =
            read(b"<sitemapindex><sitemap><loc>https://mise.example/1.xml</loc></sitemap></sitemapindex>", 1 << 20);
        assert_eq!((map.maps.len(), map.pages.len()), (1, 0));
    }

    #[test]
    fn damaged_maps_give_what_was_whole_and_say_so() {
        let torn = read(b"<urlset><url><loc>https://mise.example/a</loc></wrong>", 1 << 20);
        assert_eq!(torn.pages, ["https://mise.example/a"]);
        assert!(torn.fault.is_some());
        for cut in 0..MAP.len() {
            let _ = read(MAP.as_bytes().get(..cut).unwrap_or_default(), 64);
        }
    }
}
