//! Checks `law/` and embeds it: the checked form for a fast start, and the texts for tests, places and overlays.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use shuhi_law::{LawFile, Rulebook};
use shuhi_source::{Faults, Sources, render};

fn main() -> Result<(), Box<dyn Error>> {
    let law = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../law").canonicalize()?;
    println!("cargo::rerun-if-changed={}", law.display());
    let mut paths = Vec::new();
    collect(&law, &mut paths)?;
    paths.sort();
    let mut sources = Sources::new();
    let mut files = Vec::new();
    let mut listing = String::from("&[\n");
    for path in &paths {
        let name = format!("law/{}", path.strip_prefix(&law)?.to_string_lossy());
        writeln!(listing, "    ({name:?}, include_str!({:?})),", path.to_string_lossy())?;
        files.push(LawFile { id: sources.add(name, fs::read_to_string(path)?), own: false });
    }
    listing.push(']');
    let mut faults = Faults::new();
    let loaded = Rulebook::load(&sources, &files, &mut faults);
    for fault in faults.sorted() {
        eprintln!("{}\n", render(&fault, &sources));
    }
    let (rulebook, _) = loaded.ok_or("the rulebook in law/ has faults (listed above)")?;
    let table = law.join("calendar/national-holidays.csv");
    let embedded = postcard::to_stdvec(&rulebook.embed(&fs::read_to_string(table)?))?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("rulebook.bin"), embedded)?;
    fs::write(out.join("texts.rs"), listing)?;
    Ok(())
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // Broken packs are test data for the loader's messages, not law.
        let broken = path.file_name().is_some_and(|name| name == "broken");
        if path.is_dir() && !broken {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "csv") {
            found.push(path);
        }
    }
    Ok(())
}
