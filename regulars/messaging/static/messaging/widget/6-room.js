// The window itself: launcher, panel, composer, and what moves between them and the server.
const room = {
  visitor: null,
  isOpen: false,
  files: [],
  unread: 0,
  hasRated: false,

  build() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    const colours = new CSSStyleSheet();
    colours.replaceSync(`:host{--c:${setup.colour};--ink:${setup.ink}}`);
    this.host = h("regulars-chat", { lang: setup.language, "data-side": setup.side });
    if (me.dataset.theme) this.host.dataset.theme = me.dataset.theme;
    const root = this.host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet, colours];
    this.badge = h("span", { className: "badge", hidden: true, "aria-hidden": "true" });
    this.launcher = h("button", { className: "launcher", type: "button", "aria-haspopup": "dialog", onclick: () => this.open(!this.isOpen) }, icon("talk", "talk"), icon("shut", "shut"), this.badge);
    this.teaser = h("button", { className: "teaser", type: "button", hidden: true, onclick: () => this.open(true) });
    this.news = h("div", { className: "sr", role: "status" });
    root.append(this.frame(), this.teaser, this.launcher, this.news);
    this.drawLauncher();
    document.body.append(this.host);
  },

  frame() {
    const more = h("button", { className: "icon", type: "button", "aria-label": say("more"), "aria-expanded": "false", onclick: () => this.menu.open(this.menu.whole.hidden) }, icon("more", "dots3"));
    this.menu = menu(more);
    const close = h("button", { className: "icon", type: "button", "aria-label": say("close"), onclick: () => this.open(false) }, icon("close"));
    const state = say(setup.open ? "pace" : "back", { when: setup.opens_at ? openingOf(new Date(setup.opens_at)) : "" });
    const head = h("div", { className: "head" },
      h("div", { className: "mark", "aria-hidden": "true", text: initials(setup.business) }),
      h("div", { className: "who" }, h("h2", { text: setup.business }), h("p", {}, h("span", { className: `dot${setup.open ? "" : " off"}`, "aria-hidden": "true" }), state)),
      more, close, this.menu.whole);
    this.notice = h("div", { className: "bar", role: "status", hidden: true });
    this.older = h("button", { className: "older", type: "button", hidden: true, text: say("more"), onclick: () => this.fetchOlder() });
    thread.list = h("div", { className: "lines", role: "log", "aria-label": say("log"), "aria-live": "polite" });
    this.typing = h("div", { className: "typing", hidden: true });
    this.cards = h("div", {});
    const hello = h("div", { className: "hello" }, h("h3", { text: say("hello") }));
    const first = h("div", { className: "line first last" }, h("span", { className: "face", "aria-hidden": "true", text: initials(setup.business) }), h("span", { className: "name", text: setup.business }), h("div", { className: "bubble", text: say(setup.open ? "intro" : "away") }));
    this.body = h("div", { className: "body", tabIndex: 0, role: "region", "aria-label": say("log") }, hello, first, this.older, thread.list, this.typing, this.cards);
    this.drop = h("div", { className: "drop", hidden: true, text: say("drop") });
    this.panel = h("section", { className: "panel", role: "dialog", "aria-label": setup.business, hidden: true }, head, this.notice, this.body, this.composer(), this.drop);
    this.panel.addEventListener("keydown", (event) => this.press(event));
    this.panel.addEventListener("click", (event) => !this.menu.whole.hidden && !event.composedPath().includes(more) && !event.composedPath().includes(this.menu.whole) && this.menu.open(false));
    this.panel.addEventListener("dragover", (event) => [...event.dataTransfer.types].includes("Files") && (event.preventDefault(), (this.drop.hidden = false)));
    this.panel.addEventListener("dragleave", (event) => this.panel.contains(event.relatedTarget) || (this.drop.hidden = true));
    this.panel.addEventListener("drop", (event) => (event.preventDefault(), (this.drop.hidden = true), this.attach(event.dataTransfer.files)));
    return this.panel;
  },

  composer() {
    const picker = h("input", { type: "file", multiple: true, hidden: true, onchange: () => (this.attach(picker.files), (picker.value = "")) });
    this.chips = h("div", { className: "chips", hidden: true });
    this.field = h("textarea", { rows: 1, "aria-label": say("placeholder"), placeholder: say("placeholder"), maxLength: 5000, value: store.kept.draft || "", oninput: () => this.typed(), onpaste: (event) => event.clipboardData.files.length && (event.preventDefault(), this.attach(event.clipboardData.files)) });
    this.send = h("button", { className: "send", type: "button", "aria-label": say("send"), onclick: () => this.submit() }, icon("send"));
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    const clip = h("button", { className: "icon", type: "button", "aria-label": say("attach"), title: say("attach"), onclick: () => picker.click() }, icon("clip"));
    this.foot = h("div", { className: "foot" }, this.chips, h("div", { className: "write" }, clip, picker, this.field, this.send));
    return this.foot;
  },

  press(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (!this.menu.whole.hidden) return this.menu.open(false);
      return this.open(false);
    }
    if (event.key !== "Tab" || !this.isModal) return undefined;
    const stops = [...this.panel.querySelectorAll("button,textarea,input,a[href],[tabindex='0']")].filter((one) => one.checkVisibility?.() ?? one.offsetParent);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const now = this.host.shadowRoot.activeElement;
    if (event.shiftKey ? now === first : now === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
    return undefined;
  },

  get isModal() {
    return matchMedia("(max-width:520px)").matches;
  },
  get isAtEnd() {
    return this.body.scrollHeight - this.body.scrollTop - this.body.clientHeight < 80;
  },
  toEnd() {
    this.body.scrollTop = this.body.scrollHeight;
  },

  open(value, focus = true) {
    this.isOpen = session.isOpen = value;
    this.panel.hidden = !value;
    this.panel.setAttribute("aria-modal", String(value && this.isModal));
    this.teaser.hidden = true;
    this.drawLauncher();
    if (value) {
      this.grow();
      this.draw();
      this.toEnd();
      if (focus) (this.foot.hidden ? this.cards.querySelector("input") : this.field)?.focus();
      if (store.kept.token || setup.needs_identity || identity) this.begin();
      this.look();
    } else if (focus) this.launcher.focus();
    live.plan();
    document.dispatchEvent(new CustomEvent("regulars:chat", { detail: { open: value } }));
  },

  drawLauncher() {
    const words = this.isOpen ? say("close") : say("launcher");
    this.launcher.setAttribute("aria-expanded", String(this.isOpen));
    this.launcher.setAttribute("aria-label", this.unread && !this.isOpen ? `${words}, ${say("unread", { n: this.unread })}` : words);
    this.badge.hidden = !this.unread || this.isOpen;
    this.badge.textContent = this.unread > 9 ? "9+" : this.unread;
  },

  // Decides what stands below the thread: the door, an address to leave, how it was, nothing.
  draw() {
    const has = thread.lines.size + thread.pending.length > 0;
    const needed = ["name", "email"].some((name) => setup.asks[name] === "needed" && !this.visitor?.[name]);
    const isDoor = needed && !has && !this.visitor?.verified;
    this.panel.classList.toggle("talked", has);
    this.foot.hidden = isDoor;
    const wantsAddress = has && setup.mails && setup.asks.email !== "no" && this.visitor && !this.visitor.email && !this.visitor.verified;
    const kind = isDoor ? "door" : this.visitor?.asked && !this.hasRated ? "rate" : wantsAddress || this.asksAddress ? "address" : this.hasRated ? "rate" : "";
    if (this.cards.dataset.kind === kind) return;
    this.cards.dataset.kind = kind;
    this.cards.replaceChildren();
    if (kind === "door") this.cards.append(askWho(true, () => (this.draw(), this.field.focus())));
    if (kind === "address") this.cards.append(askWho(false, (values) => (this.thank(values), this.field.focus())));
    if (kind === "rate") this.cards.append(askHow());
  },
  askAddress() {
    this.asksAddress = true;
    this.draw();
    this.cards.querySelector("input")?.focus();
  },
  thank(values) {
    this.asksAddress = false;
    this.cards.dataset.kind = "";
    this.cards.replaceChildren(values.email ? h("p", { className: "card said", role: "status", text: say("saved_email", values) }) : "");
    this.toEnd();
  },

  tell(words, lasts = 8e3) {
    clearTimeout(this.quiet);
    this.notice.textContent = words;
    this.notice.hidden = !words;
    if (words && lasts) this.quiet = setTimeout(() => this.tell(navigator.onLine ? "" : say("offline"), 0), lasts);
  },

  // Begins the visit, or goes on with it: who it is, what was said meanwhile, where to listen.
  async begin(isNeeded = false) {
    try {
      const told = await enter();
      this.visitor = told.visitor;
      this.take(told, true);
      live.start(told.stream);
      this.resend();
    } catch (problem) {
      if (problem.status === 401) {
        this.tell(say("unknown"), 0);
        document.dispatchEvent(new CustomEvent("regulars:refused", { detail: { code: problem.code } }));
      } else if (isRefused(problem)) this.tell(reason(problem));
      live.plan();
      if (isNeeded) throw problem;
    }
  },

  take(told, isFirst = false) {
    const wasAtEnd = this.isAtEnd;
    const fresh = thread.take(told.lines);
    if (isFirst) this.older.hidden = !told.more;
    this.unread = told.unread;
    if (this.visitor && told.asked !== undefined) {
      if (told.asked && !this.visitor.asked) this.hasRated = false;
      this.visitor.asked = told.asked;
    }
    if (fresh.length) this.typing.hidden = true;
    if (fresh.length && !isFirst) this.announce(fresh[fresh.length - 1]);
    this.draw();
    this.drawLauncher();
    if (wasAtEnd) this.toEnd();
    this.look();
  },

  announce(line) {
    const name = line.author || say("team");
    if (store.kept.sound && !document.hidden) chime();
    if (this.isOpen) return;
    this.news.textContent = say("new_message", { name });
    this.teaser.replaceChildren(h("span", { className: "face", "aria-hidden": "true", text: initials(name) }), h("p", {}, h("strong", { text: name }), line.text.slice(0, 200)));
    this.teaser.hidden = false;
  },

  // What is looked at is read, in every tab.
  look() {
    if (!this.isOpen || document.hidden || !this.unread || !store.kept.token) return;
    const until = thread.newest;
    this.unread = 0;
    this.drawLauncher();
    ask("POST", "reading", { until }).catch(() => {});
  },

  async fetch() {
    if (!store.kept.token) return;
    const there = this.isOpen && !document.hidden ? "&there=1" : "";
    try {
      let told = await ask("GET", `messages?after=${thread.newest}${there}`);
      this.take(told);
      while (told.more) {
        told = await ask("GET", `messages?after=${thread.newest}${there}`);
        this.take(told);
      }
    } catch (problem) {
      if (lost(problem)) await this.begin();
    }
  },

  async fetchOlder() {
    const before = this.body.scrollHeight;
    const told = await ask("GET", `messages?before=${thread.oldest}`);
    thread.take(told.lines);
    this.older.hidden = !told.more;
    this.body.scrollTop += this.body.scrollHeight - before;
  },

  hear(told) {
    if (told.kind === "line" || told.kind === "rate" || told.ask) this.fetch();
    if (told.kind === "read") this.fetch();
    if (told.kind === "typing") {
      this.typing.replaceChildren(h("span", { className: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), say("typing", { name: told.name || say("team") }));
      this.typing.hidden = false;
      if (this.isAtEnd) this.toEnd();
      clearTimeout(this.still);
      this.still = setTimeout(() => (this.typing.hidden = true), 6e3);
    }
  },

  typed() {
    this.grow();
    store.write({ draft: this.field.value });
    const now = Date.now();
    if (store.kept.token && thread.lines.size && now - (this.toldAt || 0) > 3e3 && this.field.value) {
      this.toldAt = now;
      ask("POST", "typing").catch(() => {});
    }
  },
  grow() {
    this.field.style.height = "0";
    this.field.style.height = `${Math.min(140, Math.max(40, this.field.scrollHeight))}px`;
    this.send.setAttribute("aria-disabled", String(!this.field.value.trim() && !this.files.length));
  },

  attach(files) {
    for (const file of files) {
      if (file.size > 1e7) this.tell(say("too_large"));
      else if (this.files.length >= 5) this.tell(say("too_many_files"));
      else this.files.push(file);
    }
    this.drawChips();
    this.field.focus();
  },
  drawChips() {
    const remove = (file) => ((this.files = this.files.filter((one) => one !== file)), this.drawChips(), this.field.focus());
    this.chips.hidden = !this.files.length;
    this.chips.replaceChildren(...this.files.map((file) => h("span", { className: "chip" }, h("span", { text: file.name }), h("button", { type: "button", "aria-label": say("remove", { name: file.name }), onclick: () => remove(file) }, icon("close")))));
    this.grow();
  },

  submit() {
    const text = this.field.value.trim();
    if (!text && !this.files.length) return;
    const waiting = this.wait({ id: newId(), text, files: this.files });
    this.field.value = "";
    this.files = [];
    this.drawChips();
    store.write({ draft: "" });
    this.carry(waiting);
    this.field.focus();
  },

  wait({ id, text, files = [] }) {
    const shown = files.map((file) => ({ name: file.name, size: file.size }));
    const waiting = { id, text, raw: files, files: shown, is_mine: true, author: "", at: new Date().toISOString(), state: "waiting" };
    thread.pending.push(waiting);
    thread.arrange();
    thread.mark(waiting, say("sending"));
    thread.keep();
    this.draw();
    this.toEnd();
    return waiting;
  },

  // Carries a message to the server, under the same id each time, so that it is there once however often it is tried.
  async carry(waiting) {
    if (waiting.isCarried) return;
    waiting.isCarried = true;
    try {
      if (!store.kept.token) await this.begin(true);
      const form = new FormData();
      form.append("id", waiting.id);
      form.append("text", waiting.text);
      for (const file of waiting.raw) form.append("file", file);
      const told = await ask("POST", "message", waiting.raw.length ? form : { id: waiting.id, text: waiting.text });
      this.visitor = told.visitor;
      await this.fetch();
      if (!live.source) live.renew();
      tabs?.postMessage({ kind: "line" });
    } catch (problem) {
      this.stumble(waiting, problem);
    }
    waiting.isCarried = false;
    this.draw();
  },
  stumble(waiting, problem) {
    const again = () => {
      waiting.isRefused = false;
      thread.mark(waiting, say("sending"));
      this.carry(waiting);
    };
    if (lost(problem)) {
      store.write({ token: "" });
      setTimeout(again, 500);
    } else if (isRefused(problem) && problem.status !== 401) {
      waiting.isRefused = true;
      thread.mark(waiting, reason(problem), again);
      thread.keep();
    } else {
      thread.mark(waiting, problem.status === 401 ? reason(problem) : say("failed"), again);
      if (problem.status === 401) return;
      clearTimeout(this.later);
      this.later = setTimeout(() => this.resend(), 8e3);
    }
  },
  resend() {
    if (navigator.onLine) thread.pending.filter((one) => !one.isRefused).forEach((one) => this.carry(one));
  },

  clear() {
    this.visitor = null;
    this.unread = 0;
    thread.clear();
    live.stop();
  },
};
