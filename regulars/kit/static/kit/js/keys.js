/* Keys: any element with data-keys="e" or "g p" is clicked by them; the help lists what is on the page. */
(() => {
  "use strict";
  const { on, tables, undoLast } = Regulars;
  const PAUSE = 900;
  const storage = { get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* private window */ } } };
  const areOn = () => storage.get("single-keys") !== "off";
  const typing = (node) => node instanceof Element && node.closest("input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable=true]");

  const standard = {
    "/": () => Regulars.openPalette(),
    "?": () => Regulars.openDialog(document.getElementById("keys")),
    j: () => tables.walk(1),
    k: () => tables.walk(-1),
    x: () => tables.pickHere(),
    z: () => undoLast(),
    Enter: null,
  };
  const bound = () => [...document.querySelectorAll("[data-keys]")].filter((node) => !node.closest("[inert], template"));
  let typed = [];
  let forget;

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      Regulars.openPalette();
    } else if (mayAct(event)) press(event);
  });
  function mayAct(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
    if (event.key.length !== 1 || event.key === " " || !areOn()) return false;
    return !typing(event.target) && !document.querySelector("dialog[open]") && !event.target.closest?.(".menu-list");
  }
  function press(event) {
    clearTimeout(forget);
    forget = setTimeout(() => { typed = []; }, PAUSE);
    typed.push(event.key);
    const said = typed.join(" ");
    const nodes = bound();
    const exact = nodes.find((node) => node.dataset.keys === said);
    if (exact) { event.preventDefault(); typed = []; actOn(exact); return; }
    if (nodes.some((node) => node.dataset.keys.startsWith(`${said} `))) return;
    typed = [];
    if (standard[event.key]) { event.preventDefault(); standard[event.key](); }
  }

  // htmx wakes up a moment after the page is there; a key pressed in between waits for it.
  const sleeps = (node) => node.matches("[hx-get], [hx-post]") && !node.hasAttribute("data-htmx-powered");
  function actOn(node) {
    if (node.matches("input, textarea, select")) { node.focus(); node.scrollIntoView({ block: "nearest" }); }
    else if (sleeps(node)) document.addEventListener("htmx:after:process", () => node.click(), { once: true });
    else node.click();
  }

  // --- The help -----------------------------------------------------------------------------------------------
  function line(node) {
    const row = document.createElement("div");
    const what = document.createElement("dt");
    const keys = document.createElement("dd");
    what.textContent = node.dataset.keysLabel ?? (node.querySelector(".label")?.textContent || node.textContent || node.getAttribute("aria-label")).trim();
    for (const key of node.dataset.keys.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      keys.append(cap, " ");
    }
    row.append(what, keys);
    return row;
  }
  document.addEventListener("opened", (event) => {
    if (event.target.id !== "keys") return;
    for (const list of event.target.querySelectorAll("[data-keys-list]")) {
      const nodes = bound().filter((node) => (node.dataset.keysGroup ?? "page") === list.dataset.keysList);
      list.hidden = nodes.length === 0;
      list.querySelector("dl").replaceChildren(...nodes.map(line));
    }
    if (/Mac|iPhone|iPad/.test(navigator.platform)) event.target.querySelector("[data-mod]").textContent = "⌘";
    event.target.querySelector("[data-keys-switch]").checked = areOn();
  });
  on("change", "[data-keys-switch]", (event, box) => storage.set("single-keys", box.checked ? "on" : "off"));

  Regulars.storage = storage;
})();
