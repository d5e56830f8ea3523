/* A button that opens a searchable list and picks one or several of its items. Used by the filter builder; any
   <select data-picker> becomes one too, and stays the form's own field. */
(() => {
  "use strict";
  const { h, icon, fold } = Regulars;
  const WAIT = 160;
  let counter = 0;

  /** Lay a popover under (or over) its button, inside the window; on a phone the style sheet makes it a sheet. */
  function place(anchor, box) {
    if (matchMedia("(max-width: 640px)").matches) { box.style.cssText = ""; return; }
    const from = anchor.getBoundingClientRect();
    const below = innerHeight - from.bottom - 12;
    const above = from.top - 12;
    const under = below >= Math.min(box.scrollHeight, 320) || below >= above;
    box.style.left = `${Math.max(8, Math.min(from.left, innerWidth - box.offsetWidth - 8))}px`;
    box.style.maxHeight = `${Math.max(160, under ? below : above)}px`;
    box.style.top = under ? `${from.bottom + 5}px` : "auto";
    box.style.bottom = under ? "auto" : `${innerHeight - from.top + 5}px`;
  }

  /** items: [{value, label, group?}]; load(query) may bring more; pick(value or values) is told every choice. */
  function picker({ items = [], value = null, many = false, label, placeholder, load, pick, words = {}, describe }) {
    const id = `picker-${++counter}`;
    const known = new Map(items.map((item) => [String(item.value), item]));
    let shown = items;
    let chosen = many ? [...(value ?? [])].map(String) : value == null ? [] : [String(value)];
    let here = 0;
    let timer;

    const face = h("span.truncate");
    const button = h("button.btn.btn-sm.picker", { type: "button", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": `${id}-list` }, face, icon("chevron-down"));
    const search = h("input.form-control.form-control-sm", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": `${id}-list`, "aria-autocomplete": "list", "aria-label": label, placeholder: words.search ?? "", autocomplete: "off", spellcheck: "false", oninput: seek, onkeydown: move });
    const list = h("div.picker-list", { role: "listbox", id: `${id}-list`, "aria-label": label, "aria-multiselectable": many ? "true" : null });
    const box = h("div.picker-box", { popover: "auto", id }, h("div.picker-search", {}, search), list);
    const root = h("span.picker-root", {}, button, box);

    button.addEventListener("click", () => { if (box.matches(":popover-open")) box.hidePopover(); else open(); });
    box.addEventListener("toggle", (event) => button.setAttribute("aria-expanded", String(event.newState === "open")));
    list.addEventListener("click", (event) => { const row = event.target.closest("[role=option]"); if (row) take(row.dataset.value); });

    function say() {
      const names = chosen.map((one) => known.get(one)?.label ?? one);
      face.textContent = names.length ? (describe ? describe(names) : names.length > 2 ? `${names.slice(0, 2).join(", ")} +${names.length - 2}` : names.join(", ")) : placeholder;
      face.classList.toggle("muted", names.length === 0);
      button.setAttribute("aria-label", `${label}: ${names.join(", ") || placeholder}`);
    }
    function open() {
      search.value = "";
      shown = [...known.values()];
      box.showPopover();
      here = Math.max(0, shown.findIndex((item) => chosen.includes(String(item.value))));
      draw();
      place(button, box);
      search.focus();
      if (load && known.size === 0) bring("");
    }
    function seek() {
      const asked = fold(search.value).trim();
      shown = [...known.values()].filter((item) => fold(`${item.label} ${item.group ?? ""}`).includes(asked));
      here = 0;
      draw();
      if (load) { clearTimeout(timer); timer = setTimeout(() => bring(search.value), WAIT); }
    }
    async function bring(query) {
      const found = await load(query);
      if (search.value !== query) return;
      for (const item of found) known.set(String(item.value), item);
      shown = found;
      here = 0;
      draw();
    }
    function draw() {
      const rows = [];
      let group = null;
      shown.forEach((item, row) => {
        if (item.group && item.group !== group) rows.push(h("div.palette-group", { role: "presentation" }, (group = item.group)));
        const on = chosen.includes(String(item.value));
        rows.push(h("div.picker-item", { role: "option", id: `${id}-${row}`, "data-value": String(item.value), "aria-selected": String(on), class: row === here ? "picker-item is-here" : "picker-item" }, h("span.truncate", {}, item.label), on ? icon("check") : null));
      });
      if (!rows.length) rows.push(h("div.picker-none", {}, words.none ?? "–"));
      list.replaceChildren(...rows);
      if (shown.length) search.setAttribute("aria-activedescendant", `${id}-${here}`); else search.removeAttribute("aria-activedescendant");
      list.querySelector(".is-here")?.scrollIntoView({ block: "nearest" });
    }
    function move(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); here = (here + step + shown.length) % (shown.length || 1); draw(); }
      else if (event.key === "Enter") { event.preventDefault(); if (shown[here]) take(String(shown[here].value)); }
      else if (event.key === "Backspace" && many && !search.value && chosen.length) { chosen.pop(); told(); draw(); }
    }
    function take(one) {
      if (many) chosen = chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one];
      else chosen = [one];
      if (!many) { box.hidePopover(); button.focus(); }
      told();
      if (many) draw();
    }
    const real = (one) => known.get(one)?.value ?? one;
    function told() { say(); pick?.(many ? chosen.map(real) : real(chosen[0])); }
    function learn(more) { for (const item of more) known.set(String(item.value), item); say(); }
    say();
    return { root, button, open, learn };
  }

  // --- Any select can be one --------------------------------------------------------------------------------------
  function enhance(select) {
    if (select.dataset.picked) return;
    select.dataset.picked = "yes";
    const items = [...select.options].filter((option) => option.value).map((option) => ({ value: option.value, label: option.textContent.trim(), group: option.parentElement.label }));
    const many = select.multiple;
    const value = many ? [...select.selectedOptions].map((option) => option.value) : select.value || null;
    const label = select.getAttribute("aria-label") ?? select.labels?.[0]?.firstChild?.textContent.trim() ?? "";
    const made = picker({ items, value, many, label, placeholder: select.dataset.placeholder ?? "–", words: { search: select.dataset.search ?? "" },
      pick(now) {
        const wanted = many ? now.map(String) : [String(now)];
        for (const option of select.options) option.selected = wanted.includes(option.value);
        select.dispatchEvent(new Event("change", { bubbles: true }));
      } });
    made.button.classList.remove("btn-sm");
    made.root.classList.add("picker-field");
    select.hidden = true;
    select.after(made.root);
  }
  const enhanceAll = (root) => root.querySelectorAll?.("select[data-picker]").forEach(enhance);
  document.addEventListener("DOMContentLoaded", () => enhanceAll(document));
  document.addEventListener("htmx:after:process", (event) => enhanceAll(event.target));

  Object.assign(Regulars, { picker, place });
})();
