/* Live updates: one stream for the whole browser, kept by a shared worker. Whatever carries data-topic="person:7" on the
   page (or is named in <meta name="live-topics">) is heard; a change arrives as the event live:person:7 on the document,
   on the elements with that topic as "live", and a gap (something was missed) as live:gap after a random pause. */
(() => {
  "use strict";
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const url = meta("live-url");
  const GAP_MOST = 3000;
  const extra = new Set(meta("live-topics").split(/\s+/).filter(Boolean));
  const wanted = () => [...new Set([...extra, ...[...document.querySelectorAll("[data-topic]")].map((node) => node.dataset.topic)])];
  const live = { hear: (topic) => { extra.add(topic); ask(); }, state: "off" };
  Regulars.live = live;
  if (!url) return;

  const source = document.querySelector("script[data-live-worker]").dataset.liveWorker;
  const worker = window.SharedWorker ? new SharedWorker(source, "regulars-live") : new Worker(source);
  const port = worker.port ?? worker;
  let told = "";
  function ask() {
    const topics = wanted().sort();
    if (topics.join() === told) return;
    told = topics.join();
    port.postMessage({ topics, url, tickets: meta("live-tickets") || "/live/ticket" });
  }
  port.onmessage = ({ data }) => {
    if (data.state) { live.state = data.state; document.documentElement.dataset.live = data.state; }
    if (data.gap) setTimeout(() => document.dispatchEvent(new CustomEvent("live:gap")), Math.random() * GAP_MOST);
    if (data.change) tell(data.change);
  };
  function tell(change) {
    document.dispatchEvent(new CustomEvent(`live:${change.topic}`, { detail: change }));
    for (const node of document.querySelectorAll(`[data-topic="${CSS.escape(change.topic)}"]`)) node.dispatchEvent(new CustomEvent("live", { detail: change }));
  }
  port.start?.();
  document.addEventListener("DOMContentLoaded", ask);
  document.addEventListener("htmx:after:swap", ask);
  addEventListener("pagehide", () => port.postMessage({ topics: [] }));
  addEventListener("pageshow", (event) => { if (event.persisted) { told = ""; ask(); } });
})();
