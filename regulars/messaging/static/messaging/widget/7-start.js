const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function start() {
  if (!key || document.querySelector("regulars-chat")) return;
  store.read();
  try {
    setup = await ask("GET", "setup");
  } catch (problem) {
    console.warn(`Regulars chat: ${problem.detail || "the server cannot be reached."}`);
    return;
  }
  room.build();
  for (const one of store.kept.pending || []) room.wait(one);
  if (store.kept.token) room.begin();
  if (session.isOpen) room.open(true, false);
  addEventListener("online", () => (room.tell(""), room.resend(), live.renew()));
  addEventListener("offline", () => room.tell(say("offline"), 0));
  if (!navigator.onLine) room.tell(say("offline"), 0);
  document.addEventListener("visibilitychange", () => (document.hidden ? live.start(null) : store.kept.token && live.renew()));
  addEventListener("pagehide", () => live.stop());
  addEventListener("pageshow", (event) => event.persisted && store.kept.token && live.renew());
  if (tabs) tabs.onmessage = (event) => (store.read(), event.data.kind === "token" ? room.begin() : room.fetch());
  document.dispatchEvent(new CustomEvent("regulars:ready"));
}

// What the page itself may do with its chat.
window.Regulars = {
  ...page,
  open: () => setup && room.open(true),
  close: () => setup && room.open(false),
  identify(proof) {
    identity = proof;
    if (setup && store.kept.token) room.begin();
  },
  forget: () => setup && (forget(), (identity = ""), tabs?.postMessage({ kind: "token" })),
};
if (document.body) start();
else addEventListener("DOMContentLoaded", start);
