//! What is done at once about what the browser says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Quiet, Recording, SessionId, TargetKind, text};
use crate::BrowserError;

impl Recording<'_> {
    /// Whether an event is a message from our script in a page, which stands in the log as a line of our own.
    pub(super) fn is_ours(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: &Value,
    ) -> Result<bool, BrowserError> {
        if method != "Runtime.consoleAPICalled" || text(params, "/args/0/value") != self.token {
            return Ok(false);
        }
        let value = text(params, "/args/2/value");
        match text(params, "/args/1/value") {
            "cookie" => self.script_cookie(session, value, params)?,
            what @ ("Worker" | "SharedWorker" | "ServiceWorker" | "EventSource" | "window.open" | "form") => {
                let (stack, parent) = callers(params);
                let line = json!({"what": what, "url": value, "stack": stack, "parent": parent});
                self.log.own("Shuhi.started", line, session)?;
            }
            "asked" => self.fault(format!("the page asked for {value}"), "what it sends when it is allowed")?,
            "print" => self.fault("the page asked to print: nothing was printed", "nothing")?,
            "peer" => self.fault(
                "the page opened a WebRTC connection, which is not recorded",
                "what it sends over that connection, the address of the terminal included",
            )?,
            _ => {}
        }
        Ok(true)
    }

    fn script_cookie(&mut self, session: Option<&str>, cookie: &str, params: &Value) -> Result<(), BrowserError> {
        let (stack, parent) = callers(params);
        let url = stack.first().map(|frame| text(frame, "/url")).unwrap_or_default();
        let line = json!({"cookie": cookie, "url": url, "stack": stack, "parent": parent});
        self.log.own("Shuhi.scriptCookie", line, session)
    }

    /// Takes notice of what another session has said already: only targets are followed.
    pub(super) fn notice_again(&mut self, method: &str, params: &Value) -> Result<(), BrowserError> {
        match method {
            "Target.attachedToTarget" => self.attached(params),
            "Target.detachedFromTarget" => {
                self.detached(params);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes notice of an event.
    pub(super) fn notice(&mut self, session: Option<&str>, method: &str, params: &Value) -> Result<(), BrowserError> {
        let of = session.unwrap_or_default();
        match method {
            "Target.attachedToTarget" => return self.attached(params),
            "Target.detachedFromTarget" => self.detached(params),
            "Inspector.targetCrashed" => return self.crashed(of),
            "Network.requestWillBeSent" => return self.request(session, params),
            "Network.webSocketCreated" => return self.socket(of, params),
            "Fetch.requestPaused" => return self.paused(session, params),
            "Network.loadingFinished" | "Network.loadingFailed" => {
                self.activity.finished(text(params, "/requestId"));
            }
            "Network.eventSourceMessageReceived" => self.activity.moved(),
            "Network.responseReceived" => return self.response(params),
            "Network.dataReceived" => return self.data(params),
            "Page.loadEventFired" => self.activity.loaded = true,
            "Page.frameNavigated" if params.pointer("/frame/parentId").is_none() => return self.navigated(of, params),
            "Page.javascriptDialogOpening" => return self.dialog(session, params),
            "Page.fileChooserOpened" => {
                return self.fault("the page asked for a file: none was given", "what it would have done with one");
            }
            "Browser.downloadWillBegin" => {
                let what = format!("a download of `{}` was refused", text(params, "/url"));
                return self.fault(what, "the content of the file");
            }
            _ => {}
        }
        Ok(())
    }

    fn request(&mut self, session: Option<&str>, params: &Value) -> Result<(), BrowserError> {
        let id = text(params, "/requestId");
        let url = text(params, "/request/url");
        self.activity.began(session.unwrap_or_default(), id, text(params, "/loaderId"), url);
        self.seen.request(session.unwrap_or_default(), id, text(params, "/request/method"), url);
        self.guarded(url)?;
        if text(params, "/type") == "EventSource" {
            self.activity.finished(id);
        }
        if self.activity.requests == self.settings.limits.requests {
            self.cut(format!("the visit reached its limit of {} requests", self.settings.limits.requests))?;
        }
        self.ask_for_outer_stack(params)?;
        let posts = params.pointer("/request/hasPostData").and_then(Value::as_bool) == Some(true);
        if posts && params.pointer("/request/postData").is_none() {
            let quiet = Quiet::PostData { request_id: id.to_owned(), session: session.map(str::to_owned) };
            return self.tell(session, "Network.getRequestPostData", json!({"requestId": id}), quiet);
        }
        Ok(())
    }

    fn socket(&mut self, session: &str, params: &Value) -> Result<(), BrowserError> {
        let url = text(params, "/url");
        self.activity.moved();
        self.seen.request(session, text(params, "/requestId"), "GET", url);
        self.guarded(url)
    }

    /// A page that is left can no longer tell what it sends; the browser holds it up, and we let it go on.
    fn paused(&mut self, session: Option<&str>, params: &Value) -> Result<(), BrowserError> {
        let id = text(params, "/requestId");
        self.tell(session, "Fetch.continueRequest", json!({"requestId": id}), Quiet::Ignored)?;
        self.activity.moved();
        let entries = params.pointer("/request/postDataEntries").and_then(Value::as_array);
        let parts =
            entries.into_iter().flatten().map(|entry| STANDARD.decode(text(entry, "/bytes")).unwrap_or_default());
        let body: Vec<u8> = parts.flatten().collect();
        let key = crate::netlog::key(text(params, "/request/method"), text(params, "/request/url"));
        self.seen.bodies.entry(key).or_default().push(STANDARD.encode(body));
        Ok(())
    }

    /// Writes down what our guard stops: the browser is told to find no such host.
    fn guarded(&mut self, url: &str) -> Result<(), BrowserError> {
        if self.settings.reaches(url) {
            return Ok(());
        }
        let params = json!({"url": url, "reason": "only loopback and hosts mapped to it are allowed"});
        self.log.own("Shuhi.blocked", params, None)
    }

    fn response(&mut self, params: &Value) -> Result<(), BrowserError> {
        // A stream never ends, and an answer that the page does not read never does either; what still comes of it counts as movement.
        if matches!(text(params, "/type"), "EventSource" | "Fetch") {
            self.activity.finished(text(params, "/requestId"));
        }
        if params.pointer("/response/status").and_then(Value::as_u64) == Some(401) {
            let what = format!("`{}` asked for a name and a password: none were given", text(params, "/response/url"));
            return self.fault(what, "what is behind them");
        }
        Ok(())
    }

    /// A stack that goes on in another target (a worker was sent a message) names what that target's debugger kept.
    fn ask_for_outer_stack(&mut self, params: &Value) -> Result<(), BrowserError> {
        let mut stack = params.pointer("/initiator/stack");
        while let Some(part) = stack {
            if let Some(id) = part.get("parentId")
                && let Some(session) = self.debuggers.get(text(id, "/debuggerId")).cloned()
            {
                let quiet = Quiet::Stack { id: id.clone() };
                self.tell(Some(&session), "Debugger.getStackTrace", json!({"stackTraceId": id}), quiet)?;
            }
            stack = part.get("parent");
        }
        Ok(())
    }

    pub(super) fn outer_stack(&mut self, id: &Value, answer: &Value) -> Result<(), BrowserError> {
        let params = json!({"id": id.get("id"), "debuggerId": id.get("debuggerId"),
            "stackTrace": answer.get("stackTrace")});
        self.log.own("Shuhi.stackTrace", params, None)
    }

    pub(super) fn post_data(
        &mut self,
        request_id: String,
        session: Option<SessionId>,
        answer: Result<Value, String>,
    ) -> Result<(), BrowserError> {
        let (base64, incomplete) = match &answer {
            Ok(body) if body.get("base64Encoded").and_then(Value::as_bool) == Some(true) => {
                (text(body, "/postData").to_owned(), false)
            }
            Ok(body) => (STANDARD.encode(text(body, "/postData")), false),
            Err(_) => (String::new(), true),
        };
        let params = json!({"requestId": request_id, "base64": base64, "incomplete": incomplete});
        self.log.own("Shuhi.postData", params, session.as_deref())
    }

    fn data(&mut self, params: &Value) -> Result<(), BrowserError> {
        self.activity.moved();
        let bytes = |field| params.get(field).and_then(Value::as_u64).unwrap_or(0);
        let before = self.activity.bytes;
        self.activity.bytes += bytes("encodedDataLength").max(bytes("dataLength"));
        let most = self.settings.limits.bytes;
        if before < most && self.activity.bytes >= most {
            self.cut(format!("the visit reached its limit of {most} bytes received"))?;
        }
        Ok(())
    }

    fn navigated(&mut self, session: &str, params: &Value) -> Result<(), BrowserError> {
        self.activity.replaced(session, text(params, "/frame/loaderId"));
        if self.targets.get(session).is_none_or(|target| target.kind != TargetKind::Page) {
            return Ok(());
        }
        self.activity.navigations += 1;
        if self.activity.navigations == self.settings.limits.navigations {
            self.cut(format!("the page was replaced {} times", self.settings.limits.navigations))?;
        }
        Ok(())
    }

    fn crashed(&mut self, session: &str) -> Result<(), BrowserError> {
        self.targets.crashed(session);
        self.activity.ended(session);
        let what = self.targets.get(session).map_or("a target", |target| match target.kind {
            TargetKind::Page => "the page",
            TargetKind::Frame => "a frame",
            _ => "a worker",
        });
        // A worker that outlives its last page is ended with its process.
        if what == "a worker" && !self.activity.visiting {
            return Ok(());
        }
        self.fault(format!("{what} crashed"), "what it would have sent later")
    }

    fn dialog(&mut self, session: Option<&str>, params: &Value) -> Result<(), BrowserError> {
        // A page that asks whether to be left is left; nothing else is agreed to.
        let accept = matches!(text(params, "/type"), "beforeunload" | "alert");
        self.tell(session, "Page.handleJavaScriptDialog", json!({"accept": accept}), Quiet::Ignored)?;
        self.activity.dialogs += 1;
        let answer = if accept { "accepted" } else { "dismissed" };
        let said: String = text(params, "/message").chars().take(200).collect();
        self.fault(format!("a dialog ({}) was {answer}: {said}", text(params, "/type")), "what another answer causes")?;
        if self.activity.dialogs == self.settings.limits.dialogs {
            self.cut(format!("the page opened {} dialogs", self.settings.limits.dialogs))?;
        }
        Ok(())
    }

    fn cut(&mut self, why: String) -> Result<(), BrowserError> {
        if self.activity.cut.is_none() {
            self.activity.cut = Some(why.clone());
            self.fault(why, "what the page would have sent later")?;
        }
        Ok(())
    }
}

/// The calls of a message of our script, without its own, and what they were behind.
fn callers(params: &Value) -> (Vec<&Value>, Option<&Value>) {
    let frames = params.pointer("/stackTrace/callFrames").and_then(Value::as_array);
    let ours = params.pointer("/stackTrace/callFrames/0/scriptId");
    let others = frames.into_iter().flatten().skip_while(|frame| frame.get("scriptId") == ours);
    (others.collect(), params.pointer("/stackTrace/parent"))
}
