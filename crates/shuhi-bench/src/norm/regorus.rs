//! The norm in Rego: compiled to a program of the library's virtual machine, its fastest form, with the input set once.
//! Days are texts, as JSON has them, and compare as such.

use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::program::Program;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use serde_json::json;

use super::Result;
use super::situation::Situation;
use crate::measure::Candidate;

const NORM: &str = include_str!("../../norm/provide.rego");
const ENTRY: &str = "data.provide.breached";

pub struct Regorus {
    program: Arc<Program>,
}

impl Regorus {
    pub fn new() -> Result<Self> {
        Ok(Self { program: compiled()? })
    }

    pub fn breached(&self, situation: &Situation) -> Result<bool> {
        match self.machine(situation).execute()? {
            Value::Bool(breached) => Ok(breached),
            other => Err(format!("regorus answers {other:?}").into()),
        }
    }

    pub fn warm(&self, situation: &Situation) -> Result<Candidate<'_>> {
        let mut machine = self.machine(situation);
        Ok(Candidate::new(move || machine.execute()))
    }

    fn machine(&self, situation: &Situation) -> RegoVM {
        let mut machine = RegoVM::new();
        machine.load_program(Arc::clone(&self.program));
        machine.set_input(input(situation));
        machine
    }
}

/// For one answer the interpreter is faster than compiling for the machine first.
pub fn cold(situation: &Situation) -> Result<Candidate<'static>> {
    let input = input(situation);
    Ok(Candidate::new(move || {
        let mut engine = Engine::new();
        engine.add_policy("provide.rego".to_owned(), NORM.to_owned())?;
        engine.set_input(input.clone());
        engine.eval_rule(ENTRY.to_owned())
    }))
}

fn compiled() -> Result<Arc<Program>> {
    let mut engine = Engine::new();
    engine.add_policy("provide.rego".to_owned(), NORM.to_owned())?;
    let policy = engine.compile_with_entrypoint(&ENTRY.into())?;
    Ok(Compiler::compile_from_policy(&policy, &[ENTRY])?)
}

fn input(situation: &Situation) -> Value {
    Value::from(json!({
        "info": {
            "about_living_person": situation.about_living_person,
            "identifies": situation.identifies,
            "in_database": situation.in_database,
        },
        "recipient": {"relation": situation.relation},
        "consent": {"given": situation.consent_given, "date": situation.consent_date.to_string()},
        "act": {"date": situation.act_date.to_string()},
        "basis": {"kind": situation.basis, "consent_impracticable": situation.consent_impracticable},
    }))
}
