//! `AndroidManifest.xml`.

use serde::Serialize;

use super::network::NetworkSecurity;
use super::value::{Resources, Value};
use super::xml::Element;
use crate::package::LocalText;

/// Attributes of Android by number and name.
mod attribute {
    pub const LABEL: (u32, &str) = (0x0101_0001, "label");
    pub const NAME: (u32, &str) = (0x0101_0003, "name");
    pub const PERMISSION: (u32, &str) = (0x0101_0006, "permission");
    pub const ENABLED: (u32, &str) = (0x0101_000e, "enabled");
    pub const DEBUGGABLE: (u32, &str) = (0x0101_000f, "debuggable");
    pub const EXPORTED: (u32, &str) = (0x0101_0010, "exported");
    pub const PROCESS: (u32, &str) = (0x0101_0011, "process");
    pub const AUTHORITIES: (u32, &str) = (0x0101_0018, "authorities");
    pub const VALUE: (u32, &str) = (0x0101_0024, "value");
    pub const RESOURCE: (u32, &str) = (0x0101_0025, "resource");
    pub const TARGET_ACTIVITY: (u32, &str) = (0x0101_0202, "targetActivity");
    pub const MIN_SDK: (u32, &str) = (0x0101_020c, "minSdkVersion");
    pub const VERSION_CODE: (u32, &str) = (0x0101_021b, "versionCode");
    pub const VERSION_NAME: (u32, &str) = (0x0101_021c, "versionName");
    pub const TARGET_SDK: (u32, &str) = (0x0101_0270, "targetSdkVersion");
    pub const MAX_SDK: (u32, &str) = (0x0101_0271, "maxSdkVersion");
    pub const ALLOW_BACKUP: (u32, &str) = (0x0101_0280, "allowBackup");
    pub const REQUIRED: (u32, &str) = (0x0101_028e, "required");
    pub const CLEARTEXT: (u32, &str) = (0x0101_04ec, "usesCleartextTraffic");
    pub const NETWORK_SECURITY: (u32, &str) = (0x0101_0527, "networkSecurityConfig");
    pub const VERSION_CODE_MAJOR: (u32, &str) = (0x0101_0576, "versionCodeMajor");
    pub const PACKAGE: (u32, &str) = (0, "package");
    pub const SPLIT: (u32, &str) = (0, "split");
}

/// What the manifest of an Android app says, of base and splits together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AndroidApp {
    /// The version's number, by which updates are ordered.
    pub version_code: Option<u64>,
    /// The lowest API level it runs on; a letter for previews of Android.
    pub min_sdk: Option<String>,
    /// The API level it was made for.
    pub target_sdk: Option<String>,
    /// The highest API level it runs on.
    pub max_sdk: Option<String>,
    /// Permissions it asks for.
    pub permissions: Vec<AndroidPermission>,
    /// Permissions that it defines itself.
    pub defined_permissions: Vec<String>,
    /// Features of the device that it uses.
    pub features: Vec<Feature>,
    /// What the manifest says of the application as a whole.
    pub application: Application,
    /// Activities, services, receivers, providers.
    pub components: Vec<Component>,
    /// Entries of meta-data of the application as a whole.
    pub meta_data: Vec<MetaData>,
    /// Other apps that it wants to see.
    pub queries: Queries,
    /// Its splits that were read, by name.
    pub splits: Vec<String>,
    /// Processor architectures for which it has code of its own.
    pub native_architectures: Vec<String>,
}

/// A permission that an app asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AndroidPermission {
    /// Its name.
    pub name: String,
    /// The highest API level on which it is asked for.
    pub max_sdk: Option<String>,
    /// Whether it is asked for from API level 23 on only.
    pub from_sdk_23: bool,
    /// Which information it opens: values of `terminal_data`.
    pub items: Vec<String>,
}

/// A feature of the device that an app uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Whether the app does not run without it.
    pub required: bool,
}

/// What the manifest says of the application as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Application {
    /// The class that stands for it.
    pub class: Option<String>,
    /// Whether it may be debugged.
    pub debuggable: bool,
    /// Whether its data may be backed up, where that is said.
    pub allow_backup: Option<bool>,
    /// Whether it may send without encryption, where that is said.
    pub cleartext_traffic: Option<bool>,
    /// The file that says how its traffic is secured, as the manifest refers to it.
    pub network_security_file: Option<String>,
    /// What that file says.
    pub network_security: Option<NetworkSecurity>,
}

/// Kinds of components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ComponentKind {
    /// A screen.
    Activity,
    /// Another name of a screen.
    ActivityAlias,
    /// What works in the background.
    Service,
    /// What is called when something happens.
    Receiver,
    /// What gives data.
    Provider,
}

/// A component of an app.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Component {
    /// What it is.
    pub kind: ComponentKind,
    /// Its class, in full.
    pub class: String,
    /// For another name of a screen: the class of the screen.
    pub target: Option<String>,
    /// Whether other apps may call it, where that is said.
    pub exported: Option<bool>,
    /// Whether it is enabled, where that is said.
    pub enabled: Option<bool>,
    /// The permission that callers need.
    pub permission: Option<String>,
    /// The process it runs in, where that is not the app's.
    pub process: Option<String>,
    /// Of a provider: the names under which its data are found.
    pub authorities: Vec<String>,
    /// Actions it answers to.
    pub actions: Vec<String>,
    /// Its entries of meta-data.
    pub meta_data: Vec<MetaData>,
    /// Whether it is what starts the app from the launcher.
    pub launcher: bool,
}

/// An entry of meta-data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MetaData {
    /// Its name.
    pub name: String,
    /// Its value, references followed.
    pub value: Option<String>,
}

/// Other apps that an app wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Queries {
    /// By package name.
    pub packages: Vec<String>,
    /// By the action they answer to.
    pub actions: Vec<String>,
    /// By the names of their data.
    pub authorities: Vec<String>,
}

/// A manifest as read, before it is joined with others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manifest {
    pub package: Option<String>,
    pub split: Option<String>,
    pub label: Option<LocalText>,
    pub version: Option<String>,
    /// The resource that says how traffic is secured.
    pub network_security: Option<String>,
    pub app: AndroidApp,
}

/// Reads a manifest from its root element.
pub(crate) fn of(root: &Element, resources: &Resources) -> Manifest {
    let reader = Reader { resources, package: root.get(attribute::PACKAGE).and_then(Value::text) };
    let mut manifest = Manifest {
        package: reader.package.clone(),
        split: reader.text(root, attribute::SPLIT),
        version: reader.text(root, attribute::VERSION_NAME),
        ..Manifest::default()
    };
    let app = &mut manifest.app;
    let low = reader.number(root, attribute::VERSION_CODE);
    let high = reader.number(root, attribute::VERSION_CODE_MAJOR).unwrap_or(0);
    app.version_code = low.map(|low| (high & 0xffff_ffff) << 32 | low & 0xffff_ffff);
    for child in &root.children {
        reader.top(child, app);
    }
    for application in root.all("application") {
        let label = application.get(attribute::LABEL);
        manifest.label = manifest.label.take().or_else(|| label.and_then(|label| reader.local(label)));
        let file = application.get(attribute::NETWORK_SECURITY);
        manifest.network_security = file.and_then(|file| reader.resources.resolve(file).text());
        reader.application(application, app);
    }
    manifest
}

struct Reader<'r> {
    resources: &'r Resources,
    package: Option<String>,
}

impl Reader<'_> {
    fn text(&self, element: &Element, attribute: (u32, &str)) -> Option<String> {
        self.resources.resolve(element.get(attribute)?).text()
    }

    fn bool(&self, element: &Element, attribute: (u32, &str)) -> Option<bool> {
        match self.resources.resolve(element.get(attribute)?) {
            Value::Bool(value) => Some(value),
            Value::Number(number) => Some(number != 0),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn number(&self, element: &Element, attribute: (u32, &str)) -> Option<u64> {
        match self.resources.resolve(element.get(attribute)?) {
            Value::Number(number) => u64::try_from(number & 0xffff_ffff).ok(),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn local(&self, value: &Value) -> Option<LocalText> {
        let plain = self.resources.resolve(value).text()?;
        Some(LocalText { plain, japanese: self.resources.resolve_japanese(value).and_then(|value| value.text()) })
    }

    /// The full name of a class.
    fn class(&self, element: &Element, attribute: (u32, &str)) -> Option<String> {
        let name = self.text(element, attribute)?;
        let package = self.package.as_deref().unwrap_or_default();
        Some(match name.strip_prefix('.') {
            Some(_) => format!("{package}{name}"),
            None if name.contains('.') => name,
            None => format!("{package}.{name}"),
        })
    }

    fn top(&self, element: &Element, app: &mut AndroidApp) {
        let name = || self.text(element, attribute::NAME);
        match element.name.as_str() {
            "uses-sdk" => {
                app.min_sdk = self.text(element, attribute::MIN_SDK);
                app.target_sdk = self.text(element, attribute::TARGET_SDK);
                app.max_sdk = self.text(element, attribute::MAX_SDK);
            }
            "uses-permission" | "uses-permission-sdk-23" | "uses-permission-sdk-m" => {
                app.permissions.extend(name().map(|name| AndroidPermission {
                    name,
                    max_sdk: self.text(element, attribute::MAX_SDK),
                    from_sdk_23: element.name != "uses-permission",
                    items: Vec::new(),
                }));
            }
            "permission" => app.defined_permissions.extend(name()),
            "uses-feature" => {
                let required = self.bool(element, attribute::REQUIRED).unwrap_or(true);
                app.features.extend(name().map(|name| Feature { name, required }));
            }
            "queries" => self.queries(element, &mut app.queries),
            _ => {}
        }
    }

    fn queries(&self, element: &Element, queries: &mut Queries) {
        let named = |name| element.all(name).filter_map(|child| self.text(child, attribute::NAME));
        queries.packages.extend(named("package"));
        queries.actions.extend(element.all("intent").flat_map(|intent| self.names_of(intent, "action")));
        let authorities = element.all("provider").filter_map(|child| self.text(child, attribute::AUTHORITIES));
        queries.authorities.extend(authorities);
    }

    fn names_of(&self, element: &Element, name: &str) -> Vec<String> {
        element.all(name).filter_map(|child| self.text(child, attribute::NAME)).collect()
    }

    fn application(&self, element: &Element, app: &mut AndroidApp) {
        let told = &mut app.application;
        told.class = self.class(element, attribute::NAME);
        told.debuggable = self.bool(element, attribute::DEBUGGABLE).unwrap_or(false);
        told.allow_backup = self.bool(element, attribute::ALLOW_BACKUP);
        told.cleartext_traffic = self.bool(element, attribute::CLEARTEXT);
        app.meta_data.extend(self.meta_data(element));
        for child in &element.children {
            let kind = match child.name.as_str() {
                "activity" => ComponentKind::Activity,
                "activity-alias" => ComponentKind::ActivityAlias,
                "service" => ComponentKind::Service,
                "receiver" => ComponentKind::Receiver,
                "provider" => ComponentKind::Provider,
                _ => continue,
            };
            app.components.extend(self.component(kind, child));
        }
    }

    fn component(&self, kind: ComponentKind, element: &Element) -> Option<Component> {
        let mut filters = element
            .all("intent-filter")
            .map(|filter| (self.names_of(filter, "action"), self.names_of(filter, "category")));
        let mut actions = Vec::new();
        let mut launcher = false;
        for (all, categories) in &mut filters {
            let main = all.iter().any(|action| action == "android.intent.action.MAIN");
            launcher |= main && categories.iter().any(|category| category == "android.intent.category.LAUNCHER");
            actions.extend(all);
        }
        let authorities = self.text(element, attribute::AUTHORITIES).unwrap_or_default();
        Some(Component {
            kind,
            class: self.class(element, attribute::NAME)?,
            target: self.class(element, attribute::TARGET_ACTIVITY),
            exported: self.bool(element, attribute::EXPORTED),
            enabled: self.bool(element, attribute::ENABLED),
            permission: self.text(element, attribute::PERMISSION),
            process: self.text(element, attribute::PROCESS),
            authorities: authorities.split(';').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            actions,
            meta_data: self.meta_data(element),
            launcher,
        })
    }

    fn meta_data(&self, element: &Element) -> Vec<MetaData> {
        let read = |child: &Element| {
            let name = self.text(child, attribute::NAME)?;
            let value = self.text(child, attribute::VALUE).or_else(|| self.text(child, attribute::RESOURCE));
            Some(MetaData { name, value })
        };
        element.all("meta-data").filter_map(read).collect()
    }
}
