//! Scripts and the stacks of their calls.

use serde_json::Value;

use crate::context::Script;
use crate::devtools::state::State;
use crate::initiator::{Initiator, StackFrame};
use crate::json::Json as _;
use crate::limits::{MADE_BY_DEPTH_MAX, MADE_BY_FRAMES_MAX, STACK_FRAMES_MAX};

impl State {
    /// What a `Network.Initiator` says. `None` where it leaves it open ("other").
    pub fn initiator(&mut self, initiator: &Value, session: &str, place: &str) -> Option<Initiator> {
        let stack = match initiator.at(&["stack"]) {
            Some(stack) => self.stack(stack, session, place),
            None => Vec::new(),
        };
        crate::trace::initiator(initiator, stack)
    }

    /// A `Runtime.StackTrace` with its asynchronous turns, the innermost call first.
    pub fn stack(&mut self, stack: &Value, session: &str, place: &str) -> Vec<StackFrame> {
        let trace = crate::trace::trace(stack);
        let with_scripts = trace.calls.into_iter().zip(trace.scripts);
        let mut frames: Vec<StackFrame> =
            with_scripts.map(|(frame, script)| self.with_script(frame, script, session)).collect();
        if let Some(id) = trace.elsewhere {
            self.outer_stack(id, &mut frames, place);
        }
        frames
    }

    /// The part of a stack that another debugger keeps (a worker's is kept by its document's).
    fn outer_stack(&mut self, id: &Value, frames: &mut Vec<StackFrame>, place: &str) {
        match self.outer_stacks.get(&stack_id(id)) {
            Some(outer) => frames.extend(outer.iter().take(STACK_FRAMES_MAX.saturating_sub(frames.len())).cloned()),
            None => self.faults.add(
                place,
                "the stack goes on in another debugger, and the log does not have that part",
                "who started this chain of calls",
            ),
        }
    }

    /// A call with what the log knows of its script.
    fn with_script(&self, frame: StackFrame, script: Option<&str>, session: &str) -> StackFrame {
        let script = script.map(|id| script_id(session, id));
        let known = script.as_ref().and_then(|id| self.capture.scripts.get(*self.scripts.get(id)?));
        let made_by = known.map(|script| script.made_by.clone()).unwrap_or_default();
        // What the browser loaded counts, not what a `sourceURL` comment says.
        let url = match known {
            Some(script) if !script.url.is_empty() || script.renamed => script.url.clone(),
            _ => frame.url,
        };
        StackFrame { url, script, made_by, ..frame }
    }

    pub fn script_parsed(&mut self, params: &Value, session: &str) {
        let Some(number) = params.filled(&["scriptId"]) else { return };
        let id = script_id(session, number);
        let context = self.context_of_script(params, session);
        let named = params.owned(&["url"]);
        let renamed = params.flag(&["hasSourceURL"]);
        let url = if renamed { params.owned(&["embedderName"]) } else { named };
        let inline = context.and_then(|context| self.capture.contexts.get(context)).is_some_and(|of| of.url == url);
        let fetched = (url.starts_with("http:") || url.starts_with("https:")) && !inline;
        let made_by = match params.at(&["stackTrace"]) {
            Some(trace) if !fetched => cut(self.stack(trace, session, "Debugger.scriptParsed"), 0),
            _ => Vec::new(),
        };
        let (line, column) = (
            params.counted_from_one(&["startLine"]).unwrap_or(1),
            params.counted_from_one(&["startColumn"]).unwrap_or(1),
        );
        let script = Script { id: id.clone(), url, line, column, context, made_by, renamed };
        self.scripts.insert(id, self.capture.scripts.len());
        self.capture.scripts.push(script);
    }

    fn context_of_script(&self, params: &Value, session: &str) -> Option<usize> {
        let frame = params.filled(&["executionContextAuxData", "frameId"]);
        frame.and_then(|frame| self.frames.get(frame)?.context).or_else(|| self.session_context(session))
    }
}

/// Bounds what is repeated in every stack.
fn cut(mut frames: Vec<StackFrame>, depth: usize) -> Vec<StackFrame> {
    frames.truncate(MADE_BY_FRAMES_MAX);
    for (number, frame) in frames.iter_mut().enumerate() {
        let made_by = std::mem::take(&mut frame.made_by);
        // Only the innermost call's own maker is of interest further down.
        if number == 0 && depth < MADE_BY_DEPTH_MAX {
            frame.made_by = cut(made_by, depth + 1);
        }
    }
    frames
}

pub(super) fn script_id(session: &str, script: &str) -> String {
    format!("{session}/{script}")
}

/// A stack's id across debuggers.
pub(super) fn stack_id(id: &Value) -> String {
    format!("{}/{}", id.owned(&["debuggerId"]), id.owned(&["id"]))
}
