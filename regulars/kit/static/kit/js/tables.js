/* Lists: picking rows (with shift for a range), opening them, walking them with the keyboard, acting on many. */
(() => {
  "use strict";
  const { on, words, announce } = Regulars;
  const tableOf = (node) => node.closest("[data-table]");
  const rowsOf = (table) => [...table.querySelectorAll("tbody tr[data-key]")];
  const picksOf = (table) => [...table.querySelectorAll("input[data-pick]")];
  let last = null;

  function pick(box, checked) {
    box.checked = checked;
    box.closest("tr").setAttribute("aria-selected", String(checked));
  }
  on("click", "input[data-pick]", (event, box) => {
    const all = picksOf(tableOf(box));
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => pick(one, box.checked));
    }
    pick(box, box.checked);
    last = box;
    tell(tableOf(box));
  });
  on("change", "input[data-pick-all]", (event, box) => {
    picksOf(tableOf(box)).forEach((one) => pick(one, box.checked));
    tell(tableOf(box));
  });
  const picked = (table) => picksOf(table).filter((box) => box.checked).map((box) => box.value);

  // A bulk bar is any [data-bulk="TABLE"]; forms in it carry the picked keys in input[name=keys].
  function tell(table) {
    const keys = picked(table);
    const all = table.querySelector("input[data-pick-all]");
    if (all) {
      all.checked = keys.length > 0 && keys.length === picksOf(table).length;
      all.indeterminate = keys.length > 0 && !all.checked;
    }
    const said = (words().selected ?? "%s").replace("%s", keys.length.toLocaleString(document.documentElement.lang));
    for (const bar of document.querySelectorAll(`[data-bulk="${table.dataset.table}"]`)) {
      bar.hidden = keys.length === 0;
      const count = bar.querySelector("[data-bulk-count]");
      if (count) count.textContent = said;
      for (const field of bar.querySelectorAll("input[name=keys]")) field.value = keys.join(",");
    }
    if (keys.length) announce(said);
    table.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: { keys } }));
  }
  on("click", "[data-bulk-clear]", (event, button) => clear(button.closest("[data-bulk]").dataset.bulk));
  function clear(name) {
    const table = document.querySelector(`[data-table="${name}"]`);
    if (!table) return;
    picksOf(table).forEach((box) => pick(box, false));
    tell(table);
  }
  // Rows that arrive later (endless scroll) follow "all"; a replaced table starts unpicked.
  document.addEventListener("htmx:after:swap", (event) => {
    const place = event.detail.ctx?.target;
    for (const bar of document.querySelectorAll("[data-bulk]:not([hidden])")) {
      const table = document.querySelector(`[data-table="${bar.dataset.bulk}"]`);
      if (!table || (place instanceof Element && place.contains(table))) bar.hidden = !table || picked(table).length === 0;
    }
  });

  // --- Opening: a click anywhere in a row that is not on something else -----------------------------------------
  on("click", "tr[data-href]", (event, row) => {
    if (event.target.closest("a, button, input, label, select, summary, [data-no-open]") || String(getSelection())) return;
    open(row, event.ctrlKey || event.metaKey);
  });
  on("auxclick", "tr[data-href]", (event, row) => { if (event.button === 1) open(row, true); });
  function open(row, apart) {
    if (apart) window.open(row.dataset.href, "_blank", "noopener"); else location.href = row.dataset.href;
  }

  // --- Walking: j and k, arrows when a row has focus -------------------------------------------------------------
  const current = () => document.activeElement?.closest?.("tr[data-key]") ?? document.querySelector("tr.is-here");
  function walk(step) {
    const table = current() ? tableOf(current()) : document.querySelector("[data-table]");
    if (!table) return;
    const rows = rowsOf(table);
    const next = current() ? rows.indexOf(current()) + step : step > 0 ? 0 : rows.length - 1;
    const row = rows[Math.max(0, Math.min(rows.length - 1, next))];
    if (!row) return;
    for (const old of document.querySelectorAll("tr.is-here")) old.classList.remove("is-here");
    row.classList.add("is-here");
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest?.("tr.is-here")) document.querySelector("tr.is-here")?.classList.remove("is-here");
  });
  on("keydown", "tr[data-key]", (event, row) => {
    if (event.target !== row) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); walk(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Enter" && row.dataset.href) { event.preventDefault(); open(row, event.ctrlKey || event.metaKey); }
    else if (event.key === " ") { event.preventDefault(); row.querySelector("input[data-pick]")?.click(); }
  });
  const pickHere = () => current()?.querySelector("input[data-pick]")?.click();
  const openHere = () => { const row = current(); if (row?.dataset.href) open(row); };

  Regulars.tables = { walk, pickHere, openHere, clear, picked };
})();
