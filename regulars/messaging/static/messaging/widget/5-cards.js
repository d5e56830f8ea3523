// What is asked in between: who writes, how it was, what the menu offers.
function field(name, kind, autocomplete) {
  const needed = setup.asks[name] === "needed";
  const input = h("input", { type: kind, name, autocomplete, maxLength: 150, "aria-required": String(needed), id: `f-${name}` });
  const wrong = h("small", { className: "wrong", id: `w-${name}`, hidden: true });
  input.setAttribute("aria-describedby", wrong.id);
  const words = h("span", {}, say(name), !needed && h("small", { text: ` (${say("optional")})` }));
  return { input, wrong, needed, whole: h("label", {}, words, input, wrong) };
}

function complain(one, words) {
  one.wrong.textContent = words;
  one.wrong.hidden = !words;
  one.input.setAttribute("aria-invalid", String(Boolean(words)));
}

// Asks for name and address: as the door to the chat where one is needed, else as a card in the thread.
function askWho(isDoor, done) {
  const shown = (isDoor ? ["name", "email"] : ["email"]).filter((name) => setup.asks[name] !== "no" && !room.visitor?.[name]);
  const fields = shown.map((name) => field(name, name === "email" ? "email" : "text", name));
  // Ticked by nobody but the visitor; it counts when they press the button in the mail that comes.
  const tick = setup.asks.sign_up && shown.includes("email") && h("input", { type: "checkbox", name: "sign_up" });
  const submit = async (event) => {
    event.preventDefault();
    fields.forEach((one) => complain(one, one.needed && !one.input.value.trim() ? say("needed") : ""));
    const values = Object.fromEntries(fields.map((one) => [one.input.name, one.input.value.trim()]));
    if (tick?.checked) values.sign_up = true;
    const email = fields.find((one) => one.input.name === "email");
    if (email && values.email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(values.email)) complain(email, say("bad_email"));
    const first = fields.find((one) => one.input.getAttribute("aria-invalid") === "true");
    if (first) return first.input.focus();
    try {
      if (!store.kept.token) await room.begin(true);
      room.visitor = (await ask("POST", "introduction", values)).visitor;
      done(values);
    } catch (problem) {
      if (email && problem.code === "invalid") complain(email, problem.detail);
      else room.tell(reason(problem));
    }
  };
  return h(
    "form",
    { className: "card", noValidate: true, onsubmit: submit },
    !isDoor && h("p", { text: say("leave_email") }),
    h("div", { className: isDoor ? "rows" : "mail-row" }, ...fields.map((one) => one.whole), !isDoor && h("button", { className: "go", text: say("save") })),
    tick && h("label", { className: "tick" }, tick, h("span", { text: setup.asks.sign_up })),
    isDoor && h("button", { className: "go", text: say("start") }),
  );
}

function askHow() {
  const words = h("p", { text: say("rate"), id: "rate" });
  let score = 0;
  // What is said goes one after the other: a face that comes late must not overtake the words.
  let said = Promise.resolve();
  const tell = (what) => { said = said.then(() => ask("POST", "rating", what)).catch(() => {}); return said; };
  const faces = [1, 2, 3, 4, 5].map((n) =>
    h("button", { type: "button", "aria-pressed": "false", "aria-label": say(`rate_${n}`), title: say(`rate_${n}`), onclick: () => choose(n) }, icon(`face${n}`)),
  );
  const comment = h("textarea", { rows: 2, maxLength: 1000, "aria-label": say("rate_comment"), placeholder: say("rate_comment") });
  const more = h("div", { className: "card-more", hidden: true }, comment);
  const send = h("button", { className: "go", type: "button", text: say("send"), hidden: true, onclick: finish });
  const card = h("div", { className: "card", role: "group", "aria-labelledby": "rate" }, words, h("div", { className: "stars" }, ...faces), more, send);
  async function choose(n) {
    score = n;
    faces.forEach((face, place) => face.setAttribute("aria-pressed", String(place + 1 === n)));
    more.hidden = send.hidden = false;
    room.toEnd();
    await tell({ score });
  }
  async function finish() {
    await tell({ score, comment: comment.value, done: true });
    card.replaceChildren(h("p", { className: "said", role: "status", text: say("rate_thanks") }));
    room.hasRated = true;
  }
  return card;
}

function menu(toggle) {
  const sound = h("button", { type: "button", onclick: flip });
  const draw = () => sound.replaceChildren(icon(store.kept.sound ? "mute" : "sound"), say(store.kept.sound ? "sound_off" : "sound_on"));
  const transcript = h("button", { type: "button", onclick: mail }, icon("mail"), say("transcript"));
  const whole = h("div", { className: "menu", hidden: true }, transcript, sound);
  function flip() {
    store.write({ sound: !store.kept.sound });
    if (store.kept.sound) chime();
    draw();
  }
  async function mail() {
    open(false);
    try {
      room.tell(say("transcript_sent", await ask("POST", "transcript")));
    } catch (problem) {
      room.tell(reason(problem));
      if (problem.code === "nothing_to_send" && !room.visitor?.email) room.askAddress();
    }
  }
  function open(value) {
    const answered = [...thread.lines.values()].some((line) => !line.is_mine);
    transcript.hidden = !(setup.mails && answered);
    draw();
    whole.hidden = !value;
    toggle.setAttribute("aria-expanded", String(value));
    if (!value) toggle.focus();
    else whole.querySelector("button:not([hidden])").focus();
  }
  return { whole, open };
}
