//! Every adapter against the examples that stand beside it in `catalogue/adapters/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod common;

use std::fs;
use std::path::Path;

use common::{adapters, post, request, with_cookie, with_header};
use shuhi_capture::{Message, Request};
use shuhi_items::{Held, Honey, Party, Source, Terminal, decode, read};
use shuhi_source::{Node, Sources, read_yaml};

struct Example {
    adapter: String,
    place: String,
    request: Request,
    /// Property and the path at which it must be read.
    reads: Vec<(String, String)>,
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::text)
}

fn example(node: &Node, adapter: &str, place: String) -> Example {
    let url = text(node, "url").unwrap_or_else(|| panic!("{place}: an example has a url"));
    let mut request = match text(node, "body") {
        Some(body) => post(url, text(node, "mime").unwrap_or("application/json"), body),
        None => request(url),
    };
    if let Some(method) = text(node, "method") {
        request.method = method.to_owned();
    }
    for (name, value) in node.get("headers").and_then(Node::map).unwrap_or_default() {
        request = with_header(request, &name.name, value.text().expect("a header"));
    }
    for (name, value) in node.get("cookies").and_then(Node::map).unwrap_or_default() {
        request = with_cookie(request, &name.name, value.text().expect("a cookie"));
    }
    if let Some(message) = text(node, "message") {
        request.messages.push(Message { sent: true, text: message.to_owned(), binary: false });
    }
    let reads = node.get("reads").and_then(Node::map).unwrap_or_default();
    let reads =
        reads.iter().map(|(property, path)| (property.name.clone(), path.text().expect("a path").to_owned())).collect();
    Example { adapter: adapter.to_owned(), place, request, reads }
}

fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue/adapters");
    let mut sources = Sources::new();
    let mut found = Vec::new();
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    paths.sort();
    for path in paths {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let file = sources.add(name, fs::read_to_string(&path).expect("a text"));
        let root = read_yaml(&sources, file).expect("it was checked by the build");
        for adapter in root.get("adapters").and_then(Node::list).unwrap_or_default() {
            let id = text(adapter, "id").expect("an id");
            for node in adapter.get("examples").and_then(Node::list).unwrap_or_default() {
                found.push(example(node, id, sources.place(node.span)));
            }
        }
    }
    found
}

#[test]
fn adapters_read_their_examples() {
    let adapters = adapters();
    let terminal = Terminal::new(Some("https://www.example.jp/"), Party::Third, &Held::default());
    let (mut wrong, mut count) = (Vec::new(), 0);
    for Example { adapter, place, request, reads } in examples() {
        let reading = read(&request, &terminal, &Honey::default(), adapters);
        let by = |source: &Source| matches!(source, Source::Adapter { id, .. } if *id == adapter);
        let items = reading.items.iter().filter(|item| by(&item.source)).map(|item| (&item.property, &item.found_at));
        let none =
            reading.not_items.iter().filter(|item| by(&item.source)).map(|item| (&item.property, &item.found_at));
        let found: Vec<_> = items.chain(none).collect();
        if reads.is_empty() {
            wrong.push(format!("{place}: the example of {adapter} expects nothing"));
        }
        for (property, path) in &reads {
            count += 1;
            if !found.contains(&(property, path)) {
                wrong.push(format!("{place}: {adapter} does not read {property} at {path}; it reads {found:?}"));
            }
        }
        if let Some(bad) = reading.faults.first() {
            wrong.push(format!("{place}: {bad:?}; leaves {:?}", decode(&request).leaves));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn there_are_adapters_for_many_services() {
    let adapters = adapters();
    let own = adapters.content().adapters.iter().filter(|adapter| adapter.set.is_none()).count();
    assert!(own >= 40, "{own} adapters of our own");
    for adapter in &adapters.content().adapters {
        assert!(!adapter.reads.is_empty(), "{} reads nothing", adapter.id);
    }
}
