use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::Login;

/// What is looked at, and how.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Which pages.
    pub pages: Pages,
    /// The screens on which each is opened.
    pub screens: Vec<Screen>,
    /// What the visitor chooses on a consent banner; each choice is a run over all pages by a visitor who was never there before.
    pub wishes: Vec<Wish>,
    /// How to find the buttons of a banner that is not known.
    pub buttons: Buttons,
    /// How long is waited for what.
    pub waits: Waits,
    /// How the site is treated.
    pub politeness: Politeness,
    /// What is done first to be signed in.
    pub login: Option<Login>,
    /// Values to be planted, by name: `email`, `telephone`, `name`, `postal_code`, `address`, `birth_date`, `search`, … into fields of forms; `query` into the address; `cookie` and `storage` into cookies and
    /// local storage of the first party; `latitude` and `longitude` (both) as the place of the terminal.
    pub honey: BTreeMap<String, String>,
    /// Where pictures of the pages go; none: no pictures.
    pub pictures: Option<PathBuf>,
}

impl Observation {
    /// These pages on a desktop screen, nothing chosen, nothing planted.
    pub fn of(urls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            pages: Pages::List(urls.into_iter().map(Into::into).collect()),
            screens: vec![Screen::Desktop],
            wishes: vec![Wish::Nothing],
            buttons: Buttons::default(),
            waits: Waits::default(),
            politeness: Politeness::default(),
            login: None,
            honey: BTreeMap::new(),
            pictures: None,
        }
    }
}

/// Which pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pages {
    /// These, in order.
    List(Vec<String>),
    /// Those that the site map of a site names, the start first.
    SiteMap {
        /// A page of the site.
        start: String,
        /// At most so many.
        most: usize,
    },
    /// Those that the pages link to, breadth first, of the same site.
    Links {
        /// The first page.
        start: String,
        /// At most so many.
        most: usize,
    },
}

/// What the visitor does about a consent banner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    #[default]
    Nothing,
    /// Accepts everything.
    Accept,
    /// Refuses everything that can be refused.
    Refuse,
}

/// Selectors of the buttons of a banner; where none is given, known platforms and the words on buttons decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buttons {
    /// CSS selector of the button that accepts.
    pub accept: Option<String>,
    /// CSS selector of the button that refuses.
    pub refuse: Option<String>,
}

/// The screen a page is shown on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// 1366 × 768 CSS pixels, a mouse.
    #[default]
    Desktop,
    /// 390 × 844 CSS pixels, touch, a telephone's name.
    Phone,
}

impl Screen {
    /// Width in CSS pixels.
    pub fn width_px(self) -> u32 {
        match self {
            Self::Desktop => 1366,
            Self::Phone => 390,
        }
    }

    /// Height in CSS pixels.
    pub fn height_px(self) -> u32 {
        match self {
            Self::Desktop => 768,
            Self::Phone => 844,
        }
    }
}

/// How long is waited for what.
#[derive(Clone, Debug)]
pub struct Waits {
    /// How long nothing may move before a page counts as idle.
    pub idle: Duration,
    /// How long a page is given to become idle.
    pub idle_at_most: Duration,
    /// A request open for longer no longer keeps a page from being idle.
    pub stalled: Duration,
    /// Whether the page is scrolled to its end, so that what loads when seen is loaded.
    pub scroll: bool,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            idle: Duration::from_millis(1_000),
            idle_at_most: Duration::from_secs(15),
            stalled: Duration::from_secs(5),
            scroll: true,
        }
    }
}

/// How the site is treated. Pages are opened one at a time.
#[derive(Clone, Debug)]
pub struct Politeness {
    /// From the end of one visit to the beginning of the next; a longer `Crawl-delay` of the site counts instead, up to half a minute.
    pub delay: Duration,
    /// Whether `robots.txt` decides which pages found by a site map or by links are opened. Pages that were named are opened anyway.
    pub robots: bool,
}

impl Default for Politeness {
    fn default() -> Self {
        Self { delay: Duration::from_millis(500), robots: true }
    }
}
