/* Live updates: one stream for the whole browser, kept by a shared worker. The page's ticket says which topics it may
   hear. A change of person:7 arrives as the event live:person:7 on the document and as "live" on every element with
   data-topic="person:7", and as "live" on the document, for who hears a family of topics; a gap (something may have been missed) as live:gap on the document after a random pause. */
(() => {
  "use strict";
  const GAP_MOST = 3000;
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const [url, ticket, tickets] = ["live-url", "live-ticket", "live-tickets"].map(meta);
  const live = { state: "off" };
  Regulars.live = live;
  if (!url || !ticket) return;

  const source = document.querySelector("script[data-live-worker]").dataset.liveWorker;
  const worker = window.SharedWorker ? new SharedWorker(source, "regulars-live") : new Worker(source);
  const port = worker.port ?? worker;
  const tell = (change) => {
    document.dispatchEvent(new CustomEvent(`live:${change.topic}`, { detail: change }));
    document.dispatchEvent(new CustomEvent("live", { detail: change }));
    for (const node of document.querySelectorAll(`[data-topic="${CSS.escape(change.topic)}"]`)) node.dispatchEvent(new CustomEvent("live", { detail: change }));
  };
  port.onmessage = ({ data }) => {
    if (data.state) document.documentElement.dataset.live = live.state = data.state;
    if (data.gap) setTimeout(() => document.dispatchEvent(new CustomEvent("live:gap")), Math.random() * GAP_MOST);
    if (data.change) tell(data.change);
  };
  port.start?.();
  const join = () => port.postMessage({ url, ticket, tickets });
  join();
  addEventListener("pagehide", () => port.postMessage({ leave: true }));
  addEventListener("pageshow", (event) => { if (event.persisted) join(); });
})();
