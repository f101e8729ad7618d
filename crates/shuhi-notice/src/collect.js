// Returns what a page shows, for `RenderedPage`: entries that may speak of a transmission, links, and what hides them.
(() => {
  const TEXT_MAX = 4000, ENTRIES_MAX = 3000, LINKS_MAX = 3000;
  const tidy = (text) => (text || "").replace(/\s+/g, " ").trim().slice(0, TEXT_MAX);

  const path = (element) => {
    const steps = [];
    for (let at = element; at && at.nodeType === 1 && steps.length < 12; at = at.parentElement) {
      if (at.id) { steps.unshift(`#${CSS.escape(at.id)}`); break; }
      const name = at.localName;
      const same = at.parentElement ? [...at.parentElement.children].filter((child) => child.localName === name) : [];
      steps.unshift(same.length > 1 ? `${name}:nth-of-type(${same.indexOf(at) + 1})` : name);
    }
    return steps.join(" > ");
  };

  const box = (element) => {
    const found = element.getBoundingClientRect();
    return { x: found.left + scrollX, y: found.top + scrollY, width: found.width, height: found.height };
  };

  // Why a person does not see an element without doing something; null where they do. Scrolling down is nothing done.
  const hidden = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (at.localName === "details" && !at.open && !element.closest("summary")) return "folded";
      if (style.display === "none") return "display_none";
      if (parseFloat(style.opacity) < 0.1) return "transparent";
      const edge = at.getBoundingClientRect();
      const clips = /hidden|clip/.test(style.overflowX) || /hidden|clip/.test(style.overflowY);
      if (clips && at !== document.documentElement && at !== document.body && (edge.width < 2 || edge.height < 2)) return "folded";
      if (clips && at !== element && at !== document.documentElement && at !== document.body) {
        const own = element.getBoundingClientRect();
        if (own.top >= edge.bottom || own.left >= edge.right || own.bottom <= edge.top || own.right <= edge.left) return "cut_off";
      }
      if (/auto|scroll/.test(style.overflowX) && at !== element && at.scrollWidth > at.clientWidth + 2) {
        const own = element.getBoundingClientRect();
        if (own.right > edge.right + 2) return "sideways";
      }
      if (/auto|scroll/.test(style.overflowY) && at !== element && at !== document.documentElement && at !== document.body && at.scrollHeight > at.clientHeight + 2 && at.clientHeight < 120) return "narrow_box";
    }
    if (getComputedStyle(element).visibility !== "visible") return "invisible";
    const own = element.getBoundingClientRect();
    if (own.width < 1 || own.height < 1) return "no_size";
    if (own.right + scrollX <= 0 || own.bottom + scrollY <= 0) return "off_screen";
    if (own.right > innerWidth + 2 && own.left + scrollX >= 0 && own.right > document.documentElement.clientWidth + 2) return "sideways";
    return null;
  };

  const channel = (value) => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const colour = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  // Contrast by WCAG 2; pictures behind the text are not seen.
  const contrast = (element) => {
    let behind = [255, 255, 255];
    for (let at = element; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found.length >= 3 && (found.length < 4 || found[3] > 0.5)) { behind = found; break; }
    }
    const [one, other] = [luminance(colour(getComputedStyle(element).color)), luminance(behind)];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };

  // The smallest letters and the weakest contrast of the texts in some elements.
  const letters = (elements) => {
    let size = null, weakest = null;
    for (const element of elements) {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (!tidy(node.data)) continue;
        const found = parseFloat(getComputedStyle(node.parentElement).fontSize);
        if (size === null || found < size) size = found;
        const strength = contrast(node.parentElement);
        if (weakest === null || strength < weakest) weakest = strength;
      }
    }
    return { font_px: size, contrast: weakest };
  };

  const links = (elements) => elements.flatMap((element) => [...element.querySelectorAll("a[href]")]).slice(0, 20).map((link) => ({ href: link.href, text: tidy(link.textContent) }));

  const entry = (kind, elements, cells) => {
    const first = elements[0];
    const reasons = elements.flatMap((element) => [element, ...element.querySelectorAll("td, th, dd, p, span, li")].map(hidden)).filter(Boolean);
    return {
      kind, path: path(first), box: elements.map(box).reduce((all, next) => {
        const x = Math.min(all.x, next.x), y = Math.min(all.y, next.y);
        return { x, y, width: Math.max(all.x + all.width, next.x + next.width) - x, height: Math.max(all.y + all.height, next.y + next.height) - y };
      }),
      hidden: reasons.length ? reasons[0] : null, cells, links: links(elements), ...letters(elements),
    };
  };

  const entries = [];
  for (const table of document.querySelectorAll("table")) {
    const rows = [...table.rows];
    const heads = rows.length && [...rows[0].cells].every((cell) => cell.localName === "th" || cell.closest("thead")) && rows[0].cells.length > 1 ? [...rows[0].cells].map((cell) => tidy(cell.textContent)) : [];
    const listed = rows.slice(heads.length ? 1 : 0);
    // A table that has its heads at the side speaks of one thing as a whole.
    const sideways = !heads.length && listed.length > 1 && listed.every((row) => row.cells.length === 2 && row.cells[0].localName === "th");
    if (sideways) {
      entries.push(entry("table", [table], listed.map((row) => ({ head: tidy(row.cells[0].textContent), text: tidy(row.cells[1].textContent) }))));
      continue;
    }
    const spanning = [];
    for (const row of listed) {
      const cells = [];
      let column = 0;
      const place = (text) => { cells.push({ head: heads[column] || "", text }); column += 1; };
      for (const cell of row.cells) {
        while (spanning[column] && spanning[column].left > 0) { spanning[column].left -= 1; place(spanning[column].text); }
        const text = tidy(cell.textContent);
        if (cell.rowSpan > 1) spanning[column] = { left: cell.rowSpan - 1, text };
        for (let span = 0; span < Math.min(cell.colSpan, 20); span += 1) place(span ? "" : text);
      }
      while (spanning[column] && spanning[column].left > 0) { spanning[column].left -= 1; place(spanning[column].text); }
      entries.push(entry("row", [row], cells));
    }
  }
  for (const list of document.querySelectorAll("dl")) {
    let open = null;
    const lists = [];
    for (const child of list.querySelectorAll("dt, dd")) {
      if (child.localName === "dt") { open = { head: child, texts: [] }; lists.push(open); } else if (open) open.texts.push(child);
    }
    for (const { head, texts } of lists) entries.push(entry("definition", [head, ...texts], [{ head: "", text: tidy(head.textContent) }, ...texts.map((text) => ({ head: tidy(head.textContent), text: tidy(text.textContent) }))]));
    if (lists.length > 1) entries.push(entry("table", [list], lists.map(({ head, texts }) => ({ head: tidy(head.textContent), text: texts.map((text) => tidy(text.textContent)).join(" ") }))));
  }
  for (const item of document.querySelectorAll("li")) if (!item.querySelector("li, table")) entries.push(entry("item", [item], [{ head: "", text: tidy(item.textContent) }]));
  for (const head of document.querySelectorAll("h1, h2, h3, h4, h5, h6, summary")) {
    const level = (element) => (/^h[1-6]$/.test(element.localName) ? Number(element.localName[1]) : 7);
    const parts = [head];
    for (let next = head.nextElementSibling; next && !(level(next) <= level(head) && /^h[1-6]$/.test(next.localName)); next = next.nextElementSibling) {
      if (next.querySelector && next.querySelector("h1, h2, h3, h4, h5, h6")) break;
      parts.push(next);
    }
    entries.push(entry("section", parts, [{ head: "", text: tidy(head.textContent) }, ...parts.slice(1).map((part) => ({ head: "", text: tidy(part.innerText || part.textContent) }))]));
  }
  for (const paragraph of document.querySelectorAll("p")) if (!paragraph.closest("td, th, dd, li")) entries.push(entry("paragraph", [paragraph], [{ head: "", text: tidy(paragraph.textContent) }]));

  return {
    url: location.href, title: tidy(document.title), language: document.documentElement.lang || "", width_px: innerWidth,
    text: tidy(document.body ? document.body.innerText : ""), body_font_px: document.body ? parseFloat(getComputedStyle(document.body).fontSize) : 16,
    entries: entries.slice(0, ENTRIES_MAX),
    links: [...document.querySelectorAll("a[href], area[href]")].slice(0, LINKS_MAX).map((link) => ({ href: link.href, text: tidy(link.textContent), path: path(link), box: box(link), hidden: hidden(link) })),
  };
})()
