//! Opens addresses and prints the event log: `cargo run -p shuhi-browser --example observe -- https://example.jp/`.

use std::io::{BufWriter, stdout};

use shuhi_browser::{Browser, BrowserSettings, Observation, Screen, Waits};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let urls: Vec<String> = std::env::args().skip(1).collect();
    let observation = Observation { urls, screens: vec![Screen::Desktop], waits: Waits::default() };
    let summary =
        Browser::start(&BrowserSettings::default())?.observe(&observation, &mut BufWriter::new(stdout().lock()))?;
    eprintln!("{}", serde_json::to_string_pretty(&summary)?);
    Ok(())
}
