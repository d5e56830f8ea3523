// How the chat talks with its server: one token kept in this site's own storage, no cookie, nothing lost.
const me = document.currentScript;
const base = new URL(me.src).origin;
const key = me.dataset.site || "";
const wanted = me.dataset.language || document.documentElement.lang || navigator.language || "en";
const PLACE = `regulars-chat:${key}`;
const page = window.Regulars || {};
let identity = me.dataset.identity || page.identity || "";
let setup = null;

// What is kept over reloads, shared by all tabs; a browser that forbids it chats for as long as the page stands.
const store = {
  kept: {},
  read() {
    try {
      this.kept = JSON.parse(localStorage.getItem(PLACE)) || {};
    } catch {
      // The last state known stays.
    }
    return this.kept;
  },
  write(values) {
    this.kept = { ...this.read(), ...values };
    try {
      localStorage.setItem(PLACE, JSON.stringify(this.kept));
    } catch {
      // See above.
    }
  },
};
const tabs = "BroadcastChannel" in window ? new BroadcastChannel(PLACE) : null;
const session = {
  get isOpen() {
    try {
      return sessionStorage.getItem(PLACE) === "open";
    } catch {
      return false;
    }
  },
  set isOpen(value) {
    try {
      sessionStorage.setItem(PLACE, value ? "open" : "");
    } catch {
      // It is closed after a reload, no more.
    }
  },
};

async function ask(method, path, body) {
  const headers = {};
  if (store.kept.token) headers.Authorization = `Bearer ${store.kept.token}`;
  const isForm = body instanceof FormData;
  if (method === "POST" && !isForm) headers["Content-Type"] = "application/json";
  const address = `${base}/chat/${key}/${path}${path.includes("?") ? "&" : "?"}lang=${encodeURIComponent(wanted)}`;
  const sent = method === "POST" ? (isForm ? body : JSON.stringify(body || {})) : undefined;
  const answer = await fetch(address, { method, headers, body: sent, credentials: "omit", cache: "no-store" });
  if (answer.ok && path.startsWith("files/")) return answer.blob();
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(told.code || "trouble"), { status: answer.status, ...told });
  return told;
}

const isRefused = (problem) => problem.status >= 400 && problem.status < 500;
const reason = (problem) => (problem.status === 429 ? say("slow_down") : problem.detail || say("trouble"));
const lost = (problem) => ["unknown_visitor", "identity_needed"].includes(problem.code);

async function proof() {
  return (typeof identity === "function" ? await identity() : identity) || "";
}

// Begins or goes on with the visit; a secret that means nothing any more is dropped once, never asked about again.
let entering = null;
function enter() {
  entering = entering || enterNow().finally(() => (entering = null));
  return entering;
}
async function enterNow(again = false) {
  store.read();
  const body = { identity: await proof(), page: location.href.split("#")[0], title: document.title };
  try {
    const told = await ask("POST", "session", body);
    if (told.token !== store.kept.token) {
      store.write({ token: told.token });
      tabs?.postMessage({ kind: "token" });
    }
    return told;
  } catch (problem) {
    const stale = problem.code === "identity_needed" && store.kept.token && !setup.needs_identity;
    const renewable = problem.code === "identity_expired" && typeof identity === "function";
    if (again || !(stale || renewable)) throw problem;
    if (stale) forget();
    return enterNow(true);
  }
}

function forget() {
  store.write({ token: "", pending: [] });
  room.clear();
}

// Listens to the live stream while the page is looked at, and asks now and then where no stream comes through.
const live = {
  source: null,
  timer: 0,
  failures: 0,
  start(stream) {
    this.stop();
    if (!store.kept.token) return;
    this.plan();
    if (document.hidden || !stream || !("EventSource" in window)) return;
    const source = new EventSource(`${stream.url}?ticket=${encodeURIComponent(stream.ticket)}`);
    this.source = source;
    source.onopen = () => ((this.failures = 0), this.plan());
    source.onmessage = (event) => room.hear(JSON.parse(event.data));
    source.addEventListener("gap", () => room.fetch());
    source.addEventListener("ticket", () => this.renew());
    source.onerror = () => {
      this.failures += 1;
      if (this.failures > 3 || source.readyState === EventSource.CLOSED) {
        source.close();
        this.source = null;
        setTimeout(() => this.source || this.renew(), 6e4);
      }
      this.plan();
    };
  },
  async renew() {
    this.stop();
    try {
      this.start(await ask("GET", "stream"));
    } catch (problem) {
      if (lost(problem)) room.begin();
      else this.plan();
    }
    room.fetch();
  },
  stop() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
  },
  // Without a stream every few seconds while the window is open; with one only against what nobody foresaw.
  plan() {
    clearTimeout(this.timer);
    const isStreaming = this.source?.readyState === 1;
    const pause = isStreaming ? 6e4 : document.hidden ? 3e4 : room.isOpen ? 3e3 : 2e4;
    this.timer = setTimeout(() => room.fetch().finally(() => this.plan()), pause);
  },
};
