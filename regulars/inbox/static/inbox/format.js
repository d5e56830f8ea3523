/* Markdown without having to know it: buttons and keys put the marks around what is chosen, or take them away again, and a
   preview shows the letter as it will be read. Undo of the browser works, since the text is changed as if it were typed. */
(() => {
  "use strict";
  const { on, token } = Regulars;
  const KEYS = { b: "bold", i: "italic", k: "link" };
  const AREA = "[data-composer] textarea";
  const area = () => document.querySelector(AREA);
  const bar = () => document.querySelector("[data-format-bar]");
  const works = () => Boolean(bar()?.checkVisibility());

  /** Put a text in the place of some letters; the old way alone keeps the browser's undo. */
  function put(text, from, to, words) {
    text.focus();
    text.setSelectionRange(from, to);
    const isDone = words ? document.execCommand("insertText", false, words) : document.execCommand("delete");
    if (!isDone) { text.setRangeText(words, from, to, "end"); text.dispatchEvent(new Event("input", { bubbles: true })); }
  }
  function around(text, mark) {
    const { selectionStart: from, selectionEnd: to, value } = text;
    const size = mark.length;
    // A single * beside another is half of a bold mark.
    const isAlone = (at, side) => size > 1 || value[at + side] !== mark || value.slice(at + side, at + 3 * side).length < 1;
    if (value.slice(from - size, from) === mark && value.slice(to, to + size) === mark && isAlone(from - 1, -1) && isAlone(to, 1)) {
      put(text, from - size, to + size, value.slice(from, to));
      text.setSelectionRange(from - size, to - size);
      return;
    }
    put(text, from, to, `${mark}${value.slice(from, to)}${mark}`);
    text.setSelectionRange(from + size, to + size);
  }
  function lines(text, mark) {
    const { value } = text;
    const from = value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    const ends = value.indexOf("\n", text.selectionEnd);
    const to = ends < 0 ? value.length : ends;
    const all = value.slice(from, to).split("\n");
    const isMarked = all.every((line) => line.startsWith(mark));
    const words = all.map((line) => (isMarked ? line.slice(mark.length) : mark + line)).join("\n");
    put(text, from, to, words);
    if (all.length > 1) text.setSelectionRange(from, from + words.length);
  }
  function link(text) {
    const { selectionStart: from, selectionEnd: to, value } = text;
    const chosen = value.slice(from, to);
    const isAddress = /^https?:\/\/\S+$/.test(chosen);
    put(text, from, to, isAddress ? `[](${chosen})` : `[${chosen}](https://)`);
    // The cursor stands where something is still missing.
    if (isAddress || !chosen) text.setSelectionRange(from + 1, from + 1);
    else text.setSelectionRange(from + chosen.length + 3, from + chosen.length + 11);
  }
  const FORMATS = { bold: (text) => around(text, "**"), italic: (text) => around(text, "*"), list: (text) => lines(text, "- "), quote: (text) => lines(text, "> "), link };

  on("click", "[data-format]", (event, button) => { shown(false); FORMATS[button.dataset.format](area()); });
  // The text keeps what is chosen in it while the button is pressed.
  on("mousedown", "[data-format]", (event) => event.preventDefault());
  // Before the kit's own keys: Ctrl K is the palette everywhere else.
  document.addEventListener("keydown", (event) => {
    const text = event.target instanceof Element && event.target.closest(AREA);
    const format = KEYS[event.key.toLowerCase()];
    if (!text || !format || !works() || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    FORMATS[format](text);
  }, true);

  // --- Preview ---------------------------------------------------------------------------------------------------
  const place = () => document.getElementById("composer-preview");
  function shown(is) {
    const button = document.querySelector("[data-preview]");
    if (!button) return;
    button.setAttribute("aria-pressed", String(is));
    place().hidden = !is;
    area().hidden = is;
  }
  on("click", "[data-preview]", async (event, button) => {
    if (button.getAttribute("aria-pressed") === "true") { shown(false); area().focus(); return; }
    const answer = await fetch(button.dataset.preview, { method: "POST", body: new URLSearchParams({ text: area().value }), headers: { "X-CSRFToken": token(), "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok) return;
    place().innerHTML = await answer.text();
    shown(true);
    place().focus();
  });
  on("keydown", "#composer-preview", (event) => { if (event.key === "Escape") { event.preventDefault(); shown(false); area().focus(); } });
  on("click", "[data-composer-tab]", () => shown(false));
  document.addEventListener("inbox:sent", () => shown(false));
})();
