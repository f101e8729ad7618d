// Writes planted values into the fields of forms, as a person would: focus, text, events, leaving the field. Submits nothing.
((values) => {
  const kinds = [
    ["email", /mail|メール/i, ["email"]],
    ["telephone", /tel|phone|mobile|電話|携帯/i, ["tel"]],
    ["postal_code", /zip|postal|post.?code|郵便/i, []],
    ["birth_date", /birth|bday|生年月日|誕生/i, ["date"]],
    ["address", /addr|street|city|住所|市区町村|番地/i, []],
    ["kana", /kana|フリガナ|ふりがな|カナ/i, []],
    ["company", /company|organi[sz]ation|会社|法人/i, []],
    ["user_id", /user.?(id|name)|login|account|会員|ログイン/i, []],
    ["search", /search|query|keyword|検索|^q$/i, ["search"]],
    ["name", /name|氏名|名前|お名前/i, []],
    ["text", /./, []],
  ];
  const planted = [];
  const labelled = (field) =>
    [field.name, field.id, field.placeholder, field.getAttribute("autocomplete"), field.getAttribute("aria-label"), ...[...(field.labels || [])].map((label) => label.innerText)]
      .filter(Boolean)
      .join(" ");
  const write = (field, value) => {
    const holder = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    field.focus();
    Object.getOwnPropertyDescriptor(holder.prototype, "value").set.call(field, value);
    field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true, data: value, inputType: "insertText" }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.blur();
  };
  const roots = [document];
  for (let place = 0; place < roots.length && roots.length < 500; place += 1) {
    for (const element of roots[place].querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot);
  }
  const fields = roots.flatMap((root) => [...root.querySelectorAll("input, textarea")]).slice(0, 200);
  for (const field of fields) {
    const type = (field.type || "text").toLowerCase();
    if (field.disabled || field.readOnly || !["text", "email", "tel", "search", "url", "date", "textarea", "number"].includes(type)) continue;
    const label = labelled(field);
    const fit = kinds.find(([name, words, types]) => values[name] !== undefined && (types.includes(type) || words.test(label)));
    if (!fit) continue;
    try {
      write(field, values[fit[0]]);
      planted.push({ name: fit[0], where: `the field ${field.name || field.id || type}` });
    } catch {
      // A field that takes no text.
    }
  }
  return planted;
})(VALUES)
