/* The filter builder: a button with chips of what is asked, and a panel where it is changed. The tree lives in a hidden
   field; each change that makes sense is written there and told with a change event, so the list's form reloads. */
(() => {
  "use strict";
  const { h, icon, picker, place, filterTree: tree } = Regulars;
  const REST = 350;
  const catalogues = new Map();
  const get = (url) => {
    if (!catalogues.has(url)) catalogues.set(url, fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" }).then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); }).catch((problem) => { catalogues.delete(url); throw problem; }));
    return catalogues.get(url);
  };
  const labels = new Map();
  const byName = (list, name) => list.find((one) => one.name === name);

  class Builder {
    constructor(root) {
      this.root = root;
      this.words = JSON.parse(root.dataset.words);
      this.field = root.querySelector("input[type=hidden]");
      this.button = root.querySelector("[data-filter-open]");
      this.box = root.querySelector("[data-filter-box]");
      this.body = root.querySelector("[data-filter-body]");
      this.chips = root.querySelector("[data-filter-chips]");
      this.button.addEventListener("click", () => this.toggle());
      this.box.addEventListener("toggle", (event) => this.button.setAttribute("aria-expanded", String(event.newState === "open")));
      // Only the hidden field may tell the form; what is typed in the panel is not the form's business.
      for (const type of ["change", "input", "submit"]) this.box.addEventListener(type, (event) => event.stopPropagation());
      this.box.addEventListener("click", (event) => { if (event.target.closest("[data-filter-clear]")) this.clear(); if (event.target.closest("[data-filter-done]")) this.box.hidePopover(); });
      this.start();
    }
    async start() {
      this.made = tree.read(JSON.parse(this.field.value || "{}"));
      if (this.made.parts.length) { await this.load(); this.drawChips(); }
    }
    async load() {
      this.catalogue ??= await get(this.root.dataset.catalogue);
      await this.learnLabels();
    }
    async toggle() {
      if (this.box.matches(":popover-open")) { this.box.hidePopover(); return; }
      await this.load();
      if (!this.made.parts.length) this.made.parts.push(this.newTest());
      this.draw();
      this.box.showPopover();
      place(this.button, this.box);
      (this.box.querySelector("[data-part] :is(select, button.picker, input)") ?? this.box.querySelector("select, button"))?.focus();
    }
    clear() { this.made = tree.group(); this.changed(); this.box.hidePopover(); this.button.focus(); }

    // --- Parts ---------------------------------------------------------------------------------------------------
    newTest(fields = this.catalogue.fields) {
      const first = fields[0];
      return { kind: "test", field: first.name, op: first.operators[0].name, value: undefined, fresh: true };
    }
    newDid() { return { kind: "did", did: this.catalogue.behaviours[0].name, times: "at_least", count: 1, span: "within", days: 90, from: "", to: "", where: null }; }
    draw(focus) {
      this.body.replaceChildren(this.group(this.made, this.catalogue, null));
      if (focus) this.body.querySelector(`[data-part="${focus}"] :is(select, button.picker, input)`)?.focus();
      if (this.box.matches(":popover-open")) place(this.button, this.box);
    }
    group(made, catalogue, remove) {
      const w = this.words;
      const join = select(w.join_label, [["and", w.all_of], ["or", w.any_of], ["none", w.none_of]], made.join, (value) => { made.join = value; this.changed(); this.draw(); });
      const head = h("div.filter-head", {}, h("span", {}, w.match), join, remove && quiet("x", w.remove_group, remove));
      const rows = made.parts.map((part, place) => this.part(part, place, made, catalogue));
      const add = (part) => {
        // The empty condition a new filter begins with makes room for what was wanted instead.
        if (part.kind !== "test" && made.parts.length === 1 && isUntouched(made.parts[0], catalogue.fields[0])) made.parts.pop();
        made.parts.push(part); 
        part.id = nextId();
        this.draw(part.id);
        this.changed();
      };
      const foot = h("div.filter-foot", {}, adder(w.add_condition, () => add(this.newTest(catalogue.fields))),
        catalogue.behaviours?.length ? adder(w.add_behaviour, () => add(this.newDid())) : null,
        depth(made, this.made) < 4 && catalogue === this.catalogue ? adder(w.add_group, () => add(tree.group("or", [this.newTest()]))) : null);
      return h("fieldset.filter-group", { "aria-label": w.group }, head, ...rows, foot);
    }
    part(part, place, parent, catalogue) {
      part.id ??= nextId();
      const remove = () => { parent.parts.splice(parent.parts.indexOf(part), 1); this.changed(); this.draw(parent.parts[Math.max(0, place - 1)]?.id); };
      const word = place === 0 ? this.words.where : { and: this.words.and, or: this.words.or, none: this.words.nor }[parent.join];
      if (part.kind === "group") return h("div.filter-row.filter-nested", { "data-part": part.id }, h("span.filter-word", {}, word), this.group(part, catalogue, remove));
      const inner = part.kind === "did" ? this.did(part) : this.test(part, catalogue);
      return h("div.filter-row", { "data-part": part.id }, h("span.filter-word", {}, word), h("div.filter-parts", {}, inner), quiet("x", this.words.remove, remove));
    }
    test(part, catalogue) {
      const known = byName(catalogue.fields, part.field) ?? catalogue.fields[0];
      const operator = byName(known.operators, part.op) ?? known.operators[0];
      const field = picker({ items: catalogue.fields.map(({ name, label, group }) => ({ value: name, label, group })), value: part.field, label: this.words.field, placeholder: "…", words: this.words,
        pick: (name) => { const next = byName(catalogue.fields, name); Object.assign(part, { field: name, op: next.operators[0].name, value: undefined }); this.changed(); this.draw(part.id); } });
      const how = select(this.words.operator, known.operators.map(({ name, label }) => [name, label]), operator.name, (name) => {
        const next = byName(known.operators, name);
        if (next.arity !== operator.arity || next.value_type !== operator.value_type) part.value = undefined;
        part.op = name;
        this.changed();
        this.draw(part.id);
      });
      return [field.root, known.operators.length > 1 ? how : h("span.filter-word", {}, operator.label), ...this.value(part, known, operator)];
    }
    value(part, known, operator) {
      const set = (value) => { part.value = value; this.changed(); };
      if (operator.arity === "none") return [];
      if (operator.arity === "two") {
        const pair = Array.isArray(part.value) ? part.value : [undefined, undefined];
        return [0, 1].flatMap((place) => [place ? h("span.filter-word", {}, this.words.and) : null, this.one(pair[place], known, operator, (value) => { pair[place] = value; set([...pair]); })]);
      }
      if (operator.arity === "many") return [this.many(part, known, set)];
      return [this.one(part.value, known, operator, set), operator.value_type === "days" ? h("span.filter-word", {}, this.words.days) : null];
    }
    one(value, known, operator, set) {
      const w = this.words;
      const type = operator.value_type || known.type;
      if (type === "days") return input(w.value, "number", value, (text) => set(text === "" ? undefined : Number(text)), { min: 0, class: "filter-short" });
      if (type === "bool") return select(w.value, [["true", w.yes], ["false", w.no]], value === undefined ? (set(true), "true") : String(value), (text) => set(text === "true"));
      if (known.choices || known.refers_to) return this.chooser(known, value, false, set);
      if (type === "money") return this.money(value, known, set);
      if (type === "number") return input(w.value, "number", value, (text) => set(text === "" ? undefined : Number(text)), { step: "any", class: "filter-short" });
      if (type === "date" || type === "datetime") return input(w.value, "date", typeof value === "string" ? value.slice(0, 10) : value, set);
      return input(w.value, "text", value, (text) => set(text.trim()));
    }
    many(part, known, set) {
      if (known.choices || known.refers_to) return this.chooser(known, part.value, true, set);
      return input(this.words.values, "text", (part.value ?? []).join(", "), (text) => set(text.split(",").map((one) => one.trim()).filter(Boolean)));
    }
    money(value, known, set) {
      const currency = known.currency ?? value?.currency ?? "";
      return h("span.filter-money", {}, input(this.words.value, "number", value?.amount ?? value, (text) => set(text === "" ? undefined : { amount: text, ...(currency && { currency }) }), { step: "any", class: "filter-short" }), currency ? h("span.filter-word", {}, currency) : null);
    }
    chooser(known, value, many, set) {
      const kind = known.refers_to ?? known.name;
      const items = [...(known.refers_to === "member" ? [{ value: "me", label: this.words.me }] : []), ...(known.choices ?? [])];
      const url = this.root.dataset.lookup;
      const load = known.choices || !url ? null : async (query) => {
        const answer = await fetch(`${url}?${new URLSearchParams({ kind, q: query })}`, { headers: { Accept: "application/json" } });
        const found = (await answer.json()).results;
        found.forEach((one) => labels.set(`${kind}:${one.value}`, one.label));
        return query ? found : [...items, ...found];
      };
      const made = picker({ items, value, many, load, label: this.words.value, placeholder: this.words.choose, words: this.words, pick: set });
      made.learn([value].flat().filter((one) => labels.has(`${kind}:${one}`)).map((one) => ({ value: one, label: labels.get(`${kind}:${one}`) })));
      return made.root;
    }
    did(part) {
      const w = this.words;
      const again = (changes) => { Object.assign(part, changes); this.changed(); this.draw(part.id); };
      const quietly = (changes) => { Object.assign(part, changes); this.changed(); };
      const behaviour = byName(this.catalogue.behaviours, part.did) ?? this.catalogue.behaviours[0];
      const what = picker({ items: this.catalogue.behaviours.map(({ name, label }) => ({ value: name, label })), value: part.did, label: w.behaviour, placeholder: "…", words: w, pick: (did) => again({ did, where: null }) });
      const row = [what.root, select(w.how_often, [["at_least", w.at_least], ["at_most", w.at_most], ["exactly", w.exactly], ["never", w.never]], part.times, (times) => again({ times }))];
      if (part.times !== "never") row.push(input(w.count, "number", part.count, (count) => quietly({ count }), { min: part.times === "at_least" ? 1 : 0, class: "filter-short" }), h("span.filter-word", {}, w.times));
      row.push(select(w.when, [["within", w.in_the_last], ["between", w.between], ["ever", w.ever]], part.span, (span) => again({ span })));
      if (part.span === "within") row.push(input(w.days, "number", part.days, (days) => quietly({ days }), { min: 0, class: "filter-short" }), h("span.filter-word", {}, w.days));
      if (part.span === "between") row.push(input(w.from, "date", part.from, (from) => quietly({ from })), h("span.filter-word", {}, w.and), input(w.to, "date", part.to, (to) => quietly({ to })));
      if (behaviour.where?.length) {
        const inner = { fields: behaviour.where, behaviours: [] };
        row.push(part.where ? h("div.filter-where", {}, this.group(part.where, inner, () => again({ where: null }))) : adder(w.add_where, () => again({ where: tree.group("and", [this.newTest(behaviour.where)]) })));
      }
      return row;
    }

    // --- Telling --------------------------------------------------------------------------------------------------
    changed() {
      this.drawChips();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.tell(), REST);
    }
    tell() {
      const written = tree.write(this.made, this.catalogue);
      const text = written ? JSON.stringify(written) : "";
      if (text === this.field.value) return;
      this.field.value = text;
      this.field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    drawChips() {
      const whole = this.made.parts.filter((part) => tree.write(part, this.catalogue));
      const each = this.made.join === "and" ? whole.map((part) => [part, tree.say(part, this.catalogue, this.words, labels)]) : whole.length ? [[this.made, tree.say({ ...this.made, parts: whole }, this.catalogue, this.words, labels)]] : [];
      this.chips.replaceChildren(...each.map(([part, said]) => h("span.chip.chip-filter", {}, h("button.chip-face.truncate", { type: "button", title: said, onclick: () => this.openAt(part) }, said),
        h("button.chip-remove", { type: "button", "aria-label": `${this.words.remove}: ${said}`, onclick: () => this.drop(part) }, icon("x")))));
      this.button.querySelector(".count")?.remove();
      if (whole.length) this.button.append(h("span.count", {}, String(whole.length)));
    }
    async openAt(part) {
      if (!this.box.matches(":popover-open")) await this.toggle();
      this.box.querySelector(`[data-part="${part.id}"] :is(select, button.picker, input)`)?.focus();
    }
    drop(part) {
      if (part === this.made) this.made = tree.group(); else this.made.parts.splice(this.made.parts.indexOf(part), 1);
      this.changed();
      this.button.focus();
    }
    async learnLabels() {
      const url = this.root.dataset.lookup;
      const wanted = url ? referred(this.made, this.catalogue.fields).filter((key) => !labels.has(key)) : [];
      for (const kind of new Set(wanted.map((key) => key.split(":")[0]))) {
        const ids = wanted.filter((key) => key.startsWith(`${kind}:`)).map((key) => key.slice(kind.length + 1)).join(",");
        const answer = await fetch(`${url}?${new URLSearchParams({ kind, ids })}`, { headers: { Accept: "application/json" } });
        if (answer.ok) (await answer.json()).results.forEach((one) => labels.set(`${kind}:${one.value}`, one.label));
      }
    }
  }

  // --- Small builders ------------------------------------------------------------------------------------------------
  let last = 0;
  const nextId = () => ++last;
  const quiet = (name, label, act) => h("button.btn.btn-ghost.btn-icon.btn-sm", { type: "button", "aria-label": label, onclick: act }, icon(name));
  const adder = (label, act) => h("button.btn.btn-ghost.btn-sm", { type: "button", onclick: act }, icon("plus"), label);
  const select = (label, options, value, act) => h("select.form-select.form-select-sm", { "aria-label": label, onchange: (event) => act(event.target.value) }, options.map(([name, text]) => h("option", { value: name, selected: name === value }, text)));
  const input = (label, type, value, act, more = {}) => h("input", { ...more, class: `form-control form-control-sm ${more.class ?? ""}`, type, "aria-label": label, value: value ?? "", autocomplete: "off", oninput: (event) => act(event.target.value) });
  const depth = (wanted, made, level = 1) => (wanted === made ? level : Math.max(0, ...made.parts.filter((part) => part.kind === "group").map((part) => depth(wanted, part, level + 1))));
  const isUntouched = (part, first) => part.kind === "test" && part.fresh && part.value === undefined && part.field === first.name && part.op === first.operators[0].name;
  function referred(made, fields) {
    if (made.kind === "group") return made.parts.flatMap((part) => referred(part, fields));
    const known = made.kind === "test" && byName(fields, made.field);
    return known?.refers_to && !known.choices ? [made.value].flat().filter((one) => one != null && one !== "me").map((one) => `${known.refers_to}:${one}`) : [];
  }

  const begin = (root) => root.querySelectorAll?.("[data-filter]").forEach((one) => { one.builder ??= new Builder(one); });
  document.addEventListener("DOMContentLoaded", () => begin(document));
  document.addEventListener("htmx:after:process", (event) => begin(event.target));
})();
