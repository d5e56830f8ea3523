/* The inbox: opening without loading the page, walking, picking, and what other windows do, as it happens.
   The stream is only a hint: whatever is told, the page asks for the truth, and after a gap it asks for everything. */
(() => {
  "use strict";
  const { on, h, icon, post, announce } = Regulars;
  const GATHER = 250;
  const SPREAD = 5000;
  const FRESH = 30000;
  const SLOW = 60000;
  const STAYS = 50000;
  const TYPES = 8000;
  const root = () => document.getElementById("inbox");
  if (!root()) return;
  const main = () => document.getElementById("inbox-main");
  const rows = () => [...document.querySelectorAll(".inbox-row")];
  const rowOf = (id) => document.querySelector(`.inbox-row[data-id="${id}"]`);
  const linkOf = (row) => row?.querySelector(".inbox-link");
  const openId = () => document.getElementById("conversation")?.dataset.id ?? "";
  const address = (id) => `/inbox/${id}/?${root().dataset.query}`;
  const told = new Map();
  const ahead = new Map();
  const fire = (name) => document.body.dispatchEvent(new CustomEvent(name));

  // --- Opening -------------------------------------------------------------------------------------------------
  async function fetchPane(id) {
    const answer = await fetch(address(id), { credentials: "same-origin", headers: { "HX-Request": "true", Accept: "text/html" } });
    return answer.ok && !answer.redirected ? answer.text() : null;
  }
  function fetchAhead(id) {
    if (!id || ahead.has(id)) return;
    const one = { at: Date.now(), html: fetchPane(id).catch(() => null) };
    ahead.set(id, one);
  }
  async function paneOf(id) {
    const known = ahead.get(id);
    ahead.delete(id);
    return (known && Date.now() - known.at < FRESH && (await known.html)) || fetchPane(id);
  }
  let asked = 0;
  async function open(id, { push = true } = {}) {
    const mine = ++asked;
    await Regulars.inbox.leave?.();
    const html = await paneOf(id).catch(() => null);
    if (mine !== asked) return;
    if (html === null) { location.href = address(id); return; }
    main().innerHTML = html;
    htmx.process(main());
    if (push) history.pushState({ inbox: id }, "", address(id));
    arrived();
  }
  function arrived() {
    const id = openId();
    root().classList.toggle("has-open", id !== "");
    main().classList.remove("show-person");
    mark();
    if (!id) return;
    document.title = `${document.querySelector(".conversation-title h2")?.textContent ?? ""} · Regulars`;
    rowOf(id)?.classList.remove("is-unread");
    toEnd();
    document.dispatchEvent(new CustomEvent("inbox:opened", { detail: { id } }));
    setTimeout(() => fetchAhead(following(id)), 400);
  }
  const toEnd = () => { const place = document.getElementById("conversation-scroll"); if (place) place.scrollTop = place.scrollHeight; };
  function mark() {
    for (const row of rows()) {
      const here = row.dataset.id === openId();
      row.classList.toggle("is-current", here);
      if (here) linkOf(row).setAttribute("aria-current", "true"); else linkOf(row).removeAttribute("aria-current");
      row.classList.toggle("is-picked", picks.has(row.dataset.id));
      row.querySelector(".inbox-pick").checked = picks.has(row.dataset.id);
    }
  }
  function following(id) {
    const all = rows();
    const at = all.findIndex((row) => row.dataset.id === String(id));
    return (all[at + 1] ?? all[at - 1])?.dataset.id ?? "";
  }
  on("click", ".inbox-link", (event, link) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(link.closest(".inbox-row").dataset.id);
  });
  on("mouseover", ".inbox-link", (event, link) => fetchAhead(link.closest(".inbox-row").dataset.id));
  addEventListener("popstate", () => {
    const [, id] = /^\/inbox\/(\d+)\//.exec(location.pathname) ?? [];
    if (id) open(id, { push: false }); else location.reload();
  });
  const close = () => { Regulars.inbox.leave?.(); history.pushState({}, "", `/inbox/?${root().dataset.query}`); main().replaceChildren(); arrived(); };
  on("click", "[data-inbox-back]", close);
  on("click", "[data-inbox-person]", () => main().classList.add("show-person"));
  on("click", "[data-inbox-person-back]", () => main().classList.remove("show-person"));

  // --- Walking with keys: j and k move, Enter and o open ------------------------------------------------------------
  const here = () => document.activeElement?.closest?.(".inbox-row") ?? rowOf(openId());
  on("click", "[data-inbox-step]", (event, button) => {
    const all = rows();
    const at = all.indexOf(here());
    const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + Number(button.dataset.inboxStep)))];
    linkOf(next)?.focus();
    // Near the end the rest of the list is asked for by being looked at, as when scrolling.
    if (all.indexOf(next) > all.length - 3) document.querySelector(".inbox-more")?.scrollIntoView({ block: "nearest" });
    if (next) fetchAhead(next.dataset.id);
  });
  on("click", "[data-inbox-here]", () => { const row = here(); if (row) open(row.dataset.id); });

  // --- Picking -------------------------------------------------------------------------------------------------
  const picks = new Set();
  let lastPick = null;
  function tellPicks() {
    const bar = document.getElementById("inbox-bulk");
    // Without picks its key is the conversation's.
    bar.hidden = bar.inert = picks.size === 0;
    bar.dataset.paletteHere = `${bar.dataset.macrosUrl}?palette=1&keys=${[...picks].join(",")}`;
    root().classList.toggle("has-picks", picks.size > 0);
    const words = bar.dataset.words.replace("%s", picks.size);
    bar.querySelector("[data-inbox-picked]").textContent = words;
    bar.querySelector("[name=keys]").value = [...picks].join(",");
    if (picks.size) announce(words);
    mark();
  }
  function pick(id, to = !picks.has(id)) { if (to) picks.add(id); else picks.delete(id); }
  on("click", ".inbox-pick", (event, box) => {
    const all = rows().map((row) => row.dataset.id);
    const id = box.closest(".inbox-row").dataset.id;
    if (event.shiftKey && lastPick && all.includes(lastPick)) {
      const [from, to] = [all.indexOf(lastPick), all.indexOf(id)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => pick(one, box.checked));
    }
    pick(id, box.checked);
    lastPick = id;
    tellPicks();
  });
  on("click", "[data-inbox-pick]", () => { const row = here(); if (row) { pick(row.dataset.id); tellPicks(); } });
  on("click", "[data-inbox-unpick]", () => { picks.clear(); tellPicks(); });

  // --- What was done: go on, or show what changed -------------------------------------------------------------------
  document.addEventListener("inbox-next", ({ detail }) => {
    ahead.delete(String(detail.id));
    if (String(detail.id) !== openId()) { refresh(); return; }
    const next = following(detail.id);
    rowOf(detail.id)?.remove();
    if (next) open(next); else { close(); announce(root().dataset.sent); }
    refresh();
  });
  document.addEventListener("inbox-sent", ({ detail }) => {
    document.dispatchEvent(new CustomEvent("inbox:sent"));
    if (detail.next) { document.dispatchEvent(new CustomEvent("inbox-next", { detail })); return; }
    ahead.delete(openId());
    open(openId(), { push: false });
    refresh();
  });
  document.addEventListener("inbox-restored", ({ detail }) => {
    ahead.clear();
    if (detail.id) open(String(detail.id)); else if (openId()) fire("pane-refresh");
    refresh();
  });
  document.addEventListener("inbox-open", ({ detail }) => { ahead.clear(); open(String(detail.id)); refresh(); });
  document.addEventListener("inbox-changed", () => { ahead.clear(); refresh(); if (openId()) fire("pane-refresh"); });
  document.addEventListener("inbox-picked-done", () => { picks.clear(); tellPicks(); ahead.clear(); refresh(); if (openId()) fire("pane-refresh"); });

  // --- Live ----------------------------------------------------------------------------------------------------
  let timer = 0;
  // What is drawn already is asked for after a random pause, or a thousand windows would ask at once; a sooner turn stays.
  function refresh(pause = GATHER) { if (timer && pause > GATHER) return; clearTimeout(timer); timer = setTimeout(() => { timer = 0; fire("inbox-refresh"); }, pause); }
  let paneTimer = 0;
  function refreshPane(pause = GATHER) { if (paneTimer && pause > GATHER) return; clearTimeout(paneTimer); paneTimer = setTimeout(() => { paneTimer = 0; if (openId()) fire("pane-refresh"); }, pause); }
  const shown = () => Number(document.getElementById("conversation-scroll")?.dataset.sequence ?? 0);
  document.addEventListener("live:inbox", ({ detail }) => {
    if (detail.kind === "presence") { present(detail); return; }
    if (detail.kind === "draft") return;
    if (detail.ask) { everything(); return; }
    const id = String(detail.id);
    if ((told.get(id) ?? 0) >= detail.sequence) return;
    told.set(id, detail.sequence);
    ahead.delete(id);
    const pause = Regulars.inbox.isDrawn?.(id, detail.sequence) ? GATHER + Math.random() * SPREAD : GATHER;
    if (id === openId() && detail.sequence > shown()) refreshPane(pause);
    refresh(pause);
  });
  function everything() { ahead.clear(); refresh(); refreshPane(); }
  document.addEventListener("live:gap", everything);
  // Where no stream gets through, and for what came between drawing the page and hearing: every beat tells how far it is.
  document.addEventListener("inbox:truth", ({ detail }) => { if (detail.id === openId() && detail.sequence > shown()) everything(); });
  setInterval(() => { if (!document.hidden) refresh(); }, SLOW);
  addEventListener("online", everything);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Regulars.live?.state !== "on") everything(); });

  // What was typed stays when the thread is drawn anew; who reads at its end stays there.
  let wasAtEnd = true;
  document.addEventListener("htmx:before:swap", (event) => {
    if (event.detail.ctx?.target?.id !== "conversation-live") return;
    const place = document.getElementById("conversation-scroll");
    wasAtEnd = !place || place.scrollHeight - place.scrollTop - place.clientHeight < 80;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const id = event.detail.ctx?.target?.id;
    if (id === "inbox-rows") { mark(); drawPresence(); }
    if (id === "conversation-live") { if (wasAtEnd) toEnd(); drawPresence(); document.dispatchEvent(new CustomEvent("inbox:refreshed", { detail: { sequence: shown() } })); }
  });

  // --- Who is there ---------------------------------------------------------------------------------------------
  const there = new Map();
  function present({ id, member, name, state }) {
    if (String(member) === root().dataset.member) return;
    const all = there.get(String(id)) ?? new Map();
    if (state === "gone") all.delete(member);
    else all.set(member, { name, until: Date.now() + STAYS, typing: state === "typing" ? Date.now() + TYPES : 0 });
    there.set(String(id), all);
    drawOf(String(id));
  }
  function drawOf(id) {
    const all = there.get(id);
    if (!all) return;
    for (const [member, one] of all) if (one.until < Date.now()) all.delete(member);
    for (const place of document.querySelectorAll(`[data-present="${id}"]`)) {
      place.replaceChildren(...[...all.values()].map((one) => {
        const typing = one.typing > Date.now();
        const words = (typing ? root().dataset.typing : root().dataset.here).replace("%s", one.name);
        const mark = h(`span.presence${typing ? ".is-typing" : ""}`, { title: words, "aria-label": words, role: "img" }, icon(typing ? "pencil" : "eye"), one.name);
        return mark;
      }));
    }
  }
  const drawPresence = () => { for (const id of there.keys()) drawOf(id); };
  setInterval(drawPresence, 5000);

  Regulars.inbox = { open, openId, post };
  document.addEventListener("DOMContentLoaded", arrived);
})();
