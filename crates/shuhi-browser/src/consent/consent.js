// Finds the button of a consent banner that accepts or refuses everything, through shadow roots. Keeps it for a click and says how sure it is.
((selector, known, words, about) => {
  const roots = [document];
  for (let place = 0; place < roots.length && roots.length < 2000; place += 1) {
    for (const element of roots[place].querySelectorAll("*")) {
      if (element.shadowRoot) roots.push(element.shadowRoot);
    }
  }
  const all = (query) => {
    try {
      return roots.flatMap((root) => [...root.querySelectorAll(query)]);
    } catch {
      return [];
    }
  };
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && style.display !== "none" && Number(style.opacity) > 0.05;
  };
  const plain = (text) => (text || "").normalize("NFKC").replace(/[\s\u3000]+/g, " ").trim().toLowerCase();
  const label = (element) =>
    plain(element.innerText || element.value || element.getAttribute("aria-label") || element.title || "");
  const parent = (element) => element.parentElement || (element.getRootNode() && element.getRootNode().host) || null;
  const found = (element, score, how) => {
    globalThis.shuhiButton = element;
    return { score, how, label: label(element).slice(0, 80) };
  };
  if (selector) {
    const [element] = all(selector).filter(shown);
    return element ? found(element, 1000, `the selector ${selector}`) : null;
  }
  for (const { name, query } of known) {
    const [element] = all(query).filter(shown);
    if (element) return found(element, 900, `${name}: ${query}`);
  }
  const patterns = words.map((word) => new RegExp(word, "u"));
  const subject = new RegExp(about, "iu");
  // A banner stands over the page, or is a dialog, or fills a frame of its own.
  const banner = (element) => {
    let score = 0;
    let text = "";
    for (let around = element, depth = 0; around && depth < 12; around = parent(around), depth += 1) {
      const style = getComputedStyle(around);
      const role = around.getAttribute("role") || "";
      const name = `${around.id || ""} ${typeof around.className === "string" ? around.className : ""}`;
      if (style.position === "fixed" || style.position === "sticky") score = Math.max(score, 30);
      if (role === "dialog" || role === "alertdialog" || around.tagName === "DIALOG") score = Math.max(score, 30);
      if (/consent|cookie|gdpr|privacy|cmp/i.test(name)) score = Math.max(score, 35);
      if (text.length < 3000) text = plain(around.innerText);
      if (score > 0 && subject.test(text)) return score + 40;
      if (around === document.body && window !== window.top && subject.test(text)) return 40;
    }
    return 0;
  };
  let best = null;
  const clickable = "button, a, [role=button], input[type=button], input[type=submit], summary, [onclick], [tabindex]";
  for (const element of all(clickable).slice(0, 5000)) {
    const text = label(element);
    if (!text || text.length > 40 || !shown(element)) continue;
    const place = patterns.findIndex((pattern) => pattern.test(text));
    if (place < 0) continue;
    const around = banner(element);
    const score = around + (patterns.length - place);
    if (around > 0 && (!best || score > best.score)) best = { element, score };
  }
  return best ? found(best.element, best.score, "words on a banner") : null;
})(WISH)
