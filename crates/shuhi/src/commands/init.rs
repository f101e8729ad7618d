//! `shuhi init`: a register to fill in, commented from the vocabulary.

use std::fs::{self, File};
use std::io::{BufRead as _, Write as _, stderr, stdin, stdout};
use std::path::{Path, PathBuf};

use shuhi_law::vocabulary::{EnumType, EnumValue, Field, ItemType, Language, RecordType, Vocabulary};

use crate::args::{Common, InitOptions, OperatorKind};
use crate::failure::Failure;
use crate::files::{rulebook, yaml_files};
use crate::words::pick;

/// Values of an enum listed beside a field; longer enums are left to `shuhi schema --facts`.
const VALUES_LISTED: usize = 16;
/// Fields of a type written in place that are shown.
const INLINE_FIELDS: usize = 3;
/// Types of which the rules on communications history read other fields than the first.
const INLINE_CHOSEN: &[(&str, &[&str])] = &[("Consent", &["given", "valid"])];

/// Writes the files, or none of them; existing registers are never touched.
pub fn run(options: &InitOptions, common: &Common) -> Result<bool, Failure> {
    let folder = &options.folder;
    let rulebook = rulebook(common)?;
    if folder.exists() && !folder.is_dir() {
        return Err(Failure::usage(format!("`{}` is not a folder", folder.display()), "name a folder to write to"));
    }
    if folder.is_dir()
        && let Some(found) = yaml_files(folder)?.first()
    {
        let message = format!("`{}` already holds `{}`", folder.display(), found.display());
        return Err(Failure::usage(message, "a file that a person wrote is never rewritten; name another folder"));
    }
    let writer = Writer { vocabulary: &rulebook.vocabulary, language: common.language };
    let start = match options.kind {
        Some(OperatorKind::ContentProvider) => Start { name: None, offers: vec!["social_network".to_owned()] },
        Some(OperatorKind::AccessProvider) => Start { name: None, offers: vec!["internet_connection".to_owned()] },
        None => writer.questions()?,
    };
    let files = [
        ("operator.yaml", writer.operator(&start)),
        ("services.yaml", writer.services(&start)),
        ("log-policies.yaml", writer.log_policies(&start)),
        ("attested.yaml", writer.attested()),
    ];
    write_all(folder, &files)?;
    let mut out = stdout().lock();
    for (name, _) in &files {
        writeln!(out, "{}", folder.join(name).display())?;
    }
    let folder = folder.display();
    match common.language {
        Language::Japanese => eprintln!(
            "書き込みました。# の行を埋め、`shuhi check {folder}` で確かめてください（書かない項目は「不明」として扱われます）。"
        ),
        Language::English => eprintln!(
            "written. fill in the lines that begin with `#`, then run `shuhi check {folder}` (what is not stated is unknown)."
        ),
    }
    Ok(true)
}

/// All files or none: each is written beside its place first, and only then are all put there.
fn write_all(folder: &Path, files: &[(&str, String)]) -> Result<(), Failure> {
    let created = !folder.exists();
    let failed = |path: &Path, error| Failure::File { action: "write", path: path.display().to_string(), error };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let drafts: Vec<(PathBuf, PathBuf)> =
        files.iter().map(|(name, _)| (folder.join(format!(".{name}.new")), folder.join(name))).collect();
    let mut result = Ok(());
    let mut placed = Vec::new();
    for ((draft, _), (_, text)) in drafts.iter().zip(files) {
        if result.is_ok() {
            let file = File::create_new(draft);
            // Only what was made here is ever removed again.
            placed.extend(file.is_ok().then_some(draft));
            let written = file.and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            });
            result = written.map_err(|error| failed(draft, error));
        }
    }
    for (draft, place) in &drafts {
        if result.is_ok() {
            result = fs::rename(draft, place).map_err(|error| failed(place, error));
            placed.push(place);
        }
    }
    if result.is_err() {
        // What cannot be removed either is named by the error that is returned.
        placed.into_iter().for_each(|path| drop(fs::remove_file(path)));
        if created {
            drop(fs::remove_dir(folder));
        }
    }
    result
}

/// What a register starts from.
struct Start {
    name: Option<String>,
    offers: Vec<String>,
}

/// The communications history that usually arises with a service; a beginning, not a limit.
fn usual_records(offer: &str) -> &'static [&'static str] {
    match offer {
        "internet_connection" => &["connection_auth", "address_translation"],
        "social_network" | "bulletin_board" => &["login", "post", "account"],
        "messaging" => &["login", "message_envelope", "account"],
        "voice_calls" | "mobile_network" | "mobile_virtual" => &["call"],
        "search" | "online_service" | "apps" => &["login", "other"],
        _ => &[],
    }
}

/// A value by its number or id.
fn chosen(word: &str, values: &[EnumValue]) -> Option<String> {
    let by_number = word.parse::<usize>().ok().and_then(|number| values.get(number.checked_sub(1)?));
    by_number.or_else(|| values.iter().find(|value| value.name == word)).map(|value| value.name.clone())
}

/// The fields of a type written in place that are shown.
fn inlined(ty: &RecordType) -> impl Iterator<Item = &Field> {
    let chosen = INLINE_CHOSEN.iter().find(|(name, _)| *name == ty.name).map(|(_, fields)| *fields);
    let shown = move |field: &&Field| chosen.is_none_or(|chosen| chosen.contains(&field.name.as_str()));
    ty.fields.iter().filter(shown).take(INLINE_FIELDS)
}

struct Writer<'a> {
    vocabulary: &'a Vocabulary,
    language: Language,
}

impl Writer<'_> {
    fn pick(&self, ja: &'static str, en: &'static str) -> &'static str {
        pick(self.language, ja, en)
    }

    fn ty(&self, name: &str) -> Option<&RecordType> {
        self.vocabulary.type_named(name).and_then(|id| self.vocabulary.record_type(id))
    }

    /// The questions a register starts from: who the operator is and what it offers.
    fn questions(&self) -> Result<Start, Failure> {
        let mut lines = stdin().lock().lines();
        let mut line = |prompt: &str| -> Result<String, Failure> {
            write!(stderr(), "{prompt}\n> ")?;
            let line = lines.next().transpose();
            let line =
                line.map_err(|error| Failure::File { action: "read", path: "standard input".to_owned(), error })?;
            line.map(|line| line.trim().to_owned()).ok_or_else(|| {
                let help = "answer the questions, or say what the operator is with `--kind content-provider`";
                Failure::usage("the questions were not answered", help)
            })
        };
        let name = line(self.pick("事業者の名称（空行: 後で書く）", "the operator's name (empty line: later)"))?;
        let found = self.vocabulary.enum_named("offering").and_then(|id| self.vocabulary.enum_type(id));
        let values = found.map_or(&[][..], |found| &found.values);
        let mut prompt = format!(
            "{}\n",
            self.pick("提供しているもの（番号をコンマで区切る）", "what is offered (numbers, separated by commas)")
        );
        for (number, value) in (1..).zip(values) {
            prompt.push_str(&format!("  {number:>2} {}  {}\n", value.name, value.label.in_language(self.language)));
        }
        loop {
            let answer = line(prompt.trim_end())?;
            let chosen: Option<Vec<String>> =
                answer.split([',', '、']).map(|word| chosen(word.trim(), values)).collect();
            match chosen.filter(|chosen| !chosen.is_empty()) {
                Some(offers) => return Ok(Start { name: (!name.is_empty()).then_some(name), offers }),
                None => prompt = self.pick("番号か名前で答えてください。", "answer with numbers or names.").to_owned(),
            }
        }
    }

    fn operator(&self, start: &Start) -> String {
        let mut page = format!(
            "# {}\noperator:\n",
            self.pick(
                "事業者そのものについての事実。書かない項目は「不明」として扱われる。",
                "facts about the operator itself. what is not stated is treated as unknown."
            )
        );
        let offers = format!("[{}]", start.offers.join(", "));
        let name = start.name.as_ref().map(|name| serde_json::Value::from(name.as_str()).to_string());
        let mut stated = vec![("offers", offers.as_str())];
        stated.extend(name.as_deref().map(|name| ("name", name)));
        page.push_str(&self.fields("Operator", &["name", "offers", "telecom_operator"], &stated, "  "));
        page
    }

    fn services(&self, start: &Start) -> String {
        let head =
            self.pick("利用者に提供するサービスごとに一つ書く。", "one entry for each service offered to users.");
        let mut page = format!("# {head}\nservices:\n");
        for offer in &start.offers {
            page.push_str(&format!("  - id: {}\n", offer.replace('_', "-")));
            page.push_str(&self.fields("Service", &["name", "kind", "charged"], &[("kind", offer)], "    "));
        }
        page
    }

    fn log_policies(&self, start: &Start) -> String {
        let mut page = format!(
            "# {}\nlog_policies:\n",
            self.pick(
                "通信履歴を、サービスと種類ごとに一つ書く。保存しているものはすべて挙げる。",
                "one entry for each service and kind of communications history. list all that is kept."
            )
        );
        let mut explained = false;
        for offer in &start.offers {
            let service = offer.replace('_', "-");
            for kind in usual_records(offer) {
                page.push_str(&format!("  - id: {service}-{}\n", kind.replace('_', "-")));
                let stated = [("service", service.as_str()), ("kind", *kind)];
                // The first entry explains every field; the others would only repeat it.
                page.push_str(&if explained {
                    self.brief("LogPolicy", &stated, "    ")
                } else {
                    self.fields("LogPolicy", &[], &stated, "    ")
                });
                explained = true;
            }
        }
        if !explained {
            page = page.trim_end().to_owned() + " []\n";
        }
        page
    }

    fn attested(&self) -> String {
        let head = self.pick(
            "評価を要する質問への回答。誰が、なぜそう答えたかと、見直しの期限を残す。\n# 質問の一覧は `shuhi schema --facts LogPolicy` の attested に、説明は `shuhi law show need-beyond-six-months` にある。",
            "answers to questions that take judgement: who answered, why, and when it is to be reviewed.\n# `shuhi schema --facts LogPolicy` lists the questions under attested, `shuhi law show need-beyond-six-months` explains one.",
        );
        format!(
            "# {head}\nattested: []\n#  - about: log_policies/social-network-login\n#    question: need-beyond-six-months\n#    answer: yes\n\
             #    by: {{role: information_manager, name: 見本 花子}}\n#    reason: …\n#    answered_on: 2026-11-01\n#    review_by: 2027-10-31\n"
        )
    }

    /// The fields of a type, each with its question, help and values; those not stated stay comments.
    fn fields(&self, ty: &str, only: &[&str], stated: &[(&str, &str)], margin: &str) -> String {
        let mut page = String::new();
        let chosen = self.ty(ty).map_or(&[][..], |ty| &ty.fields);
        for field in chosen.iter().filter(|field| only.is_empty() || only.contains(&field.name.as_str())) {
            page.push_str(&format!("{margin}# {}\n", field.question.in_language(self.language)));
            page.push_str(&format!("{margin}#   {}\n", field.help.in_language(self.language)));
            page.push_str(&self.values(field, margin));
            page.push_str(&self.entry(field, stated, margin));
        }
        page
    }

    /// The fields of a type without explanations, for a second entry of the same kind.
    fn brief(&self, ty: &str, stated: &[(&str, &str)], margin: &str) -> String {
        let fields = self.ty(ty).map_or(&[][..], |ty| &ty.fields);
        fields.iter().map(|field| self.entry(field, stated, margin)).collect()
    }

    fn entry(&self, field: &Field, stated: &[(&str, &str)], margin: &str) -> String {
        match stated.iter().find(|(name, _)| *name == field.name) {
            Some((name, value)) => format!("{margin}{name}: {value}\n"),
            None => format!("{margin}# {}: {}\n", field.name, self.hint(field)),
        }
    }

    /// What may stand there.
    fn hint(&self, field: &Field) -> String {
        let item = match field.ty.item {
            ItemType::Bool => "true | false".to_owned(),
            ItemType::Int => "0".to_owned(),
            ItemType::Text => "…".to_owned(),
            ItemType::Date => "2026-04-01".to_owned(),
            ItemType::Period => "6 months".to_owned(),
            ItemType::Enum(id) => self.first_value(self.vocabulary.enum_type(id)),
            ItemType::Ref(id) => self.vocabulary.record_type(id).map_or_else(String::new, |ty| self.inline(ty)),
        };
        let item = if field.ty.list { format!("[{item}]") } else { item };
        if field.optional { format!("{item} | none") } else { item }
    }

    /// A type written in place, or the id of a subject where it has a collection.
    fn inline(&self, ty: &RecordType) -> String {
        let part = |field: &Field| match field.ty.item {
            ItemType::Ref(_) => format!("{}: …", field.name),
            _ => format!("{}: {}", field.name, self.hint(field)),
        };
        match &ty.collection {
            Some(collection) => format!("({})", self.pick("id または", "an id of ").to_owned() + collection),
            None => format!("{{{}}}", inlined(ty).map(part).collect::<Vec<_>>().join(", ")),
        }
    }

    fn first_value(&self, found: Option<&EnumType>) -> String {
        found.and_then(|found| found.values.first()).map_or_else(String::new, |value| value.name.clone())
    }

    fn values(&self, field: &Field, margin: &str) -> String {
        let mut page = String::new();
        let enums = match field.ty.item {
            ItemType::Enum(id) => vec![self.vocabulary.enum_type(id)],
            ItemType::Ref(id) => self.enums_of(self.vocabulary.record_type(id)),
            _ => Vec::new(),
        };
        for found in enums.into_iter().flatten().filter(|found| found.values.len() <= VALUES_LISTED) {
            page.push_str(&format!("{margin}#   {}:\n", found.label.in_language(self.language)));
            for value in &found.values {
                let label = value.label.in_language(self.language);
                page.push_str(&format!("{margin}#     {}: {label}\n", value.name));
            }
        }
        page
    }

    /// The enums of a type that is written in place.
    fn enums_of<'v>(&'v self, ty: Option<&RecordType>) -> Vec<Option<&'v EnumType>> {
        let Some(ty) = ty.filter(|ty| ty.collection.is_none()) else { return Vec::new() };
        let of = |field: &Field| match field.ty.item {
            ItemType::Enum(id) => Some(self.vocabulary.enum_type(id)),
            _ => None,
        };
        inlined(ty).filter_map(of).collect()
    }
}
