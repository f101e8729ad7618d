//! Stacks and initiators as DevTools writes them, in event logs and in HAR files.

use serde_json::Value;

use crate::initiator::{Initiator, StackFrame};
use crate::json::Json as _;
use crate::limits::{STACK_FRAMES_MAX, STACK_TURNS_MAX};

/// A `Runtime.StackTrace`, flat.
#[derive(Debug, Default)]
pub(crate) struct Trace<'a> {
    /// Its calls, the innermost first, without what only a log knows of their scripts.
    pub calls: Vec<StackFrame>,
    /// The numbers of their scripts.
    pub scripts: Vec<Option<&'a str>>,
    /// Where it goes on, if another debugger keeps the rest.
    pub elsewhere: Option<&'a Value>,
}

/// Reads a `Runtime.StackTrace` with its asynchronous turns.
pub(crate) fn trace(mut turn: &Value) -> Trace<'_> {
    let mut flat = Trace::default();
    for number in 0..STACK_TURNS_MAX {
        let mut behind = (number > 0).then(|| turn.filled(&["description"]).unwrap_or("async").to_owned());
        for call in turn.list(&["callFrames"]) {
            if flat.calls.len() == STACK_FRAMES_MAX {
                return flat;
            }
            flat.calls.push(StackFrame { behind: behind.take(), ..frame(call) });
            flat.scripts.push(call.filled(&["scriptId"]).or_else(|| call.filled(&["location", "scriptId"])));
        }
        match turn.at(&["parent"]) {
            Some(parent) => turn = parent,
            None => {
                flat.elsewhere = turn.at(&["parentId"]);
                break;
            }
        }
    }
    flat
}

fn frame(call: &Value) -> StackFrame {
    let place = |key| call.counted_from_one(&[key]).or_else(|| call.counted_from_one(&["location", key])).unwrap_or(1);
    StackFrame {
        function: call.owned(&["functionName"]),
        url: call.owned(&["url"]),
        line: place("lineNumber"),
        column: place("columnNumber"),
        ..StackFrame::default()
    }
}

/// What a `Network.Initiator` says, its stack already read. `None` where it leaves it open ("other").
pub(crate) fn initiator(initiator: &Value, stack: Vec<StackFrame>) -> Option<Initiator> {
    let url = initiator.filled(&["url"]);
    match initiator.text(&["type"])? {
        "script" if !stack.is_empty() => Some(Initiator::Script { stack }),
        "script" => {
            let frame = StackFrame {
                url: url?.to_owned(),
                line: initiator.counted_from_one(&["lineNumber"]).unwrap_or(1),
                column: initiator.counted_from_one(&["columnNumber"]).unwrap_or(1),
                ..StackFrame::default()
            };
            Some(Initiator::Script { stack: vec![frame] })
        }
        "parser" => Some(Initiator::Parser {
            url: url.unwrap_or_default().to_owned(),
            line: initiator.counted_from_one(&["lineNumber"]),
            column: initiator.counted_from_one(&["columnNumber"]),
        }),
        "preload" | "SignedExchange" | "signedExchange" => Some(Initiator::Preload { url: url.map(str::to_owned) }),
        _ => None,
    }
}
