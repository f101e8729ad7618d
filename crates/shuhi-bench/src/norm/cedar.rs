//! The norm in Cedar: policies, entities and request built once. What is breached is denied.

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, Schema, ValidationMode, Validator,
};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Result;
use super::situation::Situation;
use crate::measure::Candidate;

const NORM: &str = include_str!("../../norm/provide.cedar");
const SCHEMA: &str = include_str!("../../norm/provide.cedarschema");
const ACTION: &str = "Action::\"provide\"";

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
}

impl Cedar {
    pub fn new() -> Result<Self> {
        Ok(Self { authorizer: Authorizer::new(), policies: validated()? })
    }

    pub fn breached(&self, situation: &Situation) -> Result<bool> {
        let (request, entities) = facts(situation)?;
        let response = self.authorizer.is_authorized(&request, &self.policies, &entities);
        match response.diagnostics().errors().next() {
            Some(error) => Err(format!("cedar-policy fails: {error}").into()),
            None => Ok(response.decision() == Decision::Deny),
        }
    }

    pub fn warm(&self, situation: &Situation) -> Result<Candidate<'_>> {
        let (request, entities) = facts(situation)?;
        Ok(Candidate::new(move || self.authorizer.is_authorized(&request, &self.policies, &entities)))
    }
}

pub fn cold(situation: &Situation) -> Result<Candidate<'static>> {
    let (request, entities) = facts(situation)?;
    Ok(Candidate::new(move || {
        validated().map(|policies| Authorizer::new().is_authorized(&request, &policies, &entities))
    }))
}

fn validated() -> Result<PolicySet> {
    let policies: PolicySet = NORM.parse()?;
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA)?;
    let result = Validator::new(schema).validate(&policies, ValidationMode::Strict);
    match result.validation_errors().next() {
        Some(error) => Err(format!("the norm in Cedar is not valid: {error}").into()),
        None => Ok(policies),
    }
}

fn facts(situation: &Situation) -> Result<(Request, Entities)> {
    let info = json!([{
        "uid": {"type": "Info", "id": "members"},
        "attrs": {
            "about_living_person": situation.about_living_person,
            "identifies": situation.identifies,
            "in_database": situation.in_database,
        },
        "parents": [],
    }]);
    let context = json!({
        "recipient": {"relation": situation.relation},
        "consent": {"given": situation.consent_given, "date": day(situation.consent_date)},
        "act": {"date": day(situation.act_date)},
        "basis": {"kind": situation.basis, "consent_impracticable": situation.consent_impracticable},
    });
    #[expect(clippy::result_large_err, reason = "the error is cedar's own")]
    let named = |uid: &str| uid.parse::<EntityUid>();
    let context = Context::from_json_value(context, None)?;
    let request =
        Request::new(named("Operator::\"own\"")?, named(ACTION)?, named("Info::\"members\"")?, context, None)?;
    Ok((request, Entities::from_json_value(info, None)?))
}

fn day(date: Date) -> Value {
    json!({"__extn": {"fn": "datetime", "arg": date.to_string()}})
}
