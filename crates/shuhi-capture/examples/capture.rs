//! Reads a capture and prints its tags, with a second argument every chain too: `cargo run -p shuhi-capture --example capture FILE [chains]`.

use shuhi_capture::{Capture, TagNode, read};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("give a file")?;
    let capture = read(&std::fs::read(&file)?)?;
    println!("{} pages, {} requests, {} faults", capture.pages.len(), capture.requests.len(), capture.faults.len());
    for fault in &capture.faults {
        println!("fault: {}: {} (missing: {})", fault.place, fault.what, fault.missing);
    }
    let causes = capture.causes();
    for page in 0..capture.pages.len() {
        for tag in causes.tree(Some(page)) {
            print(&capture, &tag, 0);
        }
    }
    if std::env::args().nth(2).is_some() {
        for (number, request) in capture.requests.iter().enumerate() {
            println!(
                "{number} {:?} {} {} {:?} [{}]",
                request.channel, request.method, request.url, request.outcome, request.place
            );
            for cause in causes.chain(number) {
                println!("      {}", serde_json::to_string(&cause)?);
            }
        }
    }
    Ok(())
}

fn print(capture: &Capture, tag: &TagNode, depth: usize) {
    let at = tag
        .at
        .as_ref()
        .map(|at| format!(" at {}:{} {}", at.url, at.line.unwrap_or(0), at.function))
        .unwrap_or_default();
    println!("{}{:?} {} {}{at}", "  ".repeat(depth), tag.kind, tag.url, tag.line.unwrap_or(0));
    for request in tag.requests.iter().filter_map(|request| capture.requests.get(*request)) {
        println!(
            "{}- {:?} {}",
            "  ".repeat(depth + 1),
            request.channel,
            request.url.chars().take(90).collect::<String>()
        );
    }
    for child in &tag.children {
        print(capture, child, depth + 1);
    }
}
