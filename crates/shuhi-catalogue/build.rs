//! Checks `catalogue/` and embeds it in the checked form. `catalogue/adapters` belongs to the crate that decodes.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use shuhi_catalogue_format::{Content, Embedded, Rules, Set, Vocabulary, fingerprint};
use shuhi_source::{Fault, Faults, FileId, Severity, Sources, render};

/// The folders of `catalogue/` that hold entries, and the ending of their files.
const FOLDERS: [(&str, &str); 4] =
    [("recipients", "yaml"), ("destinations", "yaml"), ("modules", "yaml"), ("sets", "tsv")];
const VOCABULARY: &str = "law/vocabulary/external-transmission.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    println!("cargo::rerun-if-changed={}", root.join(VOCABULARY).display());
    let (mut sources, mut faults) = (Sources::new(), Faults::new());
    let vocabulary = sources.add(VOCABULARY, fs::read_to_string(root.join(VOCABULARY))?);
    let vocabulary = Vocabulary::read(&sources, vocabulary, &mut faults).unwrap_or_default();
    let (entries, sets) = files(&root, &mut sources, &mut faults)?;
    // Whoever reads a page in Japan may be a day ahead of UTC.
    let japan = jiff::tz::Offset::constant(9);
    let rules = Rules { vocabulary: &vocabulary, today: japan.to_datetime(jiff::Timestamp::now()).date() };
    let content = Content::read(&sources, &entries, None, rules, &mut faults);
    let sets: Vec<Set> = sets.iter().filter_map(|file| Set::read(&sources, *file, &mut faults)).collect();
    let version = fingerprint(sources.iter().map(|(_, file)| (file.name(), file.text())));
    report(faults, &sources)?;
    let embedded = postcard::to_stdvec(&Embedded { content, sets, vocabulary, version })?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("catalogue.bin"), embedded)?;
    Ok(())
}

/// The files of entries and of sets, in the order of their names.
fn files(
    root: &Path,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Result<(Vec<FileId>, Vec<FileId>), Box<dyn Error>> {
    let (mut entries, mut sets) = (Vec::new(), Vec::new());
    for (folder, ending) in FOLDERS {
        let path = root.join("catalogue").join(folder);
        println!("cargo::rerun-if-changed={}", path.display());
        if !path.is_dir() {
            continue;
        }
        let mut paths: Vec<PathBuf> =
            fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        paths.sort();
        for path in paths {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            let found = path.extension().and_then(|found| found.to_str()).unwrap_or_default();
            if found == ending {
                let id = sources.add(name, fs::read_to_string(&path)?);
                if folder == "sets" { sets.push(id) } else { entries.push(id) }
            } else if found == "yaml" || found == "yml" || path.is_dir() {
                let help = format!("`catalogue/{folder}` holds files `*.{ending}`, in no further folders");
                faults.push(Fault::general(format!("`{name}` is not read")).help(help));
            }
        }
    }
    Ok((entries, sets))
}

fn report(faults: Faults, sources: &Sources) -> Result<(), Box<dyn Error>> {
    let failed = faults.has_errors();
    for fault in faults.sorted() {
        let shown = render(&fault, sources);
        match fault.severity {
            Severity::Error => eprintln!("{shown}\n"),
            Severity::Warning => println!("cargo::warning={}", shown.replace('\n', " ")),
        }
    }
    if failed { Err("the catalogue has faults (listed above)".into()) } else { Ok(()) }
}
