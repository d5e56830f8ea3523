/* Keeps the one stream of this browser. Each open page brings its ticket; several are exchanged for one with all topics. */
"use strict";
const PAUSE_LEAST = 1000;
const PAUSE_MOST = 60000;
const SETTLE = 60;
const ports = new Map();
let stream = null;
let heard = "";
let last = "";
let pause = PAUSE_LEAST;
let timer;
let isRefused = false;

const tellAll = (message) => { for (const port of ports.keys()) port.postMessage(message); };
const read = (ticket) => JSON.parse(atob(ticket.split(".")[0].replaceAll("-", "+").replaceAll("_", "/")));
const topicsOf = (page) => read(page.ticket)[0];
const isOver = (ticket) => read(ticket)[2] * 1000 < Date.now();
const wanted = () => [...new Set([...ports.values()].flatMap(topicsOf))].sort().join();

function take(port, data) {
  if (data.leave) ports.delete(port); else ports.set(port, data);
  clearTimeout(timer);
  timer = setTimeout(connect, SETTLE);
}

async function connect() {
  const topics = wanted();
  if (stream?.readyState === EventSource.OPEN && topics === heard) { tellAll({ state: "on" }); return; }
  stream?.close();
  stream = null;
  heard = topics;
  if (!ports.size) return;
  try { listen(await oneTicket()); } catch { again(); }
}

/** A single page's fresh ticket is used as it is, unless it was refused (rights changed); else the server makes one of all. */
async function oneTicket() {
  const pages = [...ports.values()];
  const known = [...new Set(pages.map((page) => page.ticket))];
  if (known.length === 1 && !isRefused && !isOver(known[0])) return known[0];
  const query = new URLSearchParams(known.map((ticket) => ["ticket", ticket]));
  const answer = await fetch(`${pages.at(-1).tickets}?${query}`, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).ticket;
}

function listen(ticket) {
  const { url } = [...ports.values()].at(-1);
  stream = new EventSource(`${url}?${new URLSearchParams({ ticket, ...(last && { last }) })}`);
  stream.onopen = () => { pause = PAUSE_LEAST; isRefused = false; tellAll({ state: "on" }); };
  stream.onmessage = (event) => { last = event.lastEventId || last; pass(JSON.parse(event.data)); };
  stream.addEventListener("hello", (event) => { last = event.lastEventId; });
  stream.addEventListener("gap", (event) => { last = event.lastEventId; tellAll({ gap: true }); });
  // A broken line comes back by itself; closed for good means that the ticket was refused.
  stream.onerror = () => { tellAll({ state: "lost" }); if (stream?.readyState === EventSource.CLOSED) { isRefused = true; again(); } };
}

function pass(change) {
  for (const [port, page] of ports) if (topicsOf(page).includes(change.topic)) port.postMessage({ change });
}

function again() {
  heard = "";
  clearTimeout(timer);
  timer = setTimeout(connect, pause * (0.5 + Math.random()));
  pause = Math.min(pause * 2, PAUSE_MOST);
}

if ("onconnect" in self) self.onconnect = ({ ports: [port] }) => { port.onmessage = ({ data }) => take(port, data); port.start(); };
else self.onmessage = ({ data }) => take(self, data);
