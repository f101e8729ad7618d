//! The table: page, what it sends, through which channel, and what caused it, the direct cause first.

use shuhi_capture::Channel;

/// One transmission that a page brings about.
pub struct Expected {
    pub method: &'static str,
    pub url: &'static str,
    pub channel: Channel,
    /// How its chain begins.
    pub cause: &'static str,
}

const fn get(url: &'static str, channel: Channel, cause: &'static str) -> Expected {
    Expected { method: "GET", url, channel, cause }
}

const fn post(url: &'static str, channel: Channel, cause: &'static str) -> Expected {
    Expected { method: "POST", url, channel, cause }
}

/// Every channel by name.
pub const CHANNELS: &[(&str, &[Expected])] = &[
    ("shop.example/document.html", &[get("shop.example/document.html", Channel::Document, "navigation")]),
    (
        "shop.example/script.html",
        &[get("tag.mihon.example/hit/script.js", Channel::Script, "element shop.example/script.html:3")],
    ),
    (
        "shop.example/style.html",
        &[get("tag.mihon.example/hit/style.css", Channel::Style, "element shop.example/style.html:3")],
    ),
    (
        "shop.example/css-import.html",
        &[get(
            "tag.mihon.example/hit/css-import.css",
            Channel::Style,
            "style shop.example/css-import.css:1 < element shop.example/css-import.html:3",
        )],
    ),
    (
        "shop.example/image.html",
        &[
            get("tag.mihon.example/hit/image.png", Channel::Image, "element shop.example/image.html:3"),
            get("tag.mihon.example/hit/image-srcset.png", Channel::Image, "element shop.example/image.html:4"),
            get("tag.mihon.example/hit/image-svg.png", Channel::Image, "element shop.example/image.html:5"),
            get("tag.mihon.example/hit/image-background.png", Channel::Image, "element shop.example/image.html"),
            get(
                "tag.mihon.example/hit/image-sheet.png",
                Channel::Image,
                "style shop.example/image.css < element shop.example/image.html:7",
            ),
        ],
    ),
    (
        "shop.example/image-detached.html",
        &[get(
            "tag.mihon.example/hit/image-detached.png",
            Channel::Image,
            "script shop.example/image-detached.html:5 count",
        )],
    ),
    (
        "shop.example/font.html",
        &[get("tag.mihon.example/hit/font.woff2", Channel::Font, "element shop.example/font.html")],
    ),
    (
        "shop.example/media.html",
        &[
            get("tag.mihon.example/hit/media.wav", Channel::Media, "element shop.example/media.html"),
            get("tag.mihon.example/hit/media.mp4", Channel::Media, "element shop.example/media.html"),
            get("tag.mihon.example/hit/media-poster.png", Channel::Image, "element shop.example/media.html:4"),
        ],
    ),
    (
        "shop.example/track.html",
        &[get("tag.mihon.example/hit/track.vtt", Channel::Track, "element shop.example/track.html")],
    ),
    (
        "shop.example/frame.html",
        &[
            get("waku.example/frame-inside.html", Channel::Frame, "element shop.example/frame.html:3"),
            get(
                "tag.mihon.example/hit/frame-inside",
                Channel::Fetch,
                "script waku.example/frame-inside.html:4 < frame waku.example/frame-inside.html < element shop.example/frame.html:3",
            ),
        ],
    ),
    (
        "shop.example/frame-sandbox.html",
        &[get(
            "tag.mihon.example/hit/frame-sandbox.png",
            Channel::Image,
            "element waku.example/frame-sandbox-inside.html:3 < frame waku.example/frame-sandbox-inside.html < element shop.example/frame-sandbox.html:3",
        )],
    ),
    (
        "shop.example/frame-srcdoc.html",
        &[get(
            "tag.mihon.example/hit/frame-srcdoc",
            Channel::Fetch,
            "script about:srcdoc:1 < frame about:srcdoc < element shop.example/frame-srcdoc.html",
        )],
    ),
    (
        "shop.example/frame-nested.html",
        &[get(
            "tag.mihon.example/hit/frame-nested",
            Channel::Fetch,
            "script shop2.example/frame-nested-inner.html:4 < frame shop2.example/frame-nested-inner.html < element waku.example/frame-nested-outer.html:3 < frame waku.example/frame-nested-outer.html < element shop.example/frame-nested.html:3",
        )],
    ),
    (
        "shop.example/frame-script.html",
        &[get(
            "waku.example/hit/frame-script.html",
            Channel::Frame,
            "script cdn.mihon.example/frame-script.js:4 addFrame < element shop.example/frame-script.html:4",
        )],
    ),
    (
        "shop.example/object.html",
        &[
            get("tag.mihon.example/hit/object.svg", Channel::Object, "element shop.example/object.html"),
            get("tag.mihon.example/hit/embed.svg", Channel::Object, "element shop.example/object.html"),
        ],
    ),
    (
        "shop.example/fetch.html",
        &[post("tag.mihon.example/hit/fetch?a=1", Channel::Fetch, "script shop.example/fetch.html:5 sendJson")],
    ),
    (
        "shop.example/preflight.html",
        &[
            Expected {
                method: "PUT",
                url: "tag.mihon.example/hit/preflight",
                channel: Channel::Fetch,
                cause: "script shop.example/preflight.html:5 ask",
            },
            Expected {
                method: "OPTIONS",
                url: "tag.mihon.example/hit/preflight",
                channel: Channel::Preflight,
                cause: "preflight of tag.mihon.example/hit/preflight < script shop.example/preflight.html:5 ask",
            },
        ],
    ),
    (
        "shop.example/xhr.html",
        &[post("tag.mihon.example/hit/xhr", Channel::Xhr, "script shop.example/xhr.html:7 sendXhr")],
    ),
    (
        "shop.example/beacon.html",
        &[post("tag.mihon.example/hit/beacon", Channel::Beacon, "script shop.example/beacon.html:5 sendBeacon")],
    ),
    (
        "shop.example/ping.html",
        &[post("tag.mihon.example/hit/ping", Channel::Beacon, "script shop.example/ping.html:5")],
    ),
    (
        "shop.example/web-socket.html",
        &[get(
            "tag.mihon.example/hit/web-socket",
            Channel::WebSocket,
            "script shop.example/web-socket.html:5 openSocket",
        )],
    ),
    (
        "shop.example/event-source.html",
        &[get(
            "tag.mihon.example/stream/event-source",
            Channel::EventSource,
            "script shop.example/event-source.html:5 openStream",
        )],
    ),
    (
        "shop.example/worker.html",
        &[
            get("shop.example/worker.js", Channel::Worker, "script shop.example/worker.html:5 startWorker"),
            get(
                "tag.mihon.example/hit/worker",
                Channel::Fetch,
                "script shop.example/worker.js:2 sendFromWorker < worker shop.example/worker.js < script shop.example/worker.html:5 startWorker",
            ),
        ],
    ),
    (
        "shop.example/shared-worker.html",
        &[post(
            "tag.mihon.example/hit/shared-worker",
            Channel::Fetch,
            "script shop.example/shared-worker.js:2 connected < worker shop.example/shared-worker.js",
        )],
    ),
    (
        "shop.example/worker-nested.html",
        &[get(
            "tag.mihon.example/hit/worker-nested",
            Channel::Xhr,
            "script shop.example/worker-nested-inner.js:4 sendFromInner < script shop.example/worker-nested-outer.js:1 < worker shop.example/worker-nested-inner.js < worker shop.example/worker-nested-outer.js < script shop.example/worker-nested.html:4",
        )],
    ),
    (
        "shop.example/service-worker.html",
        &[
            get(
                "shop.example/service-worker.js",
                Channel::ServiceWorker,
                "script shop.example/service-worker.html:5 register",
            ),
            get("shop.example/service-worker-part.js", Channel::Script, "script shop.example/service-worker.js:1"),
            post(
                "tag.mihon.example/hit/service-worker",
                Channel::Fetch,
                "script shop.example/service-worker.js:3 told < worker shop.example/service-worker.js",
            ),
        ],
    ),
    (
        "shop.example/csp-report-uri.html",
        &[post(
            "tag.mihon.example/hit/csp-report-uri",
            Channel::CspReport,
            "element shop.example/csp-report-uri.html:4",
        )],
    ),
    ("shop.example/csp-report-to.html", &[post("tag.mihon.example/hit/csp-report-to", Channel::Report, "browser")]),
    ("shop2.example/network-error.html", &[post("tag.mihon.example/hit/network-error", Channel::Report, "browser")]),
    (
        "shop.example/favicon.html",
        &[get("tag.mihon.example/hit/favicon.ico", Channel::Favicon, "browser shop.example/favicon.html")],
    ),
    (
        "shop.example/manifest.html",
        &[get("tag.mihon.example/hit/manifest.webmanifest", Channel::Manifest, "browser shop.example/manifest.html")],
    ),
    (
        "shop.example/redirect.html",
        &[
            get(
                "tag.mihon.example/hit/redirect-301.png",
                Channel::Image,
                "redirect shop.example/redirect/301/redirect-301.png < element shop.example/redirect.html:3",
            ),
            get(
                "tag.mihon.example/hit/redirect-302.png",
                Channel::Image,
                "redirect shop.example/redirect/302/redirect-302.png < element shop.example/redirect.html:4",
            ),
            post(
                "tag.mihon.example/hit/redirect-307",
                Channel::Fetch,
                "redirect shop.example/redirect/307/redirect-307 < script shop.example/redirect.html:7 sendOn",
            ),
        ],
    ),
    (
        "shop.example/meta-refresh.html",
        &[get("tag.mihon.example/hit/meta-refresh.html", Channel::Document, "navigation")],
    ),
    (
        "shop.example/script-location.html",
        &[get(
            "tag.mihon.example/hit/script-location.html",
            Channel::Document,
            "script shop.example/script-location.html:5 goOn",
        )],
    ),
    (
        "shop.example/prefetch.html",
        &[get("tag.mihon.example/hit/prefetch.json", Channel::Prefetch, "element shop.example/prefetch.html:3")],
    ),
    (
        "shop.example/preload.html",
        &[
            get("tag.mihon.example/hit/preload.png", Channel::Prefetch, "element shop.example/preload.html:3"),
            get("tag.mihon.example/hit/modulepreload.js", Channel::Prefetch, "element shop.example/preload.html:4"),
        ],
    ),
    (
        "shop.example/prerender.html",
        &[
            get("shop.example/prerender-inside.js", Channel::Prefetch, ""),
            get("shop.example/hit/prerender", Channel::Prefetch, "script shop.example/prerender-inside.js:1"),
        ],
    ),
    ("shop.example/dns-prefetch.html", &[get("shop.example/dns-prefetch.html", Channel::Document, "navigation")]),
    (
        "shop.example/form-get.html",
        &[get("tag.mihon.example/hit/form-get.html?q=%E8%A6%8B%E6%9C%AC", Channel::Form, "")],
    ),
    ("shop.example/form-post.html", &[post("tag.mihon.example/hit/form-post.html", Channel::Form, "")]),
    (
        "shop.example/module.html",
        &[
            get("shop.example/module-part.js", Channel::Script, "script shop.example/module.js:1"),
            get("cdn.mihon.example/module-dynamic.js", Channel::Script, "script shop.example/module.js:3 load"),
            get(
                "tag.mihon.example/hit/module-part",
                Channel::Fetch,
                "script shop.example/module-part.js:1 < script shop.example/module.js:1 < element shop.example/module.html:3",
            ),
            get(
                "tag.mihon.example/hit/module-dynamic",
                Channel::Fetch,
                "script cdn.mihon.example/module-dynamic.js:1 < script shop.example/module.js:3 load",
            ),
        ],
    ),
    (
        "shop.example/eval.html",
        &[get(
            "tag.mihon.example/hit/eval",
            Channel::Fetch,
            "made :1 inEval < script shop.example/eval.html:5 evaluate",
        )],
    ),
    (
        "shop.example/new-function.html",
        &[get(
            "tag.mihon.example/hit/new-function",
            Channel::Fetch,
            "made :3 < script shop.example/new-function.html:5 make",
        )],
    ),
    (
        "shop.example/data-script.html",
        &[get(
            "tag.mihon.example/hit/data-script",
            Channel::Fetch,
            "script data:text/javascript,fetch('https://tag.mihon.example/hit/data-script'):1 < element shop.example/data-script.html:3",
        )],
    ),
    (
        "shop.example/document-write.html",
        &[get("tag.mihon.example/hit/document-write.png", Channel::Image, "script shop.example/document-write.html:4")],
    ),
    (
        "shop.example/promise.html",
        &[get("tag.mihon.example/hit/promise", Channel::Fetch, "script shop.example/promise.html:5 later")],
    ),
    (
        "shop.example/timer.html",
        &[get("tag.mihon.example/hit/timer", Channel::Fetch, "script shop.example/timer.html:5 tick")],
    ),
    (
        "shop.example/await.html",
        &[get("tag.mihon.example/hit/await", Channel::Fetch, "script shop.example/await.html:6 waiting")],
    ),
    (
        "shop.example/idle-callback.html",
        &[get(
            "tag.mihon.example/hit/idle-callback",
            Channel::Fetch,
            "script shop.example/idle-callback.html:5 whenIdle",
        )],
    ),
    (
        "shop.example/mutation-observer.html",
        &[get(
            "tag.mihon.example/hit/mutation-observer.js",
            Channel::Script,
            "script shop.example/mutation-observer.html:8 changed",
        )],
    ),
    (
        "shop.example/post-message.html",
        &[get(
            "tag.mihon.example/hit/post-message",
            Channel::Fetch,
            "script waku.example/post-message-inside.html:5 told < frame waku.example/post-message-inside.html",
        )],
    ),
    (
        "shop.example/window-open.html",
        &[get("tag.mihon.example/hit/window-open", Channel::Fetch, "script waku.example/window-open-inside.html:4")],
    ),
    (
        "shop.example/unload.html",
        &[
            post("tag.mihon.example/hit/unload-fetch", Channel::Fetch, ""),
            post("tag.mihon.example/hit/unload-beacon", Channel::Beacon, ""),
        ],
    ),
    (
        "shop.example/hidden.html",
        &[post("tag.mihon.example/hit/hidden", Channel::Beacon, "script shop.example/hidden.html:5 changed")],
    ),
    (
        "shop.example/tag-calls-tag.html",
        &[
            get(
                "tag.mihon.example/inner-tag.js",
                Channel::Script,
                "script cdn.mihon.example/outer-tag.js:4 outer < element shop.example/tag-calls-tag.html:3",
            ),
            get(
                "tag.mihon.example/hit/inner-tag.png",
                Channel::Image,
                "script tag.mihon.example/inner-tag.js:2 inner < script cdn.mihon.example/outer-tag.js:4 outer < element shop.example/tag-calls-tag.html:3",
            ),
        ],
    ),
    ("shop.example/blob-script.html", &[get("tag.mihon.example/hit/blob-script", Channel::Fetch, "script blob:")]),
];
