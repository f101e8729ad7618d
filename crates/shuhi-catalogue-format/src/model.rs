use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An organisation that receives what terminals send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Lower case, digits, hyphens.
    pub id: String,
    /// The legal name as registered; Japanese for Japanese companies.
    pub name: String,
    /// For foreign companies: the Japanese rendering they use themselves.
    pub name_ja: Option<String>,
    /// Under whose law it exists, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Its own page.
    pub homepage: Option<String>,
    /// Pages that were read.
    pub checked: Vec<Checked>,
    /// Where the entry stands, `file:line:column`.
    pub place: String,
}

/// A service that pages and apps send to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Lower case, digits, hyphens.
    pub id: String,
    /// What it is called.
    pub name: Name,
    /// The id of the [`Recipient`] that runs it.
    pub recipient: String,
    /// What kind of service it is.
    pub kind: Kind,
    /// The domains it receives at.
    pub domains: Vec<Claim>,
    /// What for: values of `transmission_purpose`.
    pub purposes: Vec<String>,
    /// What it typically receives: values of `terminal_data`.
    pub items: Vec<String>,
    /// Address of its privacy policy.
    pub privacy_policy: Option<String>,
    /// Address where users opt out.
    pub opt_out: Option<String>,
    /// Pages that were read.
    pub checked: Vec<Checked>,
    /// Where the entry stands, `file:line:column`.
    pub place: String,
}

/// An information collection module (SDK) of apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Lower case, digits, hyphens.
    pub id: String,
    /// What it is called.
    pub name: Name,
    /// The id of the [`Recipient`] that provides it.
    pub recipient: String,
    /// The id of the [`Service`] it belongs to.
    pub service: Option<String>,
    /// What kind of service it is.
    pub kind: Kind,
    /// Which apps it is built into.
    pub platform: Platform,
    /// Android: package prefixes, matched at a dot.
    pub classes: Vec<String>,
    /// iOS: names of frameworks, resource bundles or static libraries.
    pub frameworks: Vec<String>,
    /// Where its version can be seen.
    pub version_from: Vec<VersionFrom>,
    /// What for: values of `transmission_purpose`.
    pub purposes: Vec<String>,
    /// What it typically receives: values of `terminal_data`.
    pub items: Vec<String>,
    /// The packages or documentation that the signature was read from; empty: unverified.
    pub read_from: Vec<Checked>,
    /// Where the entry stands, `file:line:column`.
    pub place: String,
}

/// A name in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// What a service claims to be its own: a domain with everything below it, or only paths that begin so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Claim {
    /// The domain in the form in which hosts are compared.
    pub domain: String,
    /// The beginning of the paths, with its first slash.
    pub path: Option<String>,
}

/// A page or package that was really read, and what it states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What was read.
    pub read: Evidence,
    /// When.
    pub on: Date,
    /// The fields of the entry that it states.
    pub confirms: Vec<String>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The page at an address.
    Page(String),
    /// A package with its version.
    Package(String),
}

impl Evidence {
    /// The address or the package.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Page(text) | Self::Package(text) => text,
        }
    }
}

/// Where the version of a module can be seen in an app package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFrom {
    /// A file in the package.
    pub file: Option<String>,
    /// The key in that file.
    pub key: Option<String>,
    /// The name of a meta-data entry of the manifest.
    pub meta_data: Option<String>,
    /// The class that has the constant.
    pub class: Option<String>,
    /// The constant of that class.
    pub constant: Option<String>,
}

/// An enum with the words that files and commands use for its values.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$meaning])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word the files use.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value of a word of the files.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Kinds of services and modules.
    Kind {
        /// Access analytics.
        Analytics = "analytics",
        /// Delivery and measurement of advertisements.
        Advertising = "advertising",
        /// Affiliate networks.
        Affiliate = "affiliate",
        /// Tag managers.
        TagManager = "tag_manager",
        /// Chat and customer support.
        Chat = "chat",
        /// A/B tests and personalisation of pages.
        AbTesting = "ab_testing",
        /// Error and performance reports.
        ErrorReporting = "error_reporting",
        /// Maps.
        Map = "map",
        /// Video.
        Video = "video",
        /// Audio.
        Audio = "audio",
        /// Social media and their buttons.
        Social = "social",
        /// Payment.
        Payment = "payment",
        /// Push messages.
        Push = "push",
        /// Customer data platforms and marketing automation.
        CustomerData = "customer_data",
        /// Surveys and forms.
        Survey = "survey",
        /// Consent management.
        Consent = "consent",
        /// Detection of bots and fraud.
        Security = "security",
        /// Delivery of content.
        ContentDelivery = "content_delivery",
        /// Fonts.
        Font = "font",
        /// Search.
        Search = "search",
        /// Recommendations.
        Recommendation = "recommendation",
        /// Signing in.
        Login = "login",
        /// Measuring telephone calls.
        CallTracking = "call_tracking",
        /// Hosting.
        Hosting = "hosting",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// Platforms of apps.
    Platform {
        /// Android.
        Android = "android",
        /// iOS and iPadOS.
        Ios = "ios",
    }
}

impl Kind {
    /// Whether it carries what belongs to others: a closer claim by somebody else says more about who receives.
    pub fn is_infrastructure(self) -> bool {
        matches!(self, Self::ContentDelivery | Self::Hosting)
    }
}
