// Runs in every document before its own scripts. Tells who writes cookies and who asks for what a person would have to answer; changes nothing that a page can see, but that printing prints nothing.
((token) => {
  const debug = console.debug.bind(console);
  const apply = Reflect.apply;
  const construct = Reflect.construct;
  const text = String;
  const tell = (kind, value) => {
    try {
      debug(token, kind, value);
    } catch {
      // A page must not notice.
    }
  };
  const watched = (target, told) =>
    new Proxy(target, {
      apply(call, self, given) {
        told(given);
        return apply(call, self, given);
      },
    });
  const replace = (holder, name, change) => {
    try {
      const was = holder && Object.getOwnPropertyDescriptor(holder, name);
      if (was && was.configurable) Object.defineProperty(holder, name, { ...was, ...change(was) });
    } catch {
      // Not there, or not ours to change.
    }
  };
  const watch = (holder, name, told) =>
    replace(holder, name, (was) => (typeof was.value === "function" ? { value: watched(was.value, told) } : {}));

  replace(Document.prototype, "cookie", (was) => ({
    set: watched(was.set, (given) => tell("cookie", text(given[0]))),
  }));
  if (typeof CookieStore === "function") {
    const written = (given) => {
      const [first, second] = given;
      if (first && typeof first === "object") {
        const { name, value, domain, path, expires } = first;
        const rest = { domain, path, expires };
        const more = Object.keys(rest).filter((key) => rest[key] != null);
        tell("cookie", [`${name}=${value}`, ...more.map((key) => `${key}=${rest[key]}`)].join("; "));
      } else {
        tell("cookie", `${text(first)}=${text(second)}`);
      }
    };
    watch(CookieStore.prototype, "set", written);
    watch(CookieStore.prototype, "delete", (given) => {
      const name = given[0] && typeof given[0] === "object" ? given[0].name : given[0];
      tell("cookie", `${text(name)}=; max-age=0`);
    });
  }

  // Who started what DevTools names no caller for.
  const address = (given) => {
    try {
      return new URL(text(given), document.baseURI).href;
    } catch {
      return text(given);
    }
  };
  const started = (name) =>
    replace(window, name, (was) =>
      typeof was.value === "function"
        ? {
            value: new Proxy(was.value, {
              construct(made, given, as) {
                tell(name, address(given[0]));
                return construct(made, given, as);
              },
            }),
          }
        : {},
    );
  started("Worker");
  started("SharedWorker");
  started("EventSource");
  if (typeof ServiceWorkerContainer === "function") {
    watch(ServiceWorkerContainer.prototype, "register", (given) => tell("ServiceWorker", address(given[0])));
  }
  watch(window, "open", (given) => tell("window.open", given[0] == null ? "" : address(given[0])));
  replace(HTMLFormElement.prototype, "submit", (was) => ({
    value: new Proxy(was.value, {
      apply(call, self, given) {
        tell("form", address(self && self.getAttribute ? self.getAttribute("action") || document.URL : ""));
        return apply(call, self, given);
      },
    }),
  }));

  const asked = (what) => () => tell("asked", what);
  if (typeof Notification === "function") watch(Notification, "requestPermission", asked("notifications"));
  if (typeof Geolocation === "function") {
    watch(Geolocation.prototype, "getCurrentPosition", asked("geolocation"));
    watch(Geolocation.prototype, "watchPosition", asked("geolocation"));
  }
  if (typeof MediaDevices === "function") {
    watch(MediaDevices.prototype, "getUserMedia", asked("camera or microphone"));
    watch(MediaDevices.prototype, "getDisplayMedia", asked("the screen"));
  }
  if (typeof Clipboard === "function") watch(Clipboard.prototype, "readText", asked("the clipboard"));

  replace(window, "print", (was) =>
    typeof was.value === "function"
      ? { value: new Proxy(was.value, { apply: () => tell("print", "") }) }
      : {},
  );
  replace(window, "RTCPeerConnection", (was) =>
    typeof was.value === "function"
      ? {
          value: new Proxy(was.value, {
            construct(made, given, as) {
              tell("peer", "");
              return construct(made, given, as);
            },
          }),
        }
      : {},
  );
})("TOKEN");
