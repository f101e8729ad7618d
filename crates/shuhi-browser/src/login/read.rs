//! The YAML of a recorded login.

use shuhi_source::{Fault, Faults, Fields, Node, Sources, read_yaml, render};
use thiserror::Error;
use url::Url;

use super::{Login, Secret, Step};

/// Steps that a login may have.
const STEPS_MAX: usize = 100;
/// The shortest secret that can be told from other text, in characters.
const SECRET_MIN: usize = 4;

/// What is wrong with a recorded login: every fault, with its place.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct LoginError(String);

impl Login {
    /// Reads a login; `name` is the file's name for messages, `environment` gives the value of a variable.
    ///
    /// ```yaml
    /// login:
    ///   - goto: https://mise.example/login
    ///   - fill: {selector: "#mail", env: MISE_MAIL}
    ///   - fill: {selector: "#password", env: MISE_PASSWORD}
    ///   - click: "button[type=submit]"
    ///   - wait_for: ".my-page"
    /// ```
    ///
    /// # Errors
    /// The text is no such list, an address is none, a variable is not set or too short to be kept out of what is written down.
    pub fn read(name: &str, text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, LoginError> {
        let mut sources = Sources::new();
        let file = sources.add(name, text);
        let root = read_yaml(&sources, file).map_err(|error| LoginError(render(&error, &sources)))?;
        let mut faults = Faults::new();
        let steps = Reading { environment: &environment, faults: &mut faults }.login(&root);
        if faults.has_errors() {
            let told: Vec<String> = faults.sorted().iter().map(|fault| render(fault, &sources)).collect();
            return Err(LoginError(told.join("\n")));
        }
        Ok(Self { steps })
    }
}

struct Reading<'r> {
    environment: &'r dyn Fn(&str) -> Option<String>,
    faults: &'r mut Faults,
}

impl Reading<'_> {
    fn login(&mut self, root: &Node) -> Vec<Step> {
        let Some(mut fields) = Fields::of(root, "the file", self.faults) else { return Vec::new() };
        let steps = fields.required("login", self.faults);
        fields.finish(self.faults);
        let Some(node) = steps else { return Vec::new() };
        let Some(steps) = node.list() else {
            let fault = Fault::error(node.span, format!("`login` must be a list, found {}", node.kind()));
            self.faults.push(fault.help("write the steps as `- goto: …`, one a line"));
            return Vec::new();
        };
        if steps.is_empty() || steps.len() > STEPS_MAX {
            let fault = Fault::error(node.span, format!("a login has 1 to {STEPS_MAX} steps, found {}", steps.len()));
            self.faults.push(fault.help("write what is done from the first page to the signed-in one"));
        }
        steps.iter().filter_map(|step| self.step(step)).collect()
    }

    fn step(&mut self, node: &Node) -> Option<Step> {
        let mut fields = Fields::of(node, "a step", self.faults)?;
        let steps = [
            fields.optional_text("goto", self.faults).map(|(url, span)| {
                if Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
                    return Some(Step::GoTo(url.to_owned()));
                }
                let fault = Fault::error(span, format!("`{url}` is no address of a page"));
                self.faults.push(fault.help("write it whole: `https://…`"));
                None
            }),
            fields.optional("fill").map(|fill| self.fill(fill)),
            fields.optional_text("click", self.faults).map(|(selector, _)| Some(Step::Click(selector.to_owned()))),
            fields.optional_text("wait_for", self.faults).map(|(selector, _)| Some(Step::WaitFor(selector.to_owned()))),
        ];
        let given = steps.iter().filter(|step| step.is_some()).count();
        if given != 1 {
            let fault = Fault::error(node.span, format!("a step does one thing, found {given}"));
            self.faults.push(fault.help("write one of `goto`, `fill`, `click`, `wait_for`"));
        }
        fields.finish(self.faults);
        steps.into_iter().flatten().flatten().next()
    }

    fn fill(&mut self, node: &Node) -> Option<Step> {
        let mut fields = Fields::of(node, "`fill`", self.faults)?;
        let selector = fields.text("selector", self.faults);
        let variable = fields.text("env", self.faults);
        fields.finish(self.faults);
        let ((selector, _), (name, span)) = (selector?, variable?);
        let Some(value) = (self.environment)(name) else {
            let fault = Fault::error(span, format!("the environment has no variable `{name}`"));
            self.faults.push(fault.help("set it before the scan; the secret itself never stands in the file"));
            return None;
        };
        if value.chars().count() < SECRET_MIN {
            let fault = Fault::error(span, format!("the value of `{name}` has fewer than {SECRET_MIN} characters"));
            self.faults.push(fault.help("it could not be told from other text in the log; use a longer one"));
            return None;
        }
        Some(Step::Fill { selector: selector.to_owned(), secret: Secret { name: name.to_owned(), value } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        match name {
            "MISE_PASSWORD" => Some("himitsu-no-kotoba".to_owned()),
            "SHORT" => Some("abc".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn steps_are_read_in_order_and_the_secret_comes_from_the_environment() {
        let text = "login:\n  - goto: https://mise.example/login\n  - fill: {selector: '#p', env: MISE_PASSWORD}\n  - click: button\n  - wait_for: .my\n";
        let login = Login::read("login.yaml", text, environment).unwrap();
        let names: Vec<String> = login.steps.iter().map(Step::name).collect();
        assert_eq!(
            names,
            [
                "goto `https://mise.example/login`",
                "fill `#p` with the variable `MISE_PASSWORD`",
                "click `button`",
                "wait_for `.my`"
            ]
        );
        assert_eq!(login.secrets()[0].value, "himitsu-no-kotoba");
        assert!(!format!("{login:?}").contains("himitsu"));
    }

    #[test]
    fn every_fault_is_told_with_its_place_and_remedy() {
        let text = "login:\n  - goto: mise\n  - fill: {selector: '#p', env: NONE}\n  - fill: {selector: '#p', env: SHORT}\n  - click: a\n    wait_for: b\n  - klick: a\n";
        let error = Login::read("login.yaml", text, environment).unwrap_err().to_string();
        for told in [
            "`mise` is no address",
            "no variable `NONE`",
            "fewer than 4",
            "one thing, found 2",
            "unknown key `klick`",
            "login.yaml:2",
        ] {
            assert!(error.contains(told), "{told} is not in {error}");
        }
    }

    #[test]
    fn texts_that_are_no_login_never_panic() {
        for text in [
            "",
            "login",
            "login: 3",
            "login: []",
            "- a",
            "login: [a, 1, {}]",
            "login:\n  - fill: 3",
            "\u{0}",
            "a: &a [*a]",
        ] {
            assert!(Login::read("x", text, environment).is_err(), "{text:?}");
        }
    }
}
