/* The palette: what the server finds comes as a fragment, what can be done is filtered here. */
(() => {
  "use strict";
  const { on, storage, fold } = Regulars;
  const MOST_RECENT = 6;
  const box = () => document.getElementById("palette");
  const input = () => document.getElementById("palette-input");
  const options = () => {
    const seen = [...box().querySelectorAll("[role=option]")].filter((option) => option.checkVisibility());
    const isFound = (option) => Number(Boolean(option.closest("#palette-found")));
    return box().classList.contains("does-first") ? seen.sort((a, b) => isFound(a) - isFound(b)) : seen;
  };

  function openPalette() {
    if (!box() || box().open) return;
    Regulars.closeMenus();
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    input().value = "";
    document.getElementById("palette-found").replaceChildren();
    showRecent();
    askHere();
    narrow();
    box().showModal();
    input().focus();
  }
  on("click", "[data-palette]", () => openPalette());

  // --- What was opened lately ------------------------------------------------------------------------------------
  const recent = () => { try { return JSON.parse(storage.get("recent") ?? "[]"); } catch { return []; } };
  const keep = (label, url) => storage.set("recent", JSON.stringify([{ label, url }, ...recent().filter((one) => one.url !== url)].slice(0, MOST_RECENT)));
  function showRecent() {
    const group = document.getElementById("palette-recent");
    for (const old of group.querySelectorAll("[role=option]")) old.remove();
    recent().forEach(({ label, url }, place) => {
      const item = document.getElementById("recent-template").content.firstElementChild.cloneNode(true);
      item.id = `pal-recent-${place}`;
      item.href = url;
      item.dataset.recent = label;
      item.querySelector(".truncate").textContent = label;
      group.append(item);
    });
    group.hidden = recent().length === 0;
  }

  // --- What can be done with what the page shows: its first visible part that offers something says where to ask ----
  function askHere() {
    const place = document.getElementById("palette-here-found");
    place.replaceChildren();
    const offer = [...document.querySelectorAll("[data-palette-here]")].find((one) => one.checkVisibility());
    if (offer) htmx.ajax("GET", offer.dataset.paletteHere, { target: place, swap: "innerHTML" });
    document.dispatchEvent(new CustomEvent("palette:opened"));
  }

  // --- Narrowing and choosing --------------------------------------------------------------------------------------
  function narrow() {
    const asked = fold(input().value).split(/\s+/).filter(Boolean);
    for (const group of box().querySelectorAll("[data-palette-group]")) {
      for (const option of group.querySelectorAll("[role=option]")) {
        const text = fold(`${option.textContent} ${option.dataset.words ?? ""}`).split(/[^\p{L}\p{N}]+/u);
        option.hidden = !asked.every((word) => text.some((known) => known.startsWith(word)));
      }
      group.hidden = !group.querySelector("[role=option]:not([hidden])");
    }
    document.getElementById("palette-recent").hidden = asked.length > 0 || recent().length === 0;
    // What is asked for by its very name stands before what was merely found.
    const isNamed = (option) => asked.every((word) => fold(`${option.textContent} ${option.dataset.words ?? ""}`).split(/[^\p{L}\p{N}]+/u).includes(word));
    box().classList.toggle("does-first", asked.length > 0 && [...box().querySelectorAll("[data-palette-group] [role=option]:not([hidden])")].some(isNamed));
    choose(options()[0]);
    document.getElementById("palette-none").hidden = options().length > 0;
  }
  function choose(option) {
    for (const old of box().querySelectorAll("[aria-selected=true]")) old.setAttribute("aria-selected", "false");
    if (!option) { input().removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    input().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  let isAwaited = false;
  on("input", "#palette-input", () => {
    isAwaited = false;
    if (!input().value.trim()) document.getElementById("palette-found").replaceChildren();
    narrow();
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (!["palette-found", "palette-here-found"].includes(event.detail.ctx?.target?.id)) return;
    narrow();
    if (isAwaited && options()[0]) run(options()[0]);
    isAwaited = false;
  });
  on("mousemove", "#palette [role=option]", (event, option) => { if (option.getAttribute("aria-selected") !== "true") choose(option); });

  on("keydown", "#palette-input", (event) => {
    const all = options();
    const here = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const steps = { ArrowDown: here + 1, ArrowUp: here - 1, PageDown: Math.min(here + 8, all.length - 1), PageUp: Math.max(here - 8, 0) };
    if (event.key in steps) {
      event.preventDefault();
      choose(all[(steps[event.key] + all.length) % all.length]);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      // Whoever types faster than the server answers gets the first of what it finds.
      if (all.length) run(all[here] ?? all[0], event.ctrlKey || event.metaKey); else isAwaited = true;
    }
  });
  function run(option, apart) {
    if (apart && option.href) { window.open(option.href, "_blank", "noopener"); return; }
    option.click();
  }
  on("click", "#palette [role=option]", (event, option) => {
    if (option.dataset.recent && option.getAttribute("href")) keep(option.dataset.recent, option.getAttribute("href"));
    if (event.ctrlKey || event.metaKey) return;
    // A hidden field keeps the focus until the next drawing, and would swallow a key pressed right away.
    input().blur();
    box().close();
  });

  Regulars.openPalette = openPalette;
  Regulars.keepRecent = keep;
})();
