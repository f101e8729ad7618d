// Returns what a page shows, for `RenderedPage`: entries that may speak of a transmission, links, and what hides them.
(() => {
  const TEXT_MAX = 4000, ENTRIES_MAX = 3000, LINKS_MAX = 3000, FRAMES_MAX = 50, CARD_TEXT_MAX = 1500;
  const UNSPOKEN = new Set(["script", "style", "template", "noscript", "iframe", "object", "svg"]);
  const framesUnread = [];

  // The documents of the page: its own, those of frames that may be read, and shadow trees.
  const roots = [];
  const gather = (root) => {
    roots.push(root);
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) gather(element.shadowRoot);
      if (!/^i?frame$/.test(element.localName) || roots.length > FRAMES_MAX) continue;
      let inner = null;
      try { inner = element.contentDocument; } catch { inner = null; }
      if (inner && inner.documentElement) gather(inner); else framesUnread.push(element.src || "");
    }
  };
  gather(document);
  const every = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);

  const styleOf = (element) => element.ownerDocument.defaultView.getComputedStyle(element);
  const frameOf = (element) => { const view = element.ownerDocument.defaultView; return view === window ? null : view.frameElement; };
  // The element around another, also out of a shadow tree and out of a frame.
  const around = (element) => {
    if (element.assignedSlot) return element.assignedSlot;
    if (element.parentElement) return element.parentElement;
    const root = element.getRootNode();
    return root.host || (root.nodeType === 9 ? frameOf(element) : null);
  };
  const isPage = (element) => element === element.ownerDocument.documentElement || element === element.ownerDocument.body;

  // Letters as they stand there, without scripts and styles; with the breaks between them where those are wanted.
  const pieces = (element, breaks) => {
    const found = [];
    const walk = (node) => {
      for (const child of (node.shadowRoot || node).childNodes) {
        if (child.nodeType === 3) { if (child.data.trim()) found.push(child); }
        else if (child.nodeType !== 1) continue;
        else if (child.localName === "br") { if (breaks) found.push(null); }
        else if (child.localName === "slot" && child.assignedNodes().length) child.assignedNodes().forEach((given) => (given.nodeType === 3 ? given.data.trim() && found.push(given) : walk(given)));
        else if (!UNSPOKEN.has(child.localName)) walk(child);
      }
    };
    if (!UNSPOKEN.has(element.localName)) walk(element);
    return found;
  };
  const textNodes = (element) => pieces(element, false);
  const BLOCK = /^(block|flex|grid|list-item|table|flow-root)/;
  const tidy = (text) => (text || "").replace(/\s+/g, " ").trim().slice(0, TEXT_MAX);
  const blockOf = (node) => {
    let at = node.parentElement;
    while (at && around(at) && !BLOCK.test(styleOf(at).display)) at = around(at);
    return at;
  };
  const linesOf = (element) => {
    const lines = [];
    let last = null, size = 0;
    for (const node of pieces(element, true)) {
      if (!node) { last = null; continue; }
      const block = blockOf(node);
      if (last && block === last) lines[lines.length - 1] += node.data; else lines.push(node.data);
      last = block;
      size += node.data.length;
      if (size > TEXT_MAX * 2) break;
    }
    return lines.map(tidy).filter(Boolean);
  };
  const textOf = (element) => tidy(linesOf(element).join(" "));

  const path = (element) => {
    const steps = [];
    for (let at = element; at && at.nodeType === 1 && steps.length < 12; at = at.parentElement) {
      const root = at.getRootNode();
      if (at.id && root.querySelectorAll(`#${CSS.escape(at.id)}`).length === 1) { steps.unshift(`#${CSS.escape(at.id)}`); break; }
      const name = CSS.escape(at.localName);
      const same = at.parentElement ? [...at.parentElement.children].filter((child) => child.localName === at.localName) : [];
      steps.unshift(same.length > 1 ? `${name}:nth-of-type(${same.indexOf(at) + 1})` : name);
    }
    const host = element.getRootNode().host || frameOf(element);
    return (host ? `${path(host)} >>> ` : "") + steps.join(" > ");
  };

  // A rectangle in the window of the page itself, whatever frame it is in.
  const inWindow = (element, rect) => {
    let { left, top, right, bottom } = rect;
    for (let frame = frameOf(element); frame; frame = frameOf(frame)) {
      const edge = frame.getBoundingClientRect();
      left += edge.left; right += edge.left; top += edge.top; bottom += edge.top;
    }
    return { left, top, right, bottom, width: right - left, height: bottom - top };
  };
  const edgeOf = (element) => inWindow(element, element.getBoundingClientRect());
  const box = (element) => {
    const found = edgeOf(element);
    return { x: found.left + scrollX, y: found.top + scrollY, width: found.width, height: found.height };
  };
  const join = (boxes) => boxes.reduce((all, next) => {
    const x = Math.min(all.x, next.x), y = Math.min(all.y, next.y);
    return { x, y, width: Math.max(all.x + all.width, next.x + next.width) - x, height: Math.max(all.y + all.height, next.y + next.height) - y };
  });

  // Where the letters themselves stand: an indent moves them out of their element.
  const letterEdge = (nodes, element) => {
    const range = element.ownerDocument.createRange();
    let all = null;
    for (const node of nodes) {
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (rect.width < 0.5 && rect.height < 0.5) continue;
        all = all ? { left: Math.min(all.left, rect.left), top: Math.min(all.top, rect.top), right: Math.max(all.right, rect.right), bottom: Math.max(all.bottom, rect.bottom) } : rect;
      }
    }
    return all && inWindow(element, all);
  };

  const channel = (value) => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
  const colour = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const alpha = (found) => (found.length < 4 ? 1 : found[3]);
  const over = (front, back) => { const share = alpha(front); return [0, 1, 2].map((part) => front[part] * share + back[part] * (1 - share)); };
  const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const remembered = (make) => { const known = new Map(); return (element, ...more) => { if (!known.has(element)) known.set(element, make(element, ...more)); return known.get(element); }; };
  // Contrast by WCAG 2; null where a picture lies behind the text.
  const contrast = remembered((element) => {
    const layers = [];
    for (let at = element; at; at = around(at)) {
      const style = styleOf(at);
      if (style.backgroundImage !== "none") return null;
      const found = colour(style.backgroundColor);
      if (found.length >= 3 && alpha(found) > 0) layers.push(found);
      if (found.length >= 3 && alpha(found) >= 1) break;
    }
    const behind = layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255]);
    const [one, other] = [luminance(over(colour(styleOf(element).color), behind)), luminance(behind)];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  });

  // Whether something opens and closes: what is not displayed in it is folded rather than absent.
  const folds = (element) => {
    if (element.matches("[role=tabpanel], [hidden=until-found], dialog, [popover]")) return true;
    const opener = element.id && element.getRootNode().querySelector(`[aria-controls~="${CSS.escape(element.id)}"], [href="#${CSS.escape(element.id)}"][role], [data-target="#${CSS.escape(element.id)}"], [data-bs-target="#${CSS.escape(element.id)}"]`);
    if (opener) return true;
    const before = element.previousElementSibling;
    if (before && (before.matches("[aria-expanded=false], button, summary") || before.querySelector("[aria-expanded=false]"))) return true;
    return /accordion|collaps|toggle|fold|tab-?(pane|panel|content)|drawer|modal|read-?more/i.test(`${element.className && element.className.baseVal === undefined ? element.className : ""}`);
  };

  // Why a person does not see some letters without doing something; null where they do. Scrolling down is nothing done.
  const hiddenLetters = remembered((element, nodes) => {
    let opacity = 1;
    const own = letterEdge(nodes, element);
    const clipped = [];
    for (let at = element; at; at = around(at)) {
      const style = styleOf(at);
      if (at.localName === "details" && !at.open) {
        const summary = [...at.children].find((child) => child.localName === "summary");
        if (!summary || !summary.contains(element)) return "folded";
      }
      if (style.display === "none") return folds(at) || (at !== element && folds(element)) ? "folded" : "display_none";
      if (style.contentVisibility === "hidden" && at !== element) return "folded";
      opacity *= parseFloat(style.opacity);
      if (/^(inset\((4[5-9]|[5-9]\d|100)(\.\d+)?%|circle\(0|polygon\(0(px|%)? 0(px|%)?\))/.test(style.clipPath)) return "cut_off";
      if (style.position === "absolute" && /^rect\((0|1)(px)?,? (0|1)(px)?,? (0|1)(px)?,? (0|1)(px)?\)/.test(style.clip)) return "cut_off";
      if (!isPage(at)) clipped.push([at, style]);
    }
    if (opacity < 0.1) return "transparent";
    if (styleOf(element).visibility !== "visible") return folds(element) || clipped.some(([at]) => folds(at)) ? "folded" : "invisible";
    if (!own || own.width < 1 || own.height < 1) {
      return clipped.some(([at, style]) => /hidden|clip/.test(style.overflowY) && folds(at)) ? "folded" : "no_size";
    }
    let seen = own;
    const area = (rect) => Math.max(0, rect.right - rect.left) * Math.max(0, rect.bottom - rect.top);
    for (const [at, style] of clipped) {
      const edge = edgeOf(at);
      // A frame clips its document, which is read on by scrolling in it.
      const isFrame = /^i?frame$/.test(at.localName);
      if (isFrame && edge.height < 120 && own.bottom > edge.bottom + 2) return "narrow_box";
      const [cutsX, cutsY] = [!isFrame && /hidden|clip/.test(style.overflowX), !isFrame && /hidden|clip/.test(style.overflowY)];
      if ((cutsX || cutsY) && (edge.width < 2 || edge.height < 2)) return at === element ? "cut_off" : "folded";
      if (at !== element || cutsX) {
        if (cutsX) seen = { ...seen, left: Math.max(seen.left, edge.left), right: Math.min(seen.right, edge.right) };
        if (cutsY) seen = { ...seen, top: Math.max(seen.top, edge.top), bottom: Math.min(seen.bottom, edge.bottom) };
        if (area(seen) < area(own) / 2) return folds(at) ? "folded" : "cut_off";
      }
      if (at === element) continue;
      if (/auto|scroll/.test(style.overflowX) && at.scrollWidth > at.clientWidth + 2 && (own.right > edge.right + 2 || own.left < edge.left - 2)) return "sideways";
      if (/auto|scroll/.test(style.overflowY) && at.scrollHeight > at.clientHeight + 2 && at.clientHeight < 120) return "narrow_box";
    }
    if (own.right + scrollX <= 0 || own.bottom + scrollY <= 0) return "off_screen";
    if (own.right > document.documentElement.clientWidth + 2 && own.right > innerWidth + 2) return /hidden|clip/.test(styleOf(document.documentElement).overflowX + styleOf(document.body || document.documentElement).overflowX) ? "cut_off" : "sideways";
    const strength = contrast(element);
    if (alpha(colour(styleOf(element).color)) < 0.1 || (strength !== null && strength < 1.1)) return "transparent";
    return null;
  });

  // The same of everything that is written in some elements. A few letters for screen readers beside what is seen are no fault.
  const ASIDE_MAX = 24;
  const hiddenIn = (elements) => {
    const groups = new Map();
    for (const node of elements.flatMap(textNodes)) {
      const group = groups.get(node.parentElement) || [];
      group.push(node);
      groups.set(node.parentElement, group);
    }
    let shown = 0;
    const reasons = [];
    for (const [element, nodes] of groups) {
      const why = hiddenLetters(element, nodes);
      const letters = nodes.reduce((sum, node) => sum + node.data.trim().length, 0);
      if (why) reasons.push({ why, letters, element }); else shown += letters;
    }
    const told = reasons.filter(({ why, letters, element }) => !(shown > 0 && letters <= ASIDE_MAX && /^(cut_off|no_size|off_screen)$/.test(why) && styleOf(element).position === "absolute"));
    return told.length ? told[0].why : null;
  };

  // Of a link that shows a picture, the picture.
  const hiddenLink = (link) => {
    if (textNodes(link).length) return hiddenIn([link]);
    const picture = link.querySelector("img, svg, picture") || link;
    for (let at = picture; at; at = around(at)) {
      const style = styleOf(at);
      if (at.localName === "details" && !at.open) return "folded";
      if (style.display === "none") return folds(at) ? "folded" : "display_none";
      if (style.visibility !== "visible") return "invisible";
      if (parseFloat(style.opacity) < 0.1) return "transparent";
    }
    const edge = edgeOf(picture);
    return edge.width < 1 || edge.height < 1 ? "no_size" : null;
  };

  // How much smaller letters appear than they are set: a phone shows a page made for desktops as a whole.
  const zoom = window.visualViewport ? Math.min(1, visualViewport.scale) : 1;
  const sizeOf = remembered((element) => {
    let scale = zoom;
    for (let at = element; at; at = around(at)) if (at.offsetWidth && styleOf(at).transform !== "none") scale *= at.getBoundingClientRect().width / at.offsetWidth;
    return Math.round(parseFloat(styleOf(element).fontSize) * scale * 100) / 100;
  });

  // The smallest letters and the weakest contrast of the texts in some elements; a single mark is no text.
  const letters = (elements) => {
    let size = null, weakest = null;
    for (const node of elements.flatMap(textNodes)) {
      if (node.data.trim().length < 2) continue;
      const found = sizeOf(node.parentElement);
      if (size === null || found < size) size = found;
      const strength = contrast(node.parentElement);
      if (strength !== null && (weakest === null || strength < weakest)) weakest = strength;
    }
    return { font_px: size, contrast: weakest };
  };

  const nameOf = (link) => textOf(link) || tidy(link.getAttribute("aria-label") || link.title || (link.querySelector("img") || {}).alt);
  const links = (elements) => elements.flatMap((element) => [...(element.matches("a[href]") ? [element] : []), ...element.querySelectorAll("a[href]")]).slice(0, 20).map((link) => ({ href: link.href, text: nameOf(link) }));

  const entry = (kind, elements, cells) => ({
    kind, path: path(elements[0]), box: join(elements.map(box)), hidden: hiddenIn(elements), cells, links: links(elements), ...letters(elements),
  });

  const entries = [];
  const add = (kind, elements, cells) => { if (entries.length < ENTRIES_MAX && cells.some((cell) => cell.text)) entries.push(entry(kind, elements, cells)); };

  // Tables as a grid: what spans several rows or columns stands in each of them.
  const gridOf = (rows, cellsOf) => {
    const grid = [];
    rows.forEach((row, at) => {
      grid[at] = grid[at] || [];
      let column = 0;
      for (const cell of cellsOf(row)) {
        while (grid[at][column]) column += 1;
        const [down, across] = [Math.min(cell.rowSpan || Number(cell.getAttribute("aria-rowspan")) || 1, rows.length - at), Math.min(cell.colSpan || Number(cell.getAttribute("aria-colspan")) || 1, 50)];
        for (let y = at; y < at + down; y += 1) for (let x = column; x < column + across; x += 1) { grid[y] = grid[y] || []; grid[y][x] = cell; }
        column += across;
      }
    });
    return grid;
  };
  const HEAD = /送信|情報|目的|送信先|名称|会社|事業者|サービス|提供|オプトアウト|無効化|purpose|provider|recipient|company|service|data|information|opt/i;
  const isHead = (cell) => cell.localName === "th" || cell.closest("thead") || cell.getAttribute("role") === "columnheader" || cell.getAttribute("role") === "rowheader";
  const readTable = (table, rows, cellsOf) => {
    const grid = gridOf(rows, cellsOf);
    const texts = new Map();
    const text = (cell) => { if (!cell) return ""; if (!texts.has(cell)) texts.set(cell, textOf(cell)); return texts.get(cell); };
    const distinct = (line) => [...new Set(line.filter(Boolean))];
    // Heads stand in the rows at the top, marked as such, or written as such where none is marked.
    const looksLikeHeads = (line) => distinct(line).length > 1 && distinct(line).every((cell) => text(cell).length <= 30) && distinct(line).filter((cell) => HEAD.test(text(cell))).length >= 2;
    let top = 0;
    while (top < grid.length - 1 && grid[top] && distinct(grid[top]).length > 1 && distinct(grid[top]).every(isHead)) top += 1;
    // A lone title above the heads is none of them.
    const title = top === 0 && grid.length > 2 && grid[0] && distinct(grid[0]).length === 1 ? 1 : 0;
    if (top === 0 && grid.length > title + 1 && grid[title] && looksLikeHeads(grid[title])) top = title + 1;
    if (top === 0 && title && grid[1] && distinct(grid[1]).length > 1 && distinct(grid[1]).every(isHead)) top = 2;
    const heads = (grid[top - 1] || []).map((_, column) => tidy([...new Set(grid.slice(title < top ? title : 0, top).map((line) => text(line[column])))].join(" ")));
    const body = grid.slice(top).map((line, at) => ({ line: line || [], row: rows[top + at] })).filter(({ line }) => line.length);
    // Heads at the side: a table of two columns speaks of one thing as a whole, a wider one of one thing a column.
    const atSide = top === 0 && body.length > 1 && body.every(({ line }) => distinct(line).length < 2 || isHead(line[0]) || HEAD.test(text(line[0]))) && body.filter(({ line }) => HEAD.test(text(line[0]))).length >= 2;
    const columns = Math.max(0, ...body.map(({ line }) => line.length));
    const above = titleAbove(table);
    if (atSide && columns === 2) {
      add("table", [table], [{ head: "", text: above }, ...body.map(({ line }) => (distinct(line).length < 2 ? { head: "", text: text(line[0]) } : { head: text(line[0]), text: text(line[1]) }))]);
      return;
    }
    const sides = columns > 2 && (atSide || (top > 0 && body.filter(({ line }) => isHead(line[0]) && HEAD.test(text(line[0]))).length >= 2 && !HEAD.test(heads.slice(1).join(" "))));
    if (sides) {
      for (let column = 1; column < columns; column += 1) {
        const cells = body.filter(({ line }) => line[column] && line[column] !== line[0]);
        if (cells.length) add("row", cells.map(({ line }) => line[column]), [{ head: "", text: heads[column] || "" }, ...cells.map(({ line }) => ({ head: text(line[0]), text: text(line[column]) }))]);
      }
      return;
    }
    for (const { line, row } of body) {
      const cells = line.map((cell, column) => ({ cell, head: heads[column] || tidy((cell && (cell.dataset.label || cell.dataset.title || cell.dataset.th)) || "") }));
      const once = cells.filter(({ cell, head }, column) => cell && !(column && cells[column - 1].cell === cell && cells[column - 1].head === head));
      add("row", [...new Set([row, ...once.map(({ cell }) => cell).filter((cell) => !row.contains(cell))])], once.map(({ cell, head }) => ({ head, text: text(cell) })));
    }
  };
  // What a table is called: its caption, or the heading right before it.
  const titleAbove = (table) => {
    if (table.caption && tidy(table.caption.textContent)) return textOf(table.caption);
    let before = table.previousElementSibling;
    for (let at = table; !before && at.parentElement && at.parentElement.children.length === 1; at = at.parentElement) before = at.parentElement.previousElementSibling;
    return before && (/^(h[1-6]|p|strong|b|summary)$/.test(before.localName) || before.getAttribute("role") === "heading") && textOf(before).length <= 80 ? textOf(before) : "";
  };
  for (const table of every("table")) if (!table.querySelector("table")) readTable(table, [...table.rows], (row) => [...row.cells]);
  for (const table of every("[role=table], [role=grid]")) if (table.localName !== "table") readTable(table, [...table.querySelectorAll("[role=row]")], (row) => [...row.querySelectorAll("[role=cell], [role=gridcell], [role=columnheader], [role=rowheader]")]);

  for (const list of every("dl")) {
    let open = null;
    const lists = [];
    for (const child of list.querySelectorAll("dt, dd")) {
      if (child.localName === "dt") { if (!open || open.texts.length) { open = { heads: [], texts: [] }; lists.push(open); } open.heads.push(child); } else if (open) open.texts.push(child);
    }
    for (const { heads, texts } of lists) {
      const name = heads.map(textOf).join(" ");
      add("definition", [...heads, ...texts], [{ head: "", text: name }, ...texts.map((text) => ({ head: name, text: textOf(text) }))]);
    }
    if (lists.length > 1) add("table", [list], [{ head: "", text: titleAbove(list) }, ...lists.map(({ heads, texts }) => ({ head: heads.map(textOf).join(" "), text: texts.map(textOf).join(" ") }))]);
  }
  for (const item of every("li")) if (!item.querySelector("li, table, dl")) add("item", [item], labelled(item));
  // Text with labels in it, `利用目的：…`, one a line.
  function labelled(element) {
    const lines = linesOf(element);
    if (lines.length < 2) return [{ head: "", text: textOf(element) }];
    return lines.map((line) => { const found = /^(.{2,24}?)\s*[:：]\s*(.+)$/.exec(line); return found && HEAD.test(found[1]) ? { head: found[1], text: found[2] } : { head: "", text: line }; });
  }
  // Cards: elements of one kind beside each other, each with texts of its own.
  for (const parent of new Set(every("div, article, section").filter((child) => child.parentElement).map((child) => child.parentElement))) {
    const kinds = new Map();
    for (const child of parent.children) {
      if (!/^(div|article|section)$/.test(child.localName) || child.querySelector("table, dl, li") || child.getAttribute("role") === "row") continue;
      const kind = `${child.localName}.${child.className}`;
      kinds.set(kind, [...(kinds.get(kind) || []), child]);
    }
    for (const [, cards] of kinds) {
      if (cards.length < 2) continue;
      for (const card of cards) if (card.children.length > 1 && card.textContent.length <= CARD_TEXT_MAX) add("item", [card], labelled(card));
    }
  }
  for (const head of every("h1, h2, h3, h4, h5, h6, summary, [role=heading]")) {
    const level = (element) => (/^h[1-6]$/.test(element.localName) ? Number(element.localName[1]) : Number(element.getAttribute("aria-level")) || 7);
    const isHeading = (element) => /^h[1-6]$/.test(element.localName) || element.getAttribute("role") === "heading";
    const parts = [head];
    for (let next = head.nextElementSibling; next && !(isHeading(next) && level(next) <= level(head)); next = next.nextElementSibling) {
      if (next.querySelector("h1, h2, h3, h4, h5, h6, [role=heading]")) break;
      parts.push(next);
    }
    add("section", parts, [{ head: "", text: textOf(head) }, ...parts.slice(1).flatMap((part) => (part.querySelector("table, dl, li") ? [{ head: "", text: textOf(part) }] : labelled(part)))]);
  }
  for (const paragraph of every("p")) if (!paragraph.closest("td, th, dd, li")) add("paragraph", [paragraph], labelled(paragraph));

  // The size in which most of the page's running text is set, outside of tables and lists.
  const bodySize = () => {
    const sizes = new Map();
    const running = document.body ? textNodes(document.body).filter((node) => node.data.trim().length > 10 && !node.parentElement.closest("table, dl, ul, ol, h1, h2, h3, h4, h5, h6, header, footer, nav, small")).slice(0, 2000) : [];
    for (const node of running) { const size = sizeOf(node.parentElement); sizes.set(size, (sizes.get(size) || 0) + node.data.trim().length); }
    const most = [...sizes].sort((one, other) => other[1] - one[1])[0];
    return most ? most[0] : document.body ? sizeOf(document.body) : 16 * zoom;
  };

  return {
    url: location.href, title: tidy(document.title), language: (document.documentElement || {}).lang || "", width_px: Math.round(innerWidth * zoom),
    text: tidy(document.body ? document.body.innerText : ""), body_font_px: bodySize(), entries, frames_unread: framesUnread.slice(0, FRAMES_MAX),
    links: every("a[href], area[href]").slice(0, LINKS_MAX).map((link) => ({ href: link.href, text: nameOf(link), path: path(link), box: box(link), hidden: hiddenLink(link) })),
  };
})()
