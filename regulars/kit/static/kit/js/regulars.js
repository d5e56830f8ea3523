/* The page's own small engine: everything listens on the document, so it survives whatever htmx swaps in. */
(() => {
  "use strict";
  const words = () => document.getElementById("words")?.dataset ?? {};
  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  const remember = (name, value) => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=${value ? 31536000 : 0}; samesite=lax${secure}`;
  };
  const token = () => cookie("csrftoken") ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? document.querySelector("meta[name=csrf-token]")?.content ?? "";

  /** Run a handler for an event on whatever matches the selector, now or later. */
  const on = (type, selector, handler) => document.addEventListener(type, (event) => {
    const found = event.target instanceof Element && event.target.closest(selector);
    if (found) handler(event, found);
  });

  /** Make an element: h("button.btn", {type: "button"}, "Save", icon). */
  function h(name, attributes = {}, ...children) {
    const [tag, ...classes] = name.split(".");
    const node = document.createElement(tag);
    if (classes.length) node.className = classes.join(" ");
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (value === true) node.setAttribute(key, "");
      else if (value !== false && value != null) node.setAttribute(key, value);
    }
    node.append(...children.flat().filter((child) => child != null));
    return node;
  }
  /** Draw an icon of the sprite. */
  function icon(name) {
    const sprite = document.querySelector("svg.icon use")?.getAttribute("href").split("#")[0] ?? "";
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    return svg;
  }
  const fold = (text) => String(text).normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /** Let screen readers hear a sentence. */
  const announce = (text) => {
    const place = document.getElementById("announcer");
    if (!place) return;
    place.textContent = "";
    setTimeout(() => { place.textContent = text; }, 60);
  };

  // --- Toasts -----------------------------------------------------------------------------------------------
  const MOST_TOASTS = 4;
  function toast({ text, undo = "", kind = "good", url = "", action = "" }) {
    const place = document.getElementById("toasts");
    const template = document.getElementById("toast-template");
    if (!place || !template || !text) return null;
    const note = template.content.firstElementChild.cloneNode(true);
    note.classList.add(`toast-${kind}`);
    note.querySelector(".toast-text").textContent = text;
    if (kind === "bad") note.querySelector(".toast-mark").replaceChildren(document.getElementById("toast-bad-mark").content.cloneNode(true));
    const link = note.querySelector("[data-toast-link]");
    if (url) { link.hidden = false; link.href = url; link.textContent = action; }
    const back = note.querySelector("[data-toast-undo]");
    if (undo) { back.hidden = false; back.dataset.toastUndo = undo; }
    liftAboveDialogs(place);
    place.append(note);
    while (place.children.length > MOST_TOASTS) place.firstElementChild.remove();
    announce(text);
    linger(note, undo || kind === "bad" ? 10000 : 4500);
    return note;
  }
  // A modal dialog covers everything in the page; the popover layer lies above it.
  function liftAboveDialogs(place) {
    if (!place.showPopover) return;
    place.popover = "manual";
    if (place.matches(":popover-open")) place.hidePopover();
    place.showPopover();
  }
  function linger(note, time) {
    let timer;
    const start = () => { timer = setTimeout(() => note.remove(), time); };
    const stop = () => clearTimeout(timer);
    note.addEventListener("mouseenter", stop);
    note.addEventListener("mouseleave", start);
    note.addEventListener("focusin", stop);
    note.addEventListener("focusout", start);
    start();
  }
  on("click", "[data-toast-close]", (event, button) => button.closest(".toast-note").remove());
  on("click", "[data-toast-undo]", async (event, button) => {
    const address = button.dataset.toastUndo;
    button.closest(".toast-note").remove();
    await post(address);
  });
  document.addEventListener("toast", (event) => toast(event.detail));

  /** Post through htmx, so that swaps, toasts and redirects of the answer work. */
  const post = (address, values = {}) => htmx.ajax("POST", address, { swap: "none", values, source: document.body });
  const undoLast = () => [...document.querySelectorAll("[data-toast-undo]:not([hidden])")].pop()?.click();

  // --- htmx: token, busy line, failures -----------------------------------------------------------------------
  document.addEventListener("htmx:config:request", (event) => {
    const { request, sourceElement, sourceEvent } = event.detail.ctx;
    if (/^(GET|HEAD)$/i.test(request.method)) return;
    request.headers["X-CSRFToken"] = token();
    // A second click while the first is on its way would do the thing twice.
    if (/^(click|submit)$/.test(sourceEvent?.type) && sourceElement.classList.contains("htmx-request")) event.preventDefault();
  });
  let waiting = 0;
  const busy = (change) => {
    waiting = Math.max(0, waiting + change);
    document.getElementById("load-line")?.classList.toggle("is-busy", waiting > 0);
  };
  document.addEventListener("htmx:before:request", (event) => { event.detail.ctx.counted = true; busy(1); });
  document.addEventListener("htmx:finally:request", (event) => { if (event.detail.ctx.counted) busy(-1); });
  document.addEventListener("htmx:response:error", (event) => {
    const { response } = event.detail.ctx;
    const heard = response.headers.get("HX-Trigger") ?? "";
    if (heard.includes('"toast"') || response.status === 422 || response.status === 400) return;
    const say = { 401: words().signedOut, 403: words().forbidden, 404: words().missing, 429: words().many }[response.status];
    if (response.status >= 500 || say) toast({ text: say ?? words().broken, kind: "bad" });
  });
  document.addEventListener("htmx:error", (event) => {
    const name = event.detail.error?.name;
    if (name === "TypeError" && event.detail.ctx) toast({ text: words().offline, kind: "bad" });
  });

  // --- Asking twice -------------------------------------------------------------------------------------------
  function confirm(text, { title = "", yes = "" } = {}) {
    const box = document.getElementById("confirm-box");
    const button = box.querySelector("[data-confirm-yes]");
    box.querySelector("h2").textContent = title || text;
    box.querySelector("[data-confirm-text]").textContent = title ? text : "";
    button.dataset.standard ??= button.textContent;
    button.textContent = yes || button.dataset.standard;
    box.showModal();
    return new Promise((resolve) => {
      const agree = () => { resolve(true); box.close(); };
      button.addEventListener("click", agree, { once: true });
      box.addEventListener("close", () => { button.removeEventListener("click", agree); resolve(false); }, { once: true });
    });
  }
  document.addEventListener("htmx:confirm", (event) => {
    event.preventDefault();
    const asked = event.detail.ctx.sourceElement.dataset;
    confirm(event.detail.ctx.confirm, { title: asked.confirmTitle, yes: asked.confirmYes })
      .then((agreed) => (agreed ? event.detail.issueRequest() : event.detail.dropRequest()));
  });

  // --- Theme, navigation, copying -----------------------------------------------------------------------------
  function theme(name) {
    remember("theme", name);
    const root = document.documentElement;
    if (name) root.dataset.bsTheme = name; else delete root.dataset.bsTheme;
    for (const choice of document.querySelectorAll("[data-theme-set]")) choice.setAttribute("aria-checked", String(choice.dataset.themeSet === name));
    document.dispatchEvent(new CustomEvent("theme", { detail: { name, dark: isDark() } }));
  }
  const isDark = () => {
    const chosen = document.documentElement.dataset.bsTheme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  on("click", "[data-theme-set]", (event, button) => theme(button.dataset.themeSet));

  function openNav(open) {
    document.body.classList.toggle("nav-open", open);
    document.getElementById("side").inert = open;
    document.querySelector("[data-nav-open]")?.setAttribute("aria-expanded", String(open));
    if (open) document.querySelector("#nav a, #nav button")?.focus();
    else document.querySelector("[data-nav-open]")?.focus();
  }
  on("click", "[data-nav-open]", () => openNav(true));
  on("click", "[data-nav-close]", () => openNav(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("nav-open")) openNav(false);
  });
  on("click", "[data-nav-fold]", () => {
    const root = document.documentElement;
    const folded = root.dataset.nav === "rail";
    if (folded) delete root.dataset.nav; else root.dataset.nav = "rail";
    remember("nav", folded ? "" : "rail");
  });
  on("click", "[data-copy]", async (event, button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("is-done");
    toast({ text: words().copied });
    setTimeout(() => button.classList.remove("is-done"), 1500);
  });
  on("click", "[data-back]", () => history.back());

  function greet() {
    for (const told of document.querySelectorAll("[data-toast]")) {
      toast({ text: told.dataset.toast, kind: told.dataset.kind, undo: told.dataset.undo });
      told.remove();
    }
  }
  // On a phone the stages scroll sideways; the present one should be in sight.
  function showNow() {
    for (const now of document.querySelectorAll(".stage-now")) now.parentElement.scrollLeft = now.offsetLeft - now.parentElement.offsetLeft - 48;
  }
  document.addEventListener("DOMContentLoaded", () => { greet(); showNow(); });
  document.addEventListener("htmx:after:swap", showNow);

  window.Regulars = { on, words, h, icon, fold, cookie, remember, token, announce, toast, post, undoLast, confirm, theme, isDark };
})();
