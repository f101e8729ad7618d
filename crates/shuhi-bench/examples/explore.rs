#![allow(clippy::unwrap_used, missing_docs, clippy::indexing_slicing)]
use std::hint::black_box;
use std::time::Instant;
fn time<T>(name: &str, mut f: impl FnMut() -> T) {
    for _ in 0..20000 {
        black_box(f());
    }
    let mut b = Vec::new();
    for _ in 0..300 {
        let t = Instant::now();
        for _ in 0..300 {
            black_box(f());
        }
        b.push(t.elapsed().as_nanos() as f64 / 300.0);
    }
    b.sort_by(f64::total_cmp);
    println!("{name:40} {:8.1} ns (p99 {:8.1})", b[150], b[297]);
}
fn cel_() {
    use cel::{Context, Program, Value};
    use std::collections::HashMap;
    let src = include_str!("../norm/provide.cel");
    let p = Program::compile(src).unwrap();
    let mut c = Context::default();
    c.add_variable_from_value(
        "info",
        HashMap::from([("about_living_person", true), ("identifies", true), ("in_database", true)]),
    );
    c.add_variable_from_value("recipient", HashMap::from([("relation", "third_party")]));
    c.add_variable_from_value("consent", HashMap::from([("given", Value::from(true)), ("date", Value::Int(20000))]));
    c.add_variable_from_value(
        "basis",
        HashMap::from([("kind", Value::from("nothing")), ("consent_impracticable", Value::from(false))]),
    );
    c.add_variable_from_value("act", HashMap::from([("date", 20)]));
    println!("{:?}", p.execute(&c));
    time("cel execute maps", || p.execute(&c));
    time("cel resolve_val maps", || Value::resolve_val(p.expression(), &c));
    let mut c = Context::default();
    c.add_variable_from_value("info.about_living_person", true);
    c.add_variable_from_value("info.identifies", true);
    c.add_variable_from_value("info.in_database", true);
    c.add_variable_from_value("recipient.relation", "third_party");
    c.add_variable_from_value("consent.given", true);
    c.add_variable_from_value("consent.date", 20000);
    c.add_variable_from_value("act.date", 20);
    c.add_variable_from_value("basis.kind", "nothing");
    c.add_variable_from_value("basis.consent_impracticable", false);
    println!("{:?}", p.execute(&c));
    time("cel execute dotted", || p.execute(&c));
    time("cel resolve_val dotted", || Value::resolve_val(p.expression(), &c));
    let flat = src
        .replace("info.", "info_")
        .replace("recipient.", "recipient_")
        .replace("consent.", "consent_")
        .replace("act.", "act_")
        .replace("basis.", "basis_");
    let p = Program::compile(&flat).unwrap();
    let mut c = Context::default();
    c.add_variable_from_value("info_about_living_person", true);
    c.add_variable_from_value("info_identifies", true);
    c.add_variable_from_value("info_in_database", true);
    c.add_variable_from_value("recipient_relation", "third_party");
    c.add_variable_from_value("consent_given", true);
    c.add_variable_from_value("consent_date", 20000);
    c.add_variable_from_value("act_date", 20);
    c.add_variable_from_value("basis_kind", "nothing");
    c.add_variable_from_value("basis_consent_impracticable", false);
    println!("{:?}", p.execute(&c));
    time("cel execute flat", || p.execute(&c));
    time("cel resolve_val flat", || Value::resolve_val(p.expression(), &c));
    c.add_variable("consent_date", chrono_value(20000));
    c.add_variable("act_date", chrono_value(20));
    println!("{:?}", p.execute(&c));
    time("cel resolve_val flat, timestamps", || Value::resolve_val(p.expression(), &c));
}
fn chrono_value(d: i64) -> cel::Value {
    cel::Program::compile(&format!("timestamp('1970-01-01T00:00:00Z') + duration('{}h')", d * 24))
        .unwrap()
        .execute(&cel::Context::default())
        .unwrap()
}
fn rego() {
    use regorus::languages::rego::compiler::Compiler;
    use regorus::rvm::vm::RegoVM;
    use regorus::{Engine, Value};
    use std::sync::Arc;
    let src = include_str!("../norm/provide.rego");
    for date in ["\"2026-05-01\"", "20574"] {
        let act = if date.starts_with('"') { "\"2026-04-01\"" } else { "20544" };
        let input = Value::from_json_str(&format!(r#"{{"info":{{"about_living_person":true,"identifies":true,"in_database":true}},"recipient":{{"relation":"third_party"}},"consent":{{"given":true,"date":{date}}},"act":{{"date":{act}}},"basis":{{"kind":"nothing","consent_impracticable":false}}}}"#)).unwrap();
        let mut e = Engine::new();
        e.add_policy("p.rego".into(), src.into()).unwrap();
        e.set_input(input.clone());
        println!("{:?}", e.eval_rule("data.provide.breached".into()));
        time("regorus engine eval_rule", || e.eval_rule("data.provide.breached".into()));
        let entry: regorus::Rc<str> = "data.provide.breached".into();
        let cp = e.compile_with_entrypoint(&entry).unwrap();
        time("regorus compiled policy", || cp.eval_with_input(input.clone()));
        let prog = Compiler::compile_from_policy(&cp, &["data.provide.breached"]).unwrap();
        let mut vm = RegoVM::new();
        vm.load_program(prog.clone());
        vm.set_input(input.clone());
        println!("{:?}", vm.execute());
        time("regorus vm", || vm.execute());
        time("regorus vm set_input", || {
            vm.set_input(input.clone());
            vm.execute()
        });
        let _ = Arc::new(0);
    }
    // one rule, no helpers
    let src = r#"package provide
default breached := false
breached if {
    input.info.about_living_person
    input.info.identifies
    input.info.in_database
    input.recipient.relation == "third_party"
    not consented
    input.basis.kind != "statute"
    not life
}
consented if { input.consent.given; input.consent.date <= input.act.date }
life if { input.basis.kind == "life"; input.basis.consent_impracticable }
"#;
    let input = Value::from_json_str(r#"{"info":{"about_living_person":true,"identifies":true,"in_database":true},"recipient":{"relation":"third_party"},"consent":{"given":true,"date":20574},"act":{"date":20},"basis":{"kind":"nothing","consent_impracticable":false}}"#).unwrap();
    let mut e = Engine::new();
    e.add_policy("p.rego".into(), src.into()).unwrap();
    let cp = e.compile_with_entrypoint(&"data.provide.breached".into()).unwrap();
    let prog = Compiler::compile_from_policy(&cp, &["data.provide.breached"]).unwrap();
    let mut vm = RegoVM::new();
    vm.load_program(prog.clone());
    vm.set_input(input.clone());
    println!("{:?}", vm.execute());
    time("regorus vm, few helpers", || vm.execute());
    e.set_input(input.clone());
    time("regorus engine, few helpers", || e.eval_rule("data.provide.breached".into()));
}
fn cedar() {
    use cedar_policy::*;
    use serde_json::json;
    let src = include_str!("../norm/provide.cedar");
    let ps: PolicySet = src.parse().unwrap();
    let auth = Authorizer::new();
    for fancy in [true, false] {
        let d = |s: &str, n: i64| if fancy { json!({"__extn": {"fn": "datetime", "arg": s}}) } else { json!(n) };
        let ents = Entities::from_json_value(json!([{"uid": {"type":"Info","id":"i"}, "attrs": {"about_living_person":true,"identifies":true,"in_database":true}, "parents": []}]), None).unwrap();
        let ctx = Context::from_json_value(json!({"recipient":{"relation":"third_party"},"consent":{"given":true,"date":d("2026-05-01", 20574)},"act":{"date":d("2026-04-01", 20544)},"basis":{"kind":"nothing","consent_impracticable":false}}), None).unwrap();
        let r = Request::new(
            "Operator::\"o\"".parse().unwrap(),
            "Action::\"provide\"".parse().unwrap(),
            "Info::\"i\"".parse().unwrap(),
            ctx,
            None,
        )
        .unwrap();
        println!("{:?}", auth.is_authorized(&r, &ps, &ents));
        time("cedar resource attrs", || auth.is_authorized(&r, &ps, &ents));
        let ps2: PolicySet = src.replace("resource.", "context.info.").parse().unwrap();
        let ctx = Context::from_json_value(json!({"info":{"about_living_person":true,"identifies":true,"in_database":true},"recipient":{"relation":"third_party"},"consent":{"given":true,"date":d("2026-05-01", 20574)},"act":{"date":d("2026-04-01", 20544)},"basis":{"kind":"nothing","consent_impracticable":false}}), None).unwrap();
        let r = Request::new(
            "Operator::\"o\"".parse().unwrap(),
            "Action::\"provide\"".parse().unwrap(),
            "Info::\"i\"".parse().unwrap(),
            ctx,
            None,
        )
        .unwrap();
        let none = Entities::empty();
        println!("{:?}", auth.is_authorized(&r, &ps2, &none));
        time("cedar context only", || auth.is_authorized(&r, &ps2, &none));
        let ps3: PolicySet = src
            .replace("resource.", "context.info_")
            .replace("context.recipient.", "context.recipient_")
            .replace("context.consent.", "context.consent_")
            .replace("context.act.", "context.act_")
            .replace("context.basis.", "context.basis_")
            .parse()
            .unwrap();
        let ctx = Context::from_json_value(json!({"info_about_living_person":true,"info_identifies":true,"info_in_database":true,"recipient_relation":"third_party","consent_given":true,"consent_date":d("2026-05-01", 20574),"act_date":d("2026-04-01", 20544),"basis_kind":"nothing","basis_consent_impracticable":false}), None).unwrap();
        let r = Request::new(
            "Operator::\"o\"".parse().unwrap(),
            "Action::\"provide\"".parse().unwrap(),
            "Info::\"i\"".parse().unwrap(),
            ctx,
            None,
        )
        .unwrap();
        println!("{:?}", auth.is_authorized(&r, &ps3, &none));
        time("cedar context flat", || auth.is_authorized(&r, &ps3, &none));
        let ps4: PolicySet =
            ps3.to_string().replace("permit(principal, action == Action::\"provide\", resource);", "").parse().unwrap();
        println!("{}", ps4.policies().count());
        time("cedar context flat, only forbid", || auth.is_authorized(&r, &ps4, &none));
    }
}
fn shuhi() {
    use shuhi_law::{LawFile, Rulebook, decide::Selection, facts::FactReader, pack::Judged};
    use shuhi_source::*;
    let mut s = Sources::new();
    let mut files = vec![];
    for (n, t) in [
        ("vocabulary/words.yaml", include_str!("../norm/shuhi/vocabulary/words.yaml")),
        ("catalogue/laws.yaml", include_str!("../norm/shuhi/catalogue/laws.yaml")),
        ("calendar/holidays.csv", include_str!("../norm/shuhi/calendar/holidays.csv")),
        ("appi/provide.yaml", include_str!("../norm/shuhi/provide.yaml")),
    ] {
        files.push(LawFile { id: s.add(n, t), own: false });
    }
    let mut f = Faults::new();
    let r = Rulebook::load(&s, &files, &mut f);
    println!("{}", f.summary(&s));
    let (rb, _) = r.unwrap();
    let law = rb.select(Selection::on(jiff::civil::date(2026, 4, 1)));
    let act = rb.vocabulary.act_named("provide").unwrap();
    let frame = law.frame(Judged::Act(act));
    for (name, facts) in [
        (
            "breached",
            "{info: {about_living_person: true, identifies: true, in_database: true}, recipient: {relation: third_party}, consent: {given: true, date: 2026-05-01}, act: {date: 2026-04-01}, basis: {kind: nothing, consent_impracticable: false}}",
        ),
        (
            "excused",
            "{info: {about_living_person: true, identifies: true, in_database: true}, recipient: {relation: third_party}, consent: {given: true, date: 2026-05-01}, act: {date: 2026-04-01}, basis: {kind: life, consent_impracticable: true}}",
        ),
        (
            "met",
            "{info: {about_living_person: true, identifies: true, in_database: true}, recipient: {relation: third_party}, consent: {given: true, date: 2026-03-01}, act: {date: 2026-04-01}, basis: {kind: nothing, consent_impracticable: false}}",
        ),
        ("unknown", "{info: {about_living_person: true}, act: {date: 2026-04-01}}"),
    ] {
        let id = s.add("facts", facts);
        let node = read_yaml(&s, id).unwrap();
        let facts = FactReader::new(&rb.vocabulary, &[]).facts(&node, &rb.vocabulary.roles_of(act), &mut f);
        assert!(f.is_empty(), "{}", f.summary(&s));
        let p = frame.prepare(&facts);
        let j = frame.judge_traced(&p);
        println!("{:?} {:?}", j.outcomes[0].verdict, frame.missing(&j.outcomes[0]));
        time(&format!("shuhi {name} traced"), || frame.judge_traced(&p));
        time(&format!("shuhi {name} traced+missing"), || {
            let j = frame.judge_traced(&p);
            let m: Vec<_> = j.outcomes.iter().map(|o| frame.missing(o)).collect();
            (j, m)
        });
        time(&format!("shuhi {name} untraced"), || frame.judge(&p));
        time(&format!("shuhi {name} prepare"), || frame.prepare(&facts));
    }
}
fn main() {
    shuhi();
    cel_();
    rego();
    cedar();
}
