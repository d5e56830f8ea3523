/* Writing: Ctrl or ⌘ with Enter sends a form from its text; a form with data-reset-after is emptied once it was taken; in
   a form with data-mentions, @ offers colleagues to name. */
(() => {
  "use strict";
  const { on, h, words } = Regulars;
  const BEGUN = /(^|\s)@([\p{L}\p{N}.'-]*(?: [\p{L}\p{N}.'-]*)?)$/u;
  let list = null;
  let text = null;
  let asked = 0;

  on("keydown", "textarea", (event, area) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      close();
      area.form?.requestSubmit();
    }
  });

  // What was written is kept by the server now; the field is free for the next.
  document.addEventListener("htmx:after:request", (event) => {
    const { sourceElement: form, response } = event.detail.ctx ?? {};
    if (form?.matches?.("form[data-reset-after]") && response?.status < 300) form.reset();
  });

  // --- Mentions ------------------------------------------------------------------------------------------------
  const begun = (area) => BEGUN.exec(area.value.slice(0, area.selectionStart))?.[2];
  on("input", "[data-mentions] textarea", async (event, area) => {
    const word = begun(area);
    if (word === undefined) { close(); return; }
    const mine = ++asked;
    const answer = await fetch(`${area.form.dataset.mentions}&${new URLSearchParams({ q: word })}`, { headers: { Accept: "application/json" } });
    if (mine !== asked || !answer.ok) return;
    show(area, (await answer.json()).results);
  });
  function show(area, found) {
    close();
    if (!found.length || begun(area) === undefined) return;
    text = area;
    list = h("div.mention-list", { role: "listbox", id: "mention-list", "aria-label": words().colleagues }, ...found.map(({ label }, place) =>
      h("div.picker-item", { role: "option", id: `mention-${place}`, onmousedown: (event) => { event.preventDefault(); name(label); } }, label)));
    area.after(list);
    area.setAttribute("aria-controls", "mention-list");
    walk(0);
  }
  function close() {
    asked += 1;
    list?.remove();
    text?.removeAttribute("aria-controls");
    text?.removeAttribute("aria-activedescendant");
    list = text = null;
  }
  const here = () => [...list.children].findIndex((one) => one.classList.contains("is-here"));
  function walk(to) {
    const all = [...list.children];
    all.forEach((one, place) => { one.classList.toggle("is-here", place === to); one.setAttribute("aria-selected", String(place === to)); });
    text.setAttribute("aria-activedescendant", all[to].id);
  }
  function name(label) {
    const at = text.selectionStart;
    const from = at - begun(text).length;
    text.setRangeText(`${label} `, from, at, "end");
    close();
  }
  on("keydown", "[data-mentions] textarea", (event) => {
    if (!list) return;
    const count = list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      walk((here() + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
      event.preventDefault();
      name(list.children[here()].textContent);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  on("focusout", "[data-mentions] textarea", close);
})();
