// Small parts: elements without markup in text (so that Trusted Types are content, too), words, times.
function h(tag, traits = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(traits)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = value;
    else if (name in made && name !== "list" && !name.includes("-")) made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((one) => one != null && one !== false));
  return made;
}

function icon(name, kind = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", kind);
  svg.append(path);
  return svg;
}

const say = (key, values = {}) =>
  (setup.words[key] || "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

const initials = (name) => {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0]).join("").toUpperCase() || "·";
};

const ADDRESS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;
function linked(text) {
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    pieces.push(text.slice(end, found.index));
    pieces.push(h("a", { href: found[0], target: "_blank", rel: "noopener noreferrer nofollow", text: found[0] }));
    end = found.index + found[0].length;
  }
  return [...pieces, text.slice(end)].filter(Boolean);
}

const clock = (at) => new Intl.DateTimeFormat(setup.language, { hour: "numeric", minute: "2-digit" }).format(at);
const sameDay = (one, other) => one.toDateString() === other.toDateString();
function dayOf(at) {
  const today = new Date();
  const ago = Math.round((new Date(today.toDateString()) - new Date(at.toDateString())) / 864e5);
  if (ago < 2) {
    const words = new Intl.RelativeTimeFormat(setup.language, { numeric: "auto" }).format(-ago, "day");
    return words.charAt(0).toUpperCase() + words.slice(1);
  }
  return new Intl.DateTimeFormat(setup.language, { weekday: "long", day: "numeric", month: "long" }).format(at);
}
function openingOf(at) {
  const form = sameDay(at, new Date()) ? {} : { weekday: "long" };
  return new Intl.DateTimeFormat(setup.language, { ...form, hour: "numeric", minute: "2-digit" }).format(at);
}

const sizeOf = (bytes) => {
  const [size, unit] = bytes < 1e6 ? [Math.max(1, bytes / 1e3), "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(setup.language, { style: "unit", unit, maximumFractionDigits: size < 10 && bytes >= 1e6 ? 1 : 0 }).format(size);
};

function chime() {
  try {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const loud = context.createGain();
    tone.frequency.setValueAtTime(660, 0);
    tone.frequency.setValueAtTime(880, context.currentTime + 0.09);
    loud.gain.setValueAtTime(0.08, context.currentTime);
    loud.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.35);
    tone.connect(loud).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.36);
    tone.onended = () => context.close();
  } catch {
    // A browser that plays nothing before it was touched stays silent.
  }
}
