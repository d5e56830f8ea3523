/* Templates in an answer: / at the start of a word offers them; arrows walk, Enter puts one in, Escape lets go. */
(() => {
  "use strict";
  const { on, h, toast } = Regulars;
  const BEGUN = /(^|\s)\/([^\s/]*(?: [^\s/]+){0,2})$/u;
  const AREA = "[data-composer] textarea";
  let list = null;
  let area = null;
  let asked = 0;

  const address = (text) => text.form?.dataset.replyUrl?.replace(/reply\/$/, "templates/");
  const isNote = (text) => text.form?.dataset.note === "yes";
  const begun = (text) => BEGUN.exec(text.value.slice(0, text.selectionStart))?.[2];
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? document.querySelector("meta[name=csrf-token]")?.content ?? "";

  on("input", AREA, async (event, text) => {
    const word = begun(text);
    if (word === undefined || isNote(text) || !address(text)) { close(); return; }
    const mine = ++asked;
    const answer = await fetch(`${address(text)}?${new URLSearchParams({ q: word })}`, { headers: { "HX-Request": "true" } });
    if (mine !== asked || !answer.ok) return;
    show(text, await answer.text());
  });

  function show(text, markup) {
    close();
    if (begun(text) === undefined) return;
    area = text;
    list = h("div.template-list", { role: "listbox", id: "template-list", "aria-label": text.getAttribute("placeholder") ?? "" });
    list.innerHTML = markup;
    text.after(list);
    text.setAttribute("aria-controls", "template-list");
    if (options().length) walk(0);
  }
  function close() {
    asked += 1;
    list?.remove();
    area?.removeAttribute("aria-controls");
    area?.removeAttribute("aria-activedescendant");
    list = area = null;
  }
  const options = () => [...(list?.querySelectorAll("[role=option]") ?? [])];
  const here = () => options().findIndex((one) => one.classList.contains("is-here"));
  function walk(to) {
    options().forEach((one, place) => { one.classList.toggle("is-here", place === to); one.setAttribute("aria-selected", String(place === to)); });
    area.setAttribute("aria-activedescendant", options()[to].id);
    options()[to].scrollIntoView({ block: "nearest" });
  }

  async function take(option) {
    const text = area;
    const from = text.selectionStart - begun(text).length - 1;
    const to = text.selectionStart;
    close();
    let words = option.dataset.text;
    if (option.dataset.insert) {
      const answer = await fetch(option.dataset.insert, { method: "POST", headers: { "HX-Request": "true", "X-CSRFToken": token() } });
      if (!answer.ok) return;
      const filled = await answer.json();
      words = filled.text;
      if (filled.said) toast({ text: filled.said, kind: "bad" });
    }
    text.setRangeText(words, from, to, "end");
    const gap = text.value.indexOf("{{", from);
    if (gap >= 0) text.setSelectionRange(gap, text.value.indexOf("}}", gap) + 2);
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.("#template-list [role=option]");
    if (option) { event.preventDefault(); take(option); }
  });
  // Before everything else that hears these keys: while the list is open they are its own.
  document.addEventListener("keydown", (event) => {
    if (!list || event.target !== area || !options().length) { if (list && event.key === "Escape") close(); return; }
    const count = options().length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") walk((here() + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey) || event.key === "Tab") take(options()[here()]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  on("focusout", AREA, close);

  // Approved texts: what was seen before it is sent, as in the composer.
  const approved = () => document.getElementById("approved-form");
  const isTouched = (form) => [...form.querySelectorAll(".approved-gaps input")].some((input) => input.value !== input.defaultValue);
  document.addEventListener("inbox:refreshed", ({ detail }) => {
    if (approved() && detail.sequence && !isTouched(approved())) approved().elements.sequence.value = detail.sequence;
  });
  on("click", "#approved-held [data-held-look]", (event, button) => {
    approved().elements.sequence.value = button.dataset.heldLook;
    document.getElementById("approved-held").replaceChildren();
  });
})();
