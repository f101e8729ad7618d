//! The norm in CEL: a program compiled once, a context reused. Facts are variables with qualified names
//! (`consent.given`), which this library reads faster than nested maps, and days are numbers.

use std::collections::HashMap;

use cel::{Context, Program, Value};

use super::situation::Situation;
use super::{Result, day_number};
use crate::measure::Candidate;

const NORM: &str = include_str!("../../norm/provide.cel");

pub struct Cel {
    program: Program,
}

impl Cel {
    pub fn new() -> Result<Self> {
        Ok(Self { program: Program::compile(NORM)? })
    }

    pub fn breached(&self, situation: &Situation) -> Result<bool> {
        let flat = answer(&self.program, &context(situation))?;
        let nested = answer(&self.program, &nested_context(situation))?;
        if flat == nested { Ok(flat) } else { Err("cel answers by the form of facts".into()) }
    }

    pub fn warm(&self, situation: &Situation) -> Result<Candidate<'_>> {
        let context = context(situation);
        Ok(Candidate::new(move || self.program.execute(&context)))
    }

    pub fn warm_nested(&self, situation: &Situation) -> Result<Candidate<'_>> {
        let context = nested_context(situation);
        Ok(Candidate::new(move || self.program.execute(&context)))
    }
}

pub fn cold(situation: &Situation) -> Candidate<'static> {
    let context = context(situation);
    Candidate::new(move || Program::compile(NORM).map(|program| program.execute(&context)))
}

fn answer(program: &Program, context: &Context<'_, '_>) -> Result<bool> {
    match program.execute(context)? {
        Value::Bool(breached) => Ok(breached),
        other => Err(format!("cel answers {other:?}").into()),
    }
}

fn context(situation: &Situation) -> Context<'static, 'static> {
    let mut context = Context::default();
    for (root, fields) in facts(situation) {
        for (field, value) in fields {
            context.add_variable_from_value(format!("{root}.{field}"), value);
        }
    }
    context
}

fn nested_context(situation: &Situation) -> Context<'static, 'static> {
    let mut context = Context::default();
    for (root, fields) in facts(situation) {
        context.add_variable_from_value(root, fields.into_iter().collect::<HashMap<_, _>>());
    }
    context
}

fn facts(situation: &Situation) -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    vec![
        (
            "info",
            vec![
                ("about_living_person", situation.about_living_person.into()),
                ("identifies", situation.identifies.into()),
                ("in_database", situation.in_database.into()),
            ],
        ),
        ("recipient", vec![("relation", situation.relation.into())]),
        (
            "consent",
            vec![("given", situation.consent_given.into()), ("date", day_number(situation.consent_date).into())],
        ),
        ("act", vec![("date", day_number(situation.act_date).into())]),
        (
            "basis",
            vec![("kind", situation.basis.into()), ("consent_impracticable", situation.consent_impracticable.into())],
        ),
    ]
}
