//! The options of `shuhi scan`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Args)]
pub struct ScanOptions {
    #[command(subcommand)]
    pub command: ScanCommand,
}

/// What can be observed.
#[derive(Subcommand)]
pub enum ScanCommand {
    /// Open pages in a headless browser and observe what they send
    Web(Box<WebOptions>),
    /// Read HAR files: Chrome, Firefox, WebPageTest and others
    Har(CaptureOptions),
    /// Read logs of DevTools events
    Cdp(CaptureOptions),
    /// Read an app package: APK, split APKs, XAPK, AAB, IPA
    #[command(visible_alias = "app")]
    Apk(PackageOptions),
    /// Who is behind a host, by every source that knows it
    Who(WhoOptions),
    /// Convert a list that you bring (EasyPrivacy, Tracker Radar, Exodus …) for `--catalogue`
    Import(ImportOptions),
}

#[derive(Args)]
pub struct WhoOptions {
    /// Hosts, or addresses without a query
    #[arg(required = true)]
    pub hosts: Vec<String>,
    /// A folder of entries and imported lists of your own, laid over the catalogue
    #[arg(long, value_name = "DIR")]
    pub catalogue: Option<PathBuf>,
}

#[derive(Args)]
pub struct ImportOptions {
    /// Which list: tracker-radar, ghostery-trackerdb, disconnect, filter-list, exodus, hosts, whotracksme, cname-trackers, open-cookie-database, third-party-web, trackhar, csv
    pub kind: String,
    /// Its file or folder
    pub path: PathBuf,
    /// The folder that `--catalogue` will name
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// What findings call it [default: the kind]
    #[arg(long)]
    pub name: Option<String>,
    /// The licence it is under, where the list does not say
    #[arg(long)]
    pub licence: Option<String>,
    /// Its version [default: as the list says, else its hash]
    #[arg(long, value_name = "VERSION")]
    pub list_version: Option<String>,
    /// Where it was taken from
    #[arg(long)]
    pub source: Option<String>,
}

/// What every scan knows.
#[derive(Args)]
pub struct ScanCommon {
    /// Hold what is observed against the register in this folder, and keep the observation in its `observed/`
    #[arg(long, value_name = "DIR")]
    pub register: Option<PathBuf>,
    /// The service of the register whose pages or app these are [default: the one whose `domains` fit]
    #[arg(long, value_name = "ID", requires = "register")]
    pub service: Option<String>,
    /// Keep evidence in this new folder: raw capture, HAR, pictures, versions, hashes, a report
    #[arg(long, value_name = "DIR")]
    pub evidence: Option<PathBuf>,
    /// Write a draft of what the register lacks to this new file
    #[arg(long, value_name = "FILE", requires = "register")]
    pub missing: Option<PathBuf>,
    /// A folder of destinations, modules and imported lists of your own, laid over the catalogue
    #[arg(long, value_name = "DIR")]
    pub catalogue: Option<PathBuf>,
    /// A domain of the provider's own beside that of the page; the register's `domains` are added
    #[arg(long = "sister", value_name = "DOMAIN")]
    pub sisters: Vec<String>,
    /// Planted values to look for: a YAML file of names and values
    #[arg(long, value_name = "FILE")]
    pub honey: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "text")]
    pub format: ScanFormat,
    /// Exit with status 1 for these differences from the register
    #[arg(long, value_enum, default_value = "difference")]
    pub fail_on: ScanFailOn,
    /// Show every request and the reason for each item
    #[arg(long)]
    pub verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScanFormat {
    Text,
    Json,
    Sarif,
    Junit,
    /// The report as one HTML file
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScanFailOn {
    /// Something is sent that the register does not have
    Undeclared,
    /// Anything that contradicts the register or the published notice
    Difference,
    /// Never because of differences
    Never,
}

#[derive(Args)]
pub struct CaptureOptions {
    /// The files, as one observation
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The address of the page, where the capture does not say
    #[arg(long, value_name = "URL")]
    pub site: Option<String>,
    #[command(flatten)]
    pub common: ScanCommon,
}

#[derive(Args)]
pub struct PackageOptions {
    /// The package; all parts of a split one, or their folder
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Traffic of the same app, as HAR files
    #[arg(long, value_name = "FILE")]
    pub traffic: Vec<PathBuf>,
    #[command(flatten)]
    pub common: ScanCommon,
}

#[derive(Args)]
pub struct WebOptions {
    /// The pages, or the first one with `--pages`
    #[arg(required_unless_present_any = ["sitemap", "list"])]
    pub urls: Vec<String>,
    /// Follow links of the same site up to this many pages
    #[arg(long, value_name = "N")]
    pub pages: Option<usize>,
    /// Take the pages from this sitemap
    #[arg(long, value_name = "URL", conflicts_with = "list")]
    pub sitemap: Option<String>,
    /// Take the pages from this file, an address a line
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Seconds to wait between pages
    #[arg(long, value_name = "SECONDS", default_value = "1")]
    pub delay: f64,
    /// Open pages that `robots.txt` asks robots not to open: for your own site
    #[arg(long)]
    pub ignore_robots: bool,
    /// Observe as well what is sent after the visitor chose on the consent banner
    #[arg(long, value_enum, value_delimiter = ',')]
    pub choices: Vec<WebChoice>,
    /// The button that accepts, as a CSS selector [default: found by its words]
    #[arg(long, value_name = "SELECTOR")]
    pub accept: Option<String>,
    /// The button that refuses, as a CSS selector [default: found by its words]
    #[arg(long, value_name = "SELECTOR")]
    pub refuse: Option<String>,
    /// Sign in first by these recorded steps
    #[arg(long, value_name = "FILE")]
    pub login: Option<PathBuf>,
    /// Observe at a phone's width as well
    #[arg(long)]
    pub phone: bool,
    /// A published notice to look at beside those of the register
    #[arg(long, value_name = "URL")]
    pub notice: Vec<String>,
    /// Ask this name server for aliases [default: those of the system]
    #[arg(long, value_name = "ADDRESS")]
    pub nameserver: Option<std::net::SocketAddr>,
    /// Send requests for a host to this address instead: for a site under construction
    #[arg(long, value_name = "HOST=ADDRESS")]
    pub map: Vec<String>,
    /// Let nothing leave this machine; hosts that are not mapped fail
    #[arg(long)]
    pub loopback_only: bool,
    /// Believe certificates of this public key although nobody vouches for them: SHA-256 of the key, base64
    #[arg(long, value_name = "SHA256")]
    pub trusted_key: Vec<String>,
    /// The browser [default: Chromium where the system has it]
    #[arg(long, value_name = "FILE")]
    pub browser: Option<PathBuf>,
    #[command(flatten)]
    pub common: ScanCommon,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WebChoice {
    /// After everything was accepted
    Accept,
    /// After everything that can be refused was refused
    Refuse,
}
