//! Each kind of list: what is taken, what is left out and told, what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod lists;

use std::fs;

use lists::LISTS;
use shuhi_catalogue_format::import::{About, ImportError, ImportKind, Imported, Importer, import};
use shuhi_catalogue_format::{Kind, Set, SetService};
use shuhi_source::{Faults, Sources};

fn taken(kind: ImportKind, files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let mut importer = Importer::new(kind);
    for (name, text) in files {
        importer.feed(name, text.as_bytes())?;
    }
    importer.finish("list", &About::default())
}

fn list(kind: ImportKind) -> Imported {
    taken(kind, LISTS.iter().find(|(known, _)| *known == kind).unwrap().1).unwrap()
}

/// `name / recipient / country / kind / category: domains; classes`, one service a line.
fn shown(services: &[SetService]) -> String {
    let line = |service: &SetService| {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let claims = |service: &SetService| {
            service
                .domains
                .iter()
                .map(|claim| format!(" {}{}", claim.domain, claim.path.as_deref().unwrap_or("")))
                .collect::<String>()
        };
        format!(
            "{} / {} / {} / {} / {}:{}{}",
            text(&service.name),
            text(&service.recipient),
            text(&service.country),
            service.kind.map_or("-", Kind::as_str),
            text(&service.category),
            claims(service),
            service.classes.iter().map(|class| format!("; {class}")).collect::<String>()
        )
    };
    services.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn expect(kind: ImportKind, expected: &str) {
    let imported = list(kind);
    let told = format!("{}\nleft out: {}", shown(&imported.set.services), imported.left_out_examples.join("; "));
    assert_eq!(told, expected, "{}", kind.as_str());
    assert_eq!(imported.left_out, imported.left_out_examples.len());
}

#[test]
fn entities_of_third_party_web() {
    expect(
        ImportKind::ThirdPartyWeb,
        "\
Kaku / Kaku / - / - / utility: kaku.example
Mihon Ads / Mihon / - / advertising / ad: ads.mihon.example mihon.example
left out: entities.json: `*.co.jp` is no domain",
    );
    let head = list(ImportKind::ThirdPartyWeb).set.head;
    assert_eq!((head.licence.as_str(), head.name.as_str()), ("MIT", "third-party-web"));
    assert!(head.version.starts_with("sha256:") && head.version.len() == 19, "{}", head.version);
}

#[test]
fn endpoints_of_trackhar() {
    expect(
        ImportKind::TrackHar,
        "\
- / Kaku Inc. / - / - / -: api.kaku.example app.kaku.com app.kaku.net
- / Mihon K.K. / - / - / -: in.mihon.example
left out: index.js: `/^https:\\/\\/www\\.kaku\\..+\\/x$/` names no domain of its own",
    );
}

#[test]
fn cookies_of_the_open_cookie_database() {
    for files in [lists::COOKIES_CSV, lists::COOKIES_JSON] {
        let set = taken(ImportKind::OpenCookieDatabase, files).unwrap().set;
        let service = &set.services[0];
        assert_eq!((service.name.as_deref(), service.recipient.as_deref()), (Some("Mihon Analytics"), Some("Mihon")));
        let cookies: Vec<_> =
            service.cookies.iter().map(|cookie| (cookie.name.as_str(), cookie.domain.as_deref())).collect();
        assert_eq!(cookies, [("_mihon", Some("mihon.example")), ("_mihon_*", None)]);
        assert_eq!(service.cookies[0].description.as_deref(), Some("Counts visits, and more"));
        assert_eq!(service.cookies[0].retention.as_deref(), Some("2 years"));
    }
}

#[test]
fn companies_of_cname_trackers() {
    expect(
        ImportKind::CnameTrackers,
        "\
Kaku / Kaku / - / - / -: kaku.example
Mihon (formerly Furui) / Mihon (formerly Furui) / - / - / -: a.mihon.example mihon.example
left out: ",
    );
    assert_eq!(list(ImportKind::CnameTrackers).set.head.version, "2026-01-05T08:00:08+00:00");
}

#[test]
fn entities_and_domains_of_tracker_radar() {
    expect(
        ImportKind::TrackerRadar,
        "\
Kaku / Kaku Ltd / - / - / -: kaku.example
Mihon / Mihon SA / - / - / -: a.example b.example
Mihon / Mihon SA / - / advertising / Ad Motivated Tracking, Analytics: a.example
left out: ",
    );
}

#[test]
fn organisations_and_patterns_of_trackerdb() {
    let expected = "\
Mihon Tag / Mihon Inc. / JP / analytics / site_analytics: mihon.example tag.example
Waif / - / - / - / misc: waif.example
left out: ";
    for files in [lists::TRACKERDB_JSON, lists::TRACKERDB_ENO] {
        let imported = taken(ImportKind::GhosteryTrackerDb, files).unwrap();
        let told = format!("{}\nleft out: {}", shown(&imported.set.services), imported.left_out_examples.join("; "));
        // What belongs to nobody sorts first.
        let mut lines: Vec<&str> = told.lines().collect();
        lines.sort_by_key(|line| (line.starts_with("left"), line.starts_with("Waif")));
        assert_eq!(lines.join("\n"), expected.trim_end_matches('\n'));
        assert_eq!(imported.set.head.licence, "CC-BY-NC-SA-4.0");
    }
}

#[test]
fn categories_of_disconnect() {
    expect(
        ImportKind::Disconnect,
        "\
Mihon / Mihon / - / advertising / Advertising: a.example b.example
Mihon / Mihon / - / - / Content: c.example
left out: services.json: `Broken` has no pages",
    );
    assert_eq!(list(ImportKind::Disconnect).set.head.licence, "GPL-3.0-or-later");
}

#[test]
fn whole_domains_of_filter_lists() {
    let imported = list(ImportKind::FilterList);
    assert_eq!(
        shown(&imported.set.services),
        "- / - / - / - / Mihon List: a.example b.example c.example/track/ d.example"
    );
    assert_eq!(imported.left_out, 6);
    let head = imported.set.head;
    assert_eq!((head.version.as_str(), head.licence.as_str()), ("202611280000", "https://example.jp/licence"));
}

#[test]
fn signatures_of_exodus() {
    expect(
        ImportKind::Exodus,
        "\
Mihon SDK / - / - / analytics / Analytics, Ads: 192.0.2.7 mihon.example mihon.net; com.example.mihon; jp.example.mihon.sdk
left out: trackers.json: `^.*x` is no prefix of classes; trackers.json: `NC.+` names no domain of its own",
    );
}

#[test]
fn hosts_files_and_bare_domains() {
    expect(
        ImportKind::Hosts,
        "- / - / - / - / -: a.example b.example c.example\nleft out: hosts.txt:6: `what` is neither an address nor the only domain",
    );
}

#[test]
fn trackers_of_whotracksme() {
    expect(
        ImportKind::WhoTracksMe,
        "\
Mihon Pixel / Mihon Inc. / - / advertising / advertising: mihon.example
left out: 0.json: `lost.example` belongs to no tracker of the file",
    );
    assert_eq!(list(ImportKind::WhoTracksMe).set.head.version, "2026-11-01T00:00:00Z");
}

#[test]
fn tables_of_ones_own() {
    expect(
        ImportKind::Csv,
        "\
見本タグ / 株式会社見本 / JP / analytics / -: example.com/tag/ mihon.example
- / 株式会社角 / - / - / -: kaku.example
left out: own.csv:4: `Japan` is no country code, such as `JP`; the rest of the line was taken; own.csv:4: `nonsense` is no kind of service; the rest of the line was taken; own.csv:5: `a b` is no domain; own.csv:6: `tag` is no path; it begins with `/`",
    );
}

#[test]
fn other_files_are_refused_with_what_is_wanted() {
    for (kind, text, expected) in [
        (
            ImportKind::ThirdPartyWeb,
            "[",
            "`f` is not JSON: EOF while parsing a list at line 1 column 1; name the file as it was published",
        ),
        (
            ImportKind::Csv,
            "a,b\n",
            "`f` is no csv: it has no column `domain`; its first line names the columns `domain,name,country,kind`",
        ),
        (ImportKind::TrackHar, "x", "`f` is no trackhar: it is the built script with `tracker` and `endpointUrls`"),
        (
            ImportKind::Hosts,
            "# nothing\n",
            "`list` holds nothing that a hosts has; it has lines such as `0.0.0.0 domain`, or one domain a line",
        ),
    ] {
        assert_eq!(taken(kind, &[("f", text)]).unwrap_err().to_string(), expected);
    }
    let message = taken(ImportKind::Disconnect, &[("f", "{}")]).unwrap_err().to_string();
    assert!(message.starts_with("`f` is no disconnect: it is a JSON with `categories` (missing field"), "{message}");
    let mut importer = Importer::new(ImportKind::Hosts);
    assert_eq!(importer.feed("f", &[0xff]).unwrap_err().to_string(), "`f` is not UTF-8; a list of this kind is text");
}

#[test]
fn folders_are_read_whole_and_the_user_has_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in lists::TRACKERDB_ENO {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(folder.path().join("README.md"), "not read").unwrap();
    let about = About {
        name: Some("mine".into()),
        licence: Some("asked them".into()),
        version: Some("7".into()),
        source: None,
        retrieved: Some(jiff::civil::date(2026, 11, 28)),
    };
    let set = import(ImportKind::GhosteryTrackerDb, folder.path(), &about).unwrap().set;
    assert_eq!(
        (set.head.name.as_str(), set.head.licence.as_str(), set.head.version.as_str()),
        ("mine", "asked them", "7")
    );
    assert_eq!(set.counts(), (3, 0, 0));
    assert!(import(ImportKind::Csv, folder.path(), &about).unwrap_err().to_string().contains("holds nothing"));
    let nowhere = import(ImportKind::Csv, &folder.path().join("nowhere"), &about).unwrap_err().to_string();
    assert!(nowhere.contains("cannot be read"), "{nowhere}");
}

/// Whatever becomes of a list, importing ends, and what was taken is read again from the set's file as it was.
#[test]
fn damaged_lists_are_taken_or_refused() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).unwrap()
    };
    let pieces: Vec<&[u8]> = vec![
        b"\t",
        b"\n",
        b"\\",
        b"\"",
        b"||",
        b"^",
        b"{",
        b"}",
        b",",
        b"*.",
        b"..",
        b"\xff",
        b"\r",
        "見".as_bytes(),
        b"[",
        b"0",
    ];
    for (kind, files) in LISTS {
        for _ in 0..400 {
            let mut importer = Importer::new(*kind);
            let mut sound = true;
            for (name, text) in *files {
                let mut bytes = text.as_bytes().to_vec();
                for _ in 0..1 + random(4) {
                    let at = random(bytes.len() + 1);
                    match random(3) {
                        0 => drop(bytes.splice(at..at, pieces[random(pieces.len())].iter().copied())),
                        1 => bytes.truncate(at),
                        _ => drop(bytes.drain(at..(at + random(8)).min(bytes.len()))),
                    }
                }
                sound &= importer.feed(name, &bytes).is_ok();
            }
            if let (true, Ok(imported)) = (sound, importer.finish("list", &About::default())) {
                let text = imported.set.write();
                let mut sources = Sources::new();
                let file = sources.add("set.tsv", text.clone());
                let mut faults = Faults::new();
                let again = Set::read(&sources, file, &mut faults);
                assert_eq!(again.as_ref(), Some(&imported.set), "{}\n{text}", faults.summary(&sources));
            }
        }
    }
}
