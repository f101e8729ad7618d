use crate::Kind;

/// Our word for a category of a list; `None` where none fits. Only the first that fits of several words counts.
pub(super) fn kind_of(category: &str) -> Option<Kind> {
    let word = category.trim().to_lowercase().replace(['-', '_'], " ");
    Some(match word.as_str() {
        "ad"
        | "ads"
        | "advertising"
        | "advertisement"
        | "advertisements"
        | "pornvertising"
        | "marketing cookies"
        | "action pixels"
        | "ad fraud"
        | "ad motivated tracking"
        | "third party analytics marketing" => Kind::Advertising,
        "analytics"
        | "site analytics"
        | "audience measurement"
        | "third party analytics"
        | "statistics"
        | "mobile analytics"
        | "performance"
        | "analysis" => Kind::Analytics,
        "social" | "social media" | "social network" | "social share" | "social comment" => Kind::Social,
        "video" | "audio video player" | "embedded content video" => Kind::Video,
        "hosting" => Kind::Hosting,
        "cdn" | "content delivery" => Kind::ContentDelivery,
        "tag manager" | "tagmanager" => Kind::TagManager,
        "consent provider" | "consent" | "consents" | "consent management platform" => Kind::Consent,
        "customer success" | "customer interaction" | "chat" | "support chat widget" => Kind::Chat,
        "marketing" | "customer data" | "email" => Kind::CustomerData,
        "crash reporting" | "error reporting" | "telemetry" => Kind::ErrorReporting,
        "location" | "maps" | "map" => Kind::Map,
        "identification" | "federated login" | "login" | "single sign on" | "sso" => Kind::Login,
        "fraud prevention" | "security" | "anti fraud" | "antifraud" | "malware" => Kind::Security,
        "payment" | "online payment" | "payments" => Kind::Payment,
        "push" | "push notification" | "notifications" => Kind::Push,
        "session replay" => Kind::Analytics,
        "utility" | "utilities" | "content" | "misc" | "other" | "extensions" | "unknown" => return None,
        other => return Kind::parse(&other.replace(' ', "_")),
    })
}
