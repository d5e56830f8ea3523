/* What was written, drawn from the event itself: a thousand windows show it at once and none of them asks at that moment.
   The words come on topics of their own, each heard only by those who may see the conversation. What is drawn here is a beginning, always as text and never as markup;
   inbox.js asks for the truth soon after, and at once wherever this file cannot tell what the list would show. */
(() => {
  "use strict";
  const { h } = Regulars;
  const root = () => document.getElementById("inbox");
  if (!root()) return;
  const MINUTE = 60000;
  const NEAR = 80;
  const heard = new Map();
  const drawn = new Map();
  const latest = new Map();
  const words = (name) => root().dataset[name];
  const list = () => document.querySelector("#inbox-rows .inbox-rows");
  const rowOf = (id) => document.querySelector(`.inbox-row[data-id="${Number(id)}"]`);
  const unread = () => h("span.visually-hidden", {}, `${words("unread")} `);
  const whom = (change) => change.who || words("unknown");

  function moment(at) {
    const [when, language] = [new Date(at), document.documentElement.lang];
    const shown = Date.now() - when < MINUTE ? words("now") : new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(when);
    return h("time", { datetime: at, title: new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" }).format(when) }, shown);
  }

  // --- The row ---------------------------------------------------------------------------------------------------
  function rowFor(change) {
    const line = (...children) => h("span.inbox-line", {}, ...children);
    return h("li.inbox-row", { "data-id": change.id },
      h("input.form-check-input.inbox-pick", { type: "checkbox", value: change.id, "aria-label": words("pick").replace("%s", () => whom(change)) }),
      h("a.inbox-link", { href: `/inbox/${Number(change.id)}/?${words("query")}` },
        line(h("span.inbox-who.truncate"), h("span.inbox-when")),
        line(h("span.inbox-subject.truncate")),
        line(h("span.inbox-beginning.truncate")),
        h("span.inbox-present", { "data-present": change.id })));
  }
  function fill(row, change) {
    const isOpen = change.state === "open";
    row.dataset.sequence = change.sequence;
    row.classList.toggle("is-unread", isOpen);
    row.querySelector(".inbox-who").replaceChildren(...(isOpen ? [unread()] : []), whom(change));
    row.querySelector(".inbox-when").replaceChildren(moment(change.since));
    row.querySelector(".inbox-when").classList.toggle("is-waiting", change.waits);
    row.querySelector(".inbox-subject").textContent = change.subject || words("unnamed");
    row.querySelector(".inbox-beginning").textContent = change.beginning;
  }

  /** Whether the conversation stands in the list shown; null where only the server knows (a filter, a saved list, a team, a promise). */
  function belongs(change) {
    const isOpen = change.state === "open";
    const known = {
      "in=all": change.state !== "spam",
      "in=open": isOpen,
      "in=unassigned": isOpen && change.assignee === null,
      "in=mine": isOpen && String(change.assignee) === words("member"),
      "in=waiting": change.state === "waiting",
      "in=snoozed": change.state === "snoozed",
      "in=closed": change.state === "closed",
      "in=spam": change.state === "spam",
    };
    return known[words("query")] ?? null;
  }
  const isNewestFirst = () => words("query") === "in=all";
  const isByWaiting = () => ["in=open", "in=unassigned", "in=mine"].includes(words("query"));

  /** Draw what the event says of the list; tell whether the list is then as it should be. */
  function drawRow(change) {
    const isHere = list() ? belongs(change) : null;
    const row = rowOf(change.id);
    // A note changes nothing of what a row says.
    if (change.kind === "note") { if (row) row.dataset.sequence = change.sequence; return true; }
    if (isHere === null) return false;
    if (!isHere) return leave(row);
    if (row && (isNewestFirst() || isByWaiting())) return redraw(row, change);
    return !row && bring(change);
  }
  /** Where it does not stand any more it goes, unless somebody is just at it. */
  function leave(row) {
    if (row && (row.contains(document.activeElement) || row.classList.contains("is-current"))) return false;
    row?.remove();
    return true;
  }
  function redraw(row, change) {
    fill(row, change);
    // A row under the keyboard stays where it is until the truth comes.
    if (isNewestFirst() && !row.contains(document.activeElement)) list().prepend(row);
    return true;
  }
  function bring(change) {
    // Where nothing stands, the page says so in words that have to go.
    if (!list().childElementCount) return false;
    if (!isNewestFirst() && !isByWaiting()) return false;
    // Who waits since just now stands at the end, which may be further down than was loaded.
    if (isByWaiting() && list().querySelector(".inbox-more")) return true;
    const row = rowFor(change);
    fill(row, change);
    if (isNewestFirst()) list().prepend(row); else list().append(row);
    return true;
  }

  // --- The letter ------------------------------------------------------------------------------------------------
  function drawLetter(change) {
    const place = document.querySelector(`#conversation[data-id="${Number(change.id)}"] #conversation-scroll`);
    const story = place?.querySelector(".story");
    // Who reads earlier letters would find the newest among them.
    if (!story || Number(place.dataset.sequence) >= change.sequence || new URLSearchParams(location.search).has("before")) return;
    const isAtEnd = place.scrollHeight - place.scrollTop - place.clientHeight < NEAR;
    story.append(h(`li.letter${{ answer: ".letter-out", note: ".letter-note" }[change.kind] ?? ""}`, { "data-heard": change.sequence },
      h("div.letter-head", {}, h("strong", {}, change.by || whom(change)), h("span.letter-when.muted", {}, moment(change.at))),
      h("div.letter-text", { dir: "auto" }, change.text + (change.is_cut ? "…" : "")),
      change.is_cut ? h("p.muted", {}, words("rest")) : null));
    if (isAtEnd) place.scrollTop = place.scrollHeight;
  }

  document.addEventListener("live", ({ detail }) => {
    if (!detail.topic.startsWith("inbox:")) return;
    const id = String(detail.id);
    // What was too large to travel is asked for as ever; what was heard already, or is older, is not drawn again.
    if (detail.ask || (heard.get(id) ?? 0) >= detail.sequence) return;
    heard.set(id, detail.sequence);
    latest.set(id, detail);
    if (Number(rowOf(id)?.dataset.sequence ?? 0) >= detail.sequence || drawRow(detail)) drawn.set(id, detail.sequence);
    drawLetter(detail);
  });
  // What happened to it since is the server's to say.
  document.addEventListener("live:inbox", ({ detail }) => { if (detail.sequence > (latest.get(String(detail.id))?.sequence ?? Infinity)) latest.delete(String(detail.id)); });
  // An answer that was asked for before the word came does not know of it and would take it off the screen: it is drawn once more.
  document.addEventListener("htmx:after:swap", (event) => {
    const place = event.detail.ctx?.target?.id;
    for (const [id, change] of latest) {
      if (place === "inbox-rows" && belongs(change) && Number(rowOf(id)?.dataset.sequence ?? 0) < change.sequence) drawRow(change);
      if (place === "conversation-live") drawLetter(change);
      if (Date.now() - new Date(change.at) > MINUTE || Number(rowOf(id)?.dataset.sequence ?? 0) >= change.sequence) latest.delete(id);
    }
  });
  Regulars.inbox.isDrawn = (id, sequence) => (drawn.get(String(id)) ?? 0) >= sequence;
})();
