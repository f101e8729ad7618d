// What the origin of a document keeps on the terminal: local and session storage, IndexedDB, caches. Read in a world of our own, so that the page does not notice.
(async (itemsMost, charactersMost) => {
  const items = [];
  let lost = 0;
  const add = (storage, key, value) => {
    if (items.length >= itemsMost) {
      lost += 1;
      return;
    }
    const text = value == null ? "" : String(value);
    items.push({ storage, key: String(key).slice(0, charactersMost), value: text.slice(0, charactersMost), incomplete: text.length > charactersMost });
  };
  const faults = [];
  const part = async (name, read) => {
    try {
      await read();
    } catch (error) {
      // A sandboxed or opaque origin keeps nothing.
      if (error && error.name !== "SecurityError") faults.push(`${name}: ${error && error.message}`);
    }
  };
  const within = (promise, ms) =>
    Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error(`no answer within ${ms} ms`)), ms))]);
  const done = (request) =>
    new Promise((good, bad) => {
      request.onsuccess = () => good(request.result);
      request.onerror = () => bad(request.error);
      request.onblocked = () => bad(new Error("blocked"));
    });
  const written = (value) => {
    const seen = new Set();
    try {
      return JSON.stringify(value, (_, part) => {
        if (typeof part === "bigint") return `${part}n`;
        if (part instanceof ArrayBuffer) return `[${part.byteLength} bytes]`;
        if (ArrayBuffer.isView(part)) return `[${part.byteLength} bytes]`;
        if (part instanceof Blob) return `[blob of ${part.size} bytes, ${part.type}]`;
        if (part instanceof Map) return [...part];
        if (part instanceof Set) return [...part];
        if (part && typeof part === "object") {
          if (seen.has(part)) return "[again]";
          seen.add(part);
        }
        return part;
      });
    } catch (error) {
      return `[not shown: ${error && error.message}]`;
    }
  };
  const simple = async (name, storage) => {
    for (let place = 0; place < storage.length; place += 1) {
      const key = storage.key(place);
      add(name, key, storage.getItem(key));
    }
  };
  await part("local", () => simple("local", window.localStorage));
  await part("session", () => simple("session", window.sessionStorage));
  await part("indexed_db", async () => {
    if (!window.indexedDB || !indexedDB.databases) return;
    for (const { name } of await within(indexedDB.databases(), 2000)) {
      const database = await within(done(indexedDB.open(name)), 2000);
      try {
        for (const store of database.objectStoreNames) {
          const objects = database.transaction(store, "readonly").objectStore(store);
          const [keys, values] = await within(
            Promise.all([done(objects.getAllKeys(null, itemsMost)), done(objects.getAll(null, itemsMost))]),
            2000,
          );
          keys.forEach((key, place) => {
            const shown = typeof key === "string" ? key : written(key);
            add("indexed_db", `${name}/${store}/${shown}`, typeof values[place] === "string" ? values[place] : written(values[place]));
          });
        }
      } finally {
        database.close();
      }
    }
  });
  await part("cache", async () => {
    if (!window.caches) return;
    for (const name of await within(caches.keys(), 2000)) {
      const cache = await within(caches.open(name), 2000);
      for (const request of await within(cache.keys(), 2000)) add("cache", `${name}/${request.url}`, request.method);
    }
  });
  return { origin: self.origin, items, lost, faults };
})(ITEMS_MAX, CHARACTERS_MAX)
