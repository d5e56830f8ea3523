/* Keeps the one stream of this browser: the topics of all open pages, one ticket for them, one EventSource. */
"use strict";
const ports = new Map();
const PAUSE_LEAST = 1000;
const PAUSE_MOST = 30000;
let stream = null;
let heard = "";
let last = "";
let pause = PAUSE_LEAST;
let timer;
let asked = {};

const tellAll = (message) => { for (const port of ports.keys()) port.postMessage(message); };

function take(port, data) {
  if (!data.topics.length) ports.delete(port); else ports.set(port, data.topics);
  if (data.url) asked = data;
  clearTimeout(timer);
  timer = setTimeout(connect, 40);
}

async function connect() {
  const topics = [...new Set([...ports.values()].flat())].sort();
  if (topics.join() === heard && stream && stream.readyState !== EventSource.CLOSED) { tellAll({ state: stream.readyState === EventSource.OPEN ? "on" : "lost" }); return; }
  heard = topics.join();
  stream?.close();
  stream = null;
  if (!topics.length) return;
  try {
    const answer = await fetch(`${asked.tickets}?${new URLSearchParams({ topics: heard })}`, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { ticket, url } = await answer.json();
    open(url ?? asked.url, ticket);
  } catch (problem) { again(); }
}

function open(url, ticket) {
  const query = new URLSearchParams({ ticket, ...(last && { last }) });
  stream = new EventSource(`${url}?${query}`);
  stream.onopen = () => { pause = PAUSE_LEAST; tellAll({ state: "on" }); };
  stream.onmessage = (event) => { last = event.lastEventId; pass(event.data); };
  stream.addEventListener("hello", (event) => { last = event.lastEventId; });
  stream.addEventListener("gap", (event) => { last = event.lastEventId; tellAll({ gap: true }); });
  // Closed for good means the ticket is over; a broken line comes back by itself.
  stream.onerror = () => { tellAll({ state: "lost" }); if (stream?.readyState === EventSource.CLOSED) { heard = ""; again(); } };
}

function pass(text) {
  const change = JSON.parse(text);
  for (const [port, topics] of ports) if (topics.includes(change.topic)) port.postMessage({ change });
}

function again() {
  heard = "";
  clearTimeout(timer);
  timer = setTimeout(connect, pause * (0.5 + Math.random()));
  pause = Math.min(pause * 2, PAUSE_MOST);
}

if ("onconnect" in self) self.onconnect = ({ ports: [port] }) => { port.onmessage = ({ data }) => take(port, data); port.start(); };
else self.onmessage = ({ data }) => take(self, data);
