// What was said: lines by their numbers, those on their way behind them.
const thread = {
  list: null,
  nodes: new Map(),
  lines: new Map(),
  pending: [],

  get newest() {
    return Math.max(0, ...this.lines.keys());
  },
  get oldest() {
    return this.lines.size ? Math.min(...this.lines.keys()) : 0;
  },

  clear() {
    this.nodes.clear();
    this.lines.clear();
    this.pending = [];
    this.list.replaceChildren();
  },

  // Takes lines in, each once, and gives back those of the team that were not there before.
  take(lines) {
    const fresh = [];
    for (const line of lines) {
      if (this.lines.has(line.number)) continue;
      const waiting = this.pending.find((one) => one.id === line.client_id && line.client_id);
      if (waiting) this.drop(waiting);
      this.lines.set(line.number, line);
      this.nodes.set(line.number, this.draw(line));
      if (!line.is_mine) fresh.push(line);
    }
    if (lines.length) this.arrange();
    return fresh;
  },

  drop(waiting) {
    this.pending = this.pending.filter((one) => one !== waiting);
    waiting.node?.remove();
    this.keep();
  },

  // Words on their way are kept over a reload; files cannot be.
  keep() {
    const kept = this.pending.filter((one) => one.text && !one.isRefused).map(({ id, text }) => ({ id, text }));
    store.write({ pending: kept });
  },

  draw(line) {
    const bubble = h("div", { className: "bubble" }, line.text && h("span", {}, ...linked(line.text)));
    const files = line.files || [];
    if (!line.text && files.length === 1 && files[0].picture) bubble.classList.add("shot");
    for (const file of files) bubble.append(this.file(file));
    const author = line.author || say("team");
    return h(
      "div",
      { className: `line${line.is_mine ? " mine" : ""}` },
      !line.is_mine && h("span", { className: "face", "aria-hidden": "true", text: initials(author) }),
      line.is_mine ? h("span", { className: "sr", text: `${say("you")}: ` }) : h("span", { className: "name", text: author }),
      bubble,
      h("span", { className: "meta" }),
    );
  },

  file(file) {
    const button = h(
      "button",
      { className: "file", type: "button", onclick: () => this.open(file), disabled: !file.id },
      icon("file"),
      h("span", {}, file.name, " ", h("small", { text: sizeOf(file.size) })),
    );
    if (file.picture && file.id) this.picture(file, button);
    return button;
  },

  // Pictures are painted, not linked: a page's policy on images does not matter then.
  async picture(file, button) {
    try {
      const bits = await createImageBitmap(await ask("GET", `files/${file.id}`));
      const scale = Math.min(1, 520 / bits.width, 520 / bits.height);
      const canvas = h("canvas", { width: Math.max(1, bits.width * scale), height: Math.max(1, bits.height * scale), role: "img" });
      canvas.setAttribute("aria-label", file.name);
      canvas.getContext("2d").drawImage(bits, 0, 0, canvas.width, canvas.height);
      const wasAtEnd = room.isAtEnd;
      button.replaceChildren(canvas);
      if (wasAtEnd) room.toEnd();
    } catch {
      // It stays a file to be kept.
    }
  },

  async open(file) {
    const address = URL.createObjectURL(await ask("GET", `files/${file.id}`));
    h("a", { href: address, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 6e4);
  },

  // Puts everything in order without taking away what stands right, so that a screen reader hears only what is new.
  arrange() {
    const shown = [...this.lines.values()].sort((one, other) => one.number - other.number);
    const all = [...shown.map((line) => [line, this.nodes.get(line.number)]), ...this.pending.map((one) => [one, (one.node ||= this.draw(one))])];
    this.list.querySelectorAll(".day").forEach((one) => one.remove());
    let before = null;
    all.forEach(([line, node], place) => {
      const next = all[place + 1]?.[0];
      const at = new Date(line.at);
      const newDay = !before || !sameDay(new Date(before.at), at);
      const follows = (one, other) => one && one.is_mine === other.is_mine && one.author === other.author && Math.abs(new Date(one.at) - new Date(other.at)) < 3e5;
      node.classList.toggle("first", newDay || !follows(before, line));
      node.classList.toggle("last", !next || !follows(line, next) || !sameDay(at, new Date(next.at)));
      const meta = node.lastChild;
      const isLastMine = line.is_mine && !next && !line.state;
      if (!line.state) meta.textContent = isLastMine ? `${clock(at)} · ${say("sent")}` : clock(at);
      const anchor = before ? (this.nodes.get(before.number) || before.node).nextSibling : this.list.firstChild;
      if (anchor !== node) this.list.insertBefore(node, anchor);
      if (newDay) this.list.insertBefore(h("div", { className: "day", text: dayOf(at) }), node);
      before = line;
    });
  },

  mark(waiting, words, retry) {
    const meta = waiting.node.lastChild;
    meta.className = retry ? "meta bad" : "meta";
    meta.replaceChildren(words, ...(retry ? [" ", h("button", { type: "button", text: say("retry"), onclick: retry })] : []));
  },
};
