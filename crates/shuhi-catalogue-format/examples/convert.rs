//! Converts a list into the file of a set; `cargo xtask catalogue` calls it.
//!
//! `convert KIND PATH OUT NAME VERSION SOURCE [EARLIER]`: where the set EARLIER was made of the same input, its date stays.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use shuhi_catalogue_format::Set;
use shuhi_catalogue_format::import::{About, ImportKind, import};
use shuhi_source::{Faults, Sources};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match convert(&arguments) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn convert(arguments: &[String]) -> Result<String, String> {
    let [kind, path, out, name, version, source, earlier @ ..] = arguments else {
        return Err("usage: convert KIND PATH OUT NAME VERSION SOURCE [EARLIER]".to_owned());
    };
    let known: Vec<&str> = ImportKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let kind = ImportKind::parse(kind)
        .ok_or_else(|| format!("`{kind}` is no kind of list; there are {}", known.join(", ")))?;
    let stated = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let about = About { name: stated(name), version: stated(version), source: stated(source), ..About::default() };
    let mut imported = import(kind, Path::new(path), &about).map_err(|error| error.to_string())?;
    let earlier = earlier.first().and_then(|path| fs::read_to_string(path).ok()).and_then(head_of);
    let head = &mut imported.set.head;
    let kept = earlier.filter(|earlier| earlier.head.input == head.input).and_then(|earlier| earlier.head.retrieved);
    let japan = jiff::tz::Offset::constant(9);
    head.retrieved = kept.or_else(|| Some(japan.to_datetime(jiff::Timestamp::now()).date()));
    fs::write(out, imported.set.write()).map_err(|error| format!("`{out}` cannot be written: {error}"))?;
    let (domains, classes, cookies) = imported.set.counts();
    let mut told =
        format!("{out}: {domains} domains, {classes} classes, {cookies} cookies; {} left out", imported.left_out);
    for example in &imported.left_out_examples {
        told.push_str(&format!("\n  {example}"));
    }
    Ok(told)
}

fn head_of(text: String) -> Option<Set> {
    let mut sources = Sources::new();
    let file = sources.add("earlier", text);
    Set::read(&sources, file, &mut Faults::new())
}
