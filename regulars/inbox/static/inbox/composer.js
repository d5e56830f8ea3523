/* The composer: reply or note, kept on the server as it is typed, files by button, paste and drop, and who types. */
(() => {
  "use strict";
  const { on, token } = Regulars;
  const KEEP = 700;
  const BEAT = 20000;
  const TYPING = 3000;
  const form = () => document.querySelector("[data-composer]");
  const field = (name) => form()?.elements[name];
  let timer = 0;
  let changed = false;
  let lastTyped = 0;
  let isSending = false;
  let isTaken = false;

  const send = (url, values, more = {}) => fetch(url, { method: "POST", body: values instanceof FormData ? values : new URLSearchParams(values), headers: { "X-CSRFToken": token(), "HX-Request": "true" }, credentials: "same-origin", ...more });

  // --- Reply or note -------------------------------------------------------------------------------------------
  const isNote = () => form()?.dataset.note === "yes";
  function show(kind) {
    const box = form();
    box.dataset.note = kind === "note" ? "yes" : "";
    for (const tab of box.querySelectorAll("[data-composer-tab]")) tab.setAttribute("aria-selected", String(tab.dataset.composerTab === kind));
    box.querySelector("#composer-panel").setAttribute("aria-labelledby", `tab-${kind}`);
    field("text").placeholder = field("text").dataset[kind];
    const button = box.querySelector("[data-composer-send]");
    button.querySelector(".label").textContent = button.dataset[kind];
    box.setAttribute("hx-post", kind === "note" ? box.dataset.noteUrl : box.dataset.replyUrl);
  }
  on("click", "[data-composer-tab]", (event, tab) => { show(tab.dataset.composerTab); field("text").focus(); touched(); });

  // --- Drafts --------------------------------------------------------------------------------------------------
  function touched() { changed = true; clearTimeout(timer); timer = setTimeout(keep, KEEP); }
  async function keep(more = {}) {
    clearTimeout(timer);
    const box = form();
    if (!box || !changed || isSending || isTaken) return;
    changed = false;
    const values = { text: field("text").value, to: field("to")?.value ?? "", cc: field("cc")?.value ?? "", sequence: field("sequence").value, is_note: isNote() ? "yes" : "", draft: field("draft").value };
    const mark = box.querySelector("[data-composer-kept]");
    try {
      const answer = await send(box.dataset.draftUrl, values, more);
      if (answer.status === 409) { taken(await answer.text()); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      if (answer.headers.has("X-Draft")) { field("draft").value = answer.headers.get("X-Draft"); if (!field("draft").value) shared(false); }
      mark.textContent = values.text.trim() ? mark.dataset.word : "";
    } catch { changed = true; timer = setTimeout(keep, 5000); }
  }
  // --- Shared with colleagues, and taken over by one ----------------------------------------------------------------
  function taken(notice) {
    isTaken = true;
    const place = document.getElementById("held");
    place.innerHTML = notice;
    const mark = form()?.querySelector("[data-composer-kept]");
    if (mark) mark.textContent = "";
    shared(false);
  }
  function shared(is) { form()?.querySelector("[data-draft-share]")?.setAttribute("aria-pressed", String(is)); }
  on("click", "[data-draft-share]", async (event, button) => {
    await keep();
    Regulars.post(button.dataset.draftShare);
  });
  document.addEventListener("inbox-shared", ({ detail }) => shared(detail.shared));
  on("click", "[data-draft-own]", () => {
    isTaken = false;
    field("draft").value = "";
    document.getElementById("held").replaceChildren();
    field("text").focus();
    touched();
  });
  document.addEventListener("live:inbox", ({ detail }) => {
    const box = form();
    if (detail.kind !== "draft" || !box || field("draft").value !== String(detail.draft)) return;
    if (String(detail.former) !== document.getElementById("inbox").dataset.member) return;
    // The server says who it was; what stands here stays.
    changed = true;
    keep();
  });
  on("input", "[data-composer] :is(textarea, input[type=text])", () => { touched(); typing(); });
  addEventListener("pagehide", () => { keep({ keepalive: true }); beat("gone", { keepalive: true }); });

  // --- Who is there --------------------------------------------------------------------------------------------
  function beat(state, more = {}) {
    const box = form();
    if (!box) return;
    const id = box.closest("[data-id]").dataset.id;
    send(box.dataset.presenceUrl, { state }, more).then((answer) => (answer.ok ? answer.json() : null))
      .then((truth) => { if (truth) document.dispatchEvent(new CustomEvent("inbox:truth", { detail: { id, ...truth } })); })
      .catch(() => { /* the next beat says it again */ });
  }
  function typing() {
    if (Date.now() - lastTyped < TYPING) return;
    lastTyped = Date.now();
    beat("typing");
  }
  setInterval(() => { if (!document.hidden) beat("here"); }, BEAT);
  document.addEventListener("visibilitychange", () => beat(document.hidden ? "gone" : "here"));
  document.addEventListener("inbox:opened", () => {
    isSending = isTaken = changed = false;
    if (!form()) return;
    if (isNote()) show("note");
    beat("here");
    if (location.hash === "#write") field("text").focus();
  });

  // Nothing typed yet: the writing begins after what is shown now.
  document.addEventListener("inbox:refreshed", ({ detail }) => {
    if (form() && !field("text").value.trim() && detail.sequence) field("sequence").value = detail.sequence;
    beat("here");
  });
  on("click", "[data-held-look]", (event, button) => {
    field("sequence").value = button.dataset.heldLook;
    document.getElementById("held").replaceChildren();
    document.body.dispatchEvent(new CustomEvent("pane-refresh"));
    field("text").focus();
  });

  // --- Sending ---------------------------------------------------------------------------------------------------
  // Before the kit's own listener, for which Shift makes no difference.
  document.addEventListener("keydown", (event) => {
    const area = event.target instanceof Element && event.target.closest("[data-composer] textarea");
    if (!area || event.key !== "Enter" || !event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!isNote()) area.form.requestSubmit(area.form.querySelector("button[value=close]"));
  }, true);
  on("keydown", "[data-composer] textarea", (event, area) => { if (event.key === "Escape" && !event.defaultPrevented) area.blur(); });
  document.addEventListener("htmx:config:request", (event) => {
    const { request, sourceElement } = event.detail.ctx;
    if (!sourceElement?.matches?.("[data-composer]")) return;
    request.action = isNote() ? sourceElement.dataset.noteUrl : sourceElement.dataset.replyUrl;
    isSending = true;
    clearTimeout(timer);
  });
  document.addEventListener("htmx:finally:request", (event) => { if (event.detail.ctx?.sourceElement?.matches?.("[data-composer]")) isSending = false; });
  document.addEventListener("inbox:sent", () => { changed = false; clearTimeout(timer); if (form()) field("text").value = ""; });

  // --- Files -----------------------------------------------------------------------------------------------------
  async function attach(files) {
    const box = form();
    if (!box || isNote() || !files.length) return;
    const values = new FormData();
    for (const file of files) values.append("file", file, file.name || "picture.png");
    const answer = await send(box.dataset.filesUrl, values);
    const place = document.getElementById("draft-files");
    if (!answer.ok) {
      const heard = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
      if (heard.toast) Regulars.toast(heard.toast);
      return;
    }
    place.innerHTML = await answer.text();
    htmx.process(place);
    touched();
  }
  on("change", "[data-composer-file]", (event, input) => { attach([...input.files]); input.value = ""; });
  on("paste", "[data-composer]", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) { event.preventDefault(); attach(files); }
  });
  on("dragover", "[data-composer]", (event, box) => { event.preventDefault(); box.classList.add("is-over"); });
  on("dragleave", "[data-composer]", (event, box) => box.classList.remove("is-over"));
  on("drop", "[data-composer]", (event, box) => { event.preventDefault(); box.classList.remove("is-over"); attach([...event.dataTransfer.files]); });

  Regulars.inbox.keep = keep;
  Regulars.inbox.leave = async () => { await keep(); beat("gone"); };
})();
