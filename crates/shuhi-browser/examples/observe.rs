//! Opens addresses and prints the event log: `cargo run -p shuhi-browser --example observe -- https://mise.example/`.

use std::io::{BufWriter, stdout};

use shuhi_browser::{Browser, BrowserSettings, Observation};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let observation = Observation::of(std::env::args().skip(1));
    let summary =
        Browser::start(&BrowserSettings::default())?.observe(&observation, &mut BufWriter::new(stdout().lock()))?;
    eprintln!("{}", serde_json::to_string_pretty(&summary)?);
    Ok(())
}
