//! One invented list of each kind.

#![allow(dead_code, reason = "each test takes what it needs")]

use shuhi_catalogue_format::import::ImportKind;

type Files = &'static [(&'static str, &'static str)];

/// Every kind with its files.
pub const LISTS: &[(ImportKind, Files)] = &[
    (ImportKind::ThirdPartyWeb, &[("entities.json", THIRD_PARTY_WEB)]),
    (ImportKind::TrackHar, &[("index.js", TRACKHAR)]),
    (ImportKind::OpenCookieDatabase, COOKIES_CSV),
    (ImportKind::CnameTrackers, &[("trackers.txt", CNAME_TRACKERS)]),
    (ImportKind::TrackerRadar, TRACKER_RADAR),
    (ImportKind::GhosteryTrackerDb, TRACKERDB_JSON),
    (ImportKind::Disconnect, &[("services.json", DISCONNECT)]),
    (ImportKind::FilterList, &[("list.txt", FILTERS)]),
    (ImportKind::Exodus, &[("trackers.json", EXODUS)]),
    (ImportKind::Hosts, &[("hosts.txt", HOSTS)]),
    (ImportKind::WhoTracksMe, WHOTRACKSME),
    (ImportKind::Csv, &[("own.csv", CSV)]),
];

const THIRD_PARTY_WEB: &str = r#"[
  {"name": "Mihon Ads", "company": "Mihon", "homepage": "https://mihon.example/", "category": "ad",
   "domains": ["*.mihon.example", "ads.mihon.example", "*.co.jp"], "totalExecutionTime": 1},
  {"name": "Kaku", "category": "utility", "domains": ["kaku.example"]}
]"#;

const TRACKHAR: &str = r#"
const $ab12$var$tracker = {
    slug: "kaku",
    name: "Kaku Inc.",
    exodusId: 1
};
const $ab12$export$00 = [
    {
        slug: "kaku-event",
        name: "Kaku event",
        tracker: $ab12$var$tracker,
        endpointUrls: [
            "https://api.kaku.example/v1/event",
            // a remark
            /^https:\/\/app\.kaku\.(com|net)\/session$/,
            /^https:\/\/www\.kaku\..+\/x$/
        ],
        decodingSteps: [
        ]
    }
];
const $cd34$var$tracker = {
    name: "Mihon K.K."
};
const $cd34$export$00 = [
    {
        tracker: $cd34$var$tracker,
        endpointUrls: [
            "https://in.mihon.example/collect"
        ],
    }
];
"#;

pub const COOKIES_CSV: Files = &[(
    "cookies.csv",
    "\
ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,User Privacy & GDPR Rights Portals,Wildcard match
1,Mihon Analytics,Analytics,_mihon,mihon.example (3rd party) or others,\"Counts visits, and more\",2 years,Mihon,https://mihon.example/,0
2,Mihon Analytics,Analytics,_mihon_,,Keeps state,session,Mihon,https://mihon.example/,1
",
)];

pub const COOKIES_JSON: Files = &[(
    "cookies.json",
    r#"{"Mihon Analytics": [
  {"id": "1", "category": "Analytics", "cookie": "_mihon", "domain": ".mihon.example", "description": "Counts visits, and more",
   "retentionPeriod": "2 years", "dataController": "Mihon", "privacyLink": "", "wildcardMatch": "0"},
  {"id": "2", "category": "Analytics", "cookie": "_mihon_", "domain": "", "description": "Keeps state",
   "retentionPeriod": "session", "dataController": "Mihon", "privacyLink": "", "wildcardMatch": "1"}
]}"#,
)];

const CNAME_TRACKERS: &str = "\
! Title: Mihon CNAME list
! TimeUpdated: 2026-01-05T08:00:08+00:00
!
! Company: Mihon (formerly Furui)
||mihon.example^
||a.mihon.example^
!
! Company: Kaku
||kaku.example^
";

const TRACKER_RADAR: Files = &[
    (
        "entities/Mihon SA.json",
        r#"{"name": "Mihon SA", "displayName": "Mihon", "properties": ["a.example", "b.example"], "prevalence": {"total": 0.1}}"#,
    ),
    (
        "domains/US/a.example.json",
        r#"{"domain": "a.example", "owner": {"name": "Mihon SA", "displayName": "Mihon", "url": "mihon.example"}, "categories": ["Ad Motivated Tracking", "Analytics"], "subdomains": []}"#,
    ),
    ("entity_map.json", r#"{"Kaku Ltd": {"displayName": "Kaku", "properties": ["kaku.example"]}}"#),
];

pub const TRACKERDB_JSON: Files = &[(
    "trackerdb.json",
    r#"{"categories": {}, "organizations": {"mihon": {"name": "Mihon Inc.", "country": "JP", "website_url": "https://mihon.example/"}},
  "patterns": {"mihon_tag": {"name": "Mihon Tag", "category": "site_analytics", "organization": "mihon", "alias": null,
    "website_url": null, "domains": ["mihon.example", "tag.example"], "filters": ["||mihon.example^$3p"]},
   "waif": {"name": "Waif", "category": "misc", "organization": null, "domains": ["waif.example"]}}}"#,
)];

pub const TRACKERDB_ENO: Files = &[
    ("categories/site_analytics.eno", "name: Site Analytics\ncolor: #ffffff\n"),
    (
        "organizations/mihon.eno",
        "name: Mihon Inc.\ncountry: JP\nwebsite_url: https://mihon.example/\n\n--- description\nMany words: of theirs.\n--- description\n",
    ),
    (
        "patterns/mihon_tag.eno",
        "name: Mihon Tag\ncategory: site_analytics\norganization: mihon\n\n--- domains\nmihon.example\ntag.example\n--- domains\n\n--- filters\n||mihon.example^$3p\n--- filters\n",
    ),
    ("patterns/waif.eno", "name: Waif\ncategory: misc\n\n--- domains\nwaif.example\n--- domains\n"),
];

const DISCONNECT: &str = r#"{"license": "… either version 3 of the License, or (at your option) any later version. …",
  "categories": {"Advertising": [{"Mihon": {"http://mihon.example/": ["a.example", "b.example"], "dnt": "w3c"}}, {"Broken": 1}],
   "Content": [{"Mihon": {"http://mihon.example/": ["c.example"], "performance": "true"}}]}}"#;

const FILTERS: &str = "\
[Adblock Plus 2.0]
! Title: Mihon List
! Version: 202611280000
! Licence: https://example.jp/licence
||a.example^$third-party
||b.example^
||c.example/track/*$image
||d.example
@@||a.example^$document
||e.example^$domain=f.example
/banner/*/ad.
example.jp##.ad
||g.example/*/x^
||h*.example^
";

const EXODUS: &str = r#"{"trackers": {"1": {"id": 1, "name": "Mihon SDK", "creation_date": "2017-09-24",
   "code_signature": "jp.example.mihon.sdk.|com/example/mihon|^.*x", "network_signature": "mihon\\.(example|net)|192\\.0\\.2\\.7",
   "website": "https://mihon.example/", "categories": ["Analytics", "Ads"]},
  "2": {"name": "Kaku", "code_signature": "NC", "network_signature": "NC.+", "website": ""}}}"#;

const HOSTS: &str = "\
# Mihon hosts
127.0.0.1 localhost
0.0.0.0 a.example b.example # both
::1 ip6-localhost
c.example
what is this
0.0.0.0 0.0.0.0
";

const WHOTRACKSME: Files = &[
    (
        "0.json",
        r#"{"timeUpdated": "2026-11-01T00:00:00Z", "categories": {"4": "advertising"},
  "trackers": {"mihon_pixel": {"name": "Mihon Pixel", "categoryId": 4, "url": null, "companyId": "mihon"}},
  "trackerDomains": {"mihon.example": "mihon_pixel", "lost.example": "nobody"}}"#,
    ),
    (
        "companies.json",
        r#"{"companies": {"mihon": {"name": "Mihon Inc.", "websiteUrl": "https://mihon.example/", "description": "x"}}}"#,
    ),
];

const CSV: &str = "\
domain,name,country,kind,service,path
mihon.example,株式会社見本,JP,analytics,見本タグ,
example.com,株式会社見本,jp,analytics,見本タグ,/tag/
kaku.example,株式会社角,Japan,nonsense,,
a b,株式会社角,,,,
ok.example,株式会社角,,,,tag
";
