use serde::{Deserialize, Serialize};

use super::pattern::{Context, Pattern};

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// Everything under `catalogue/adapters/`, or what an operator lays over it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The values of `terminal_data` that items may have.
    pub items: Vec<String>,
    /// What can be read, finer than items.
    pub properties: Vec<Property>,
    /// How to read what is sent to certain services, in the order in which they are asked.
    pub adapters: Vec<Adapter>,
    /// What can be told without knowing the service, in the order in which they are asked.
    pub rules: Vec<Rule>,
}

/// Something that can be read out of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Lower case with underscores.
    pub id: String,
    /// The value of `terminal_data`; none for what says nothing about the user.
    pub item: Option<String>,
    /// What it is called.
    pub label: Words,
    /// Whether the terminal or browser held it; none where that depends.
    pub recorded: Option<bool>,
    /// Whether values of it are masked in reports.
    pub masked: bool,
}

/// How to read what is sent to one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapter {
    /// Lower case, digits, hyphens.
    pub id: String,
    /// What it reads.
    pub name: Words,
    /// The set it was converted from; none for our own.
    pub set: Option<String>,
    /// The requests it reads: any of these.
    pub matches: Vec<Match>,
    /// What stands where.
    pub reads: Vec<Read>,
    /// Where the entry stands, `file:line:column`.
    pub place: String,
}

/// Which requests an adapter reads: all that is stated must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// Hosts, `*` standing for any characters; `*.example.com` is `example.com` as well. Empty: any.
    pub hosts: Vec<String>,
    /// Path, `*` standing for any characters.
    pub path: Option<String>,
    /// An expression for scheme, host and path.
    pub url: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// What must be there.
    pub has: Vec<Pattern>,
}

/// What stands where, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// The id of the [`Property`].
    pub property: String,
    /// Where: any of these.
    pub at: Vec<Pattern>,
    /// An expression that the value must contain.
    pub only: Option<String>,
    /// An expression that the value must not contain.
    pub unless: Option<String>,
    /// How it is known.
    pub because: Because,
}

/// How it is known what a parameter means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// A page that documents it.
    Page(String),
    /// Its values were observed.
    Observed,
    /// Its name says it.
    Name,
    /// General knowledge.
    GeneralKnowledge,
    /// A research note that the set names.
    Note(String),
}

/// Something told without knowing the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Lower case, digits, hyphens.
    pub id: String,
    /// The id of the [`Property`].
    pub property: String,
    /// Where: any of these; empty: everywhere.
    pub contexts: Vec<Context>,
    /// An expression for the name, in lower case.
    pub names: Option<String>,
    /// What the value looks like: any of these; empty: any value that is not empty.
    pub shapes: Vec<Shape>,
    /// An expression for the name of another value that stands beside it.
    pub beside: Option<String>,
    /// Whether it holds also within addresses that are sent as values.
    pub in_addresses: bool,
    /// Whether the browser sends it with every request, whatever the page does.
    pub inherent: bool,
    /// Of a cookie: who sets it on the provider's own site, so that it is not the provider's own identifier although its domain is.
    pub set_by: Option<Words>,
    /// Why.
    pub reason: Words,
    /// Where the entry stands, `file:line:column`.
    pub place: String,
}

macro_rules! shapes {
    ($($(#[$about:meta])* $variant:ident = $word:literal,)+) => {
        /// What a value looks like.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Shape { $($(#[$about])* $variant,)+ }

        impl Shape {
            /// Every word.
            pub const WORDS: &[&str] = &[$($word,)+];

            /// The shape of a word of the files.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

shapes! {
    /// A UUID that is not all zeros.
    Uuid = "uuid",
    /// A UUID of zeros: an identifier that was switched off.
    ZeroUuid = "zero_uuid",
    /// Long and random: letters, digits and few separators, no words, no time, no version.
    Random = "random",
    /// Something that can tell users apart where the name says so: random, or six digits and more.
    Identifier = "identifier",
    /// Something longer, a part of which is random.
    IdentifierWithin = "identifier_within",
    /// A mail address.
    Email = "email",
    /// A Japanese telephone number, written within Japan or with +81.
    Telephone = "telephone",
    /// A Japanese mobile number as people write it: with hyphens or with +81.
    MobileNumber = "mobile_number",
    /// A Japanese postal code.
    PostalCode = "postal_code",
    /// A SHA-256 in hexadecimal.
    Sha256 = "sha256",
    /// A SHA-1 in hexadecimal.
    Sha1 = "sha1",
    /// An MD5 in hexadecimal.
    Md5 = "md5",
    /// A moment: seconds, milliseconds or microseconds since 1970 between 2001 and 2040, or a written date.
    Moment = "moment",
    /// A version: numbers separated by full stops.
    Version = "version",
    /// The name of a file with its ending.
    FileName = "file_name",
    /// A whole number.
    Number = "number",
    /// A fraction between 0 and 1.
    Fraction = "fraction",
    /// `true`, `false`, `0`, `1` and the like.
    Flag = "flag",
    /// Width and height in one: `1920x1080`.
    Size = "size",
    /// A number that can be a width or height in pixels: 100 to 16,384.
    Pixels = "pixels",
    /// A latitude with decimals.
    Latitude = "latitude",
    /// A longitude with decimals.
    Longitude = "longitude",
    /// Latitude and longitude in one value.
    Coordinates = "coordinates",
    /// A whole address (URL).
    Address = "address",
    /// An address on the site of the page.
    PageAddress = "page_address",
    /// A text with blanks or Japanese letters.
    Text = "text",
    /// A language tag: `ja`, `ja-JP`, `en-US,en;q=0.9`.
    Language = "language",
    /// A browser's User-Agent.
    UserAgent = "user_agent",
    /// An IP address.
    IpAddress = "ip_address",
    /// A JSON Web Token.
    Jwt = "jwt",
}
