//! Scripts and the stacks of their calls.

use std::collections::HashMap;

use serde_json::Value;

use crate::context::Script;
use crate::devtools::state::State;
use crate::initiator::{Initiator, StackFrame};
use crate::json::Json as _;
use crate::limits::{MADE_BY_DEPTH_MAX, MADE_BY_FRAMES_MAX, STACK_FRAMES_MAX};

/// Marks a call whose stack goes on elsewhere; no address begins like this.
const GOES_ON: &str = "\u{0}goes on:";

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

    /// The part of a stack that another debugger keeps (a worker's is kept by its document's). It may be told later, so the last call remembers where it goes on until the end.
    fn outer_stack(&mut self, id: &Value, frames: &mut Vec<StackFrame>, place: &str) {
        let id = stack_id(id);
        match (self.outer_stacks.get(&id), frames.last_mut()) {
            (Some(outer), _) => frames.extend(outer.iter().cloned()),
            (None, Some(last)) => {
                let marker = format!("{GOES_ON}{id}");
                last.made_by.push(StackFrame { url: marker, function: place.to_owned(), ..StackFrame::default() });
                self.stacks_go_on = true;
            }
            (None, None) => {}
        }
        frames.truncate(STACK_FRAMES_MAX);
    }

    /// Puts the parts of stacks that other debuggers kept where they belong, and tells where they are missing.
    pub fn settle_outer_stacks(&mut self) {
        if !self.stacks_go_on {
            return;
        }
        let mut missing = Vec::new();
        let outer = std::mem::take(&mut self.outer_stacks);
        let requests = self.capture.requests.iter_mut().map(|request| &mut request.initiator);
        let contexts = self.capture.contexts.iter_mut().map(|context| &mut context.made_by);
        for initiator in requests.chain(contexts) {
            if let Initiator::Script { stack } = initiator {
                go_on(stack, &outer, &mut missing);
            }
        }
        for script in &mut self.capture.scripts {
            go_on(&mut script.made_by, &outer, &mut missing);
        }
        missing.sort();
        missing.dedup();
        for place in missing {
            let what = "the stack goes on in another debugger, and the log does not have that part";
            self.faults.add(place, what, "who started this chain of calls");
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

/// Replaces the marks of [`State::outer_stack`], in stacks within stacks too.
fn go_on(stack: &mut Vec<StackFrame>, outer: &HashMap<String, Vec<StackFrame>>, missing: &mut Vec<String>) {
    let mut rest = Vec::new();
    for frame in stack.iter_mut() {
        go_on(&mut frame.made_by, outer, missing);
        let Some(mark) = frame.made_by.iter().position(|maker| maker.url.starts_with(GOES_ON)) else { continue };
        let mark = frame.made_by.remove(mark);
        match mark.url.strip_prefix(GOES_ON).and_then(|id| outer.get(id)) {
            // What was kept may itself go on elsewhere; one step is enough to know who started it.
            Some(kept) => rest.extend(kept.iter().filter(|frame| !frame.url.starts_with(GOES_ON)).cloned()),
            None => missing.push(mark.function),
        }
    }
    for frame in &mut rest {
        frame.made_by.retain(|maker| !maker.url.starts_with(GOES_ON));
    }
    stack.extend(rest);
    stack.truncate(STACK_FRAMES_MAX);
}

pub(super) fn script_id(session: &str, script: &str) -> String {
    format!("{session}/{script}")
}

/// A stack's id across debuggers.
pub(super) fn stack_id(id: &Value) -> String {
    format!("{}/{}", id.owned(&["debuggerId"]), id.owned(&["id"]))
}
