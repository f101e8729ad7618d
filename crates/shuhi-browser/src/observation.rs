use std::time::Duration;

/// What is looked at, and how.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The pages, in order.
    pub urls: Vec<String>,
    /// The screens on which each is opened.
    pub screens: Vec<Screen>,
    /// How long is waited for what.
    pub waits: Waits,
}

/// The screen a page is shown on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// 1366 × 768 CSS pixels, a mouse.
    #[default]
    Desktop,
    /// 390 × 844 CSS pixels, touch, the address line of a telephone.
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
            idle_at_most: Duration::from_secs(20),
            stalled: Duration::from_secs(5),
            scroll: true,
        }
    }
}
