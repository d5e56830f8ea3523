/* The list of macros: typing narrows it, arrows walk, Enter runs. What is being typed in the answer is kept first. */
(() => {
  "use strict";
  const { on } = Regulars;
  const box = () => document.querySelector("[data-macro-picker]");
  const all = () => [...(box()?.querySelectorAll("[role=option]") ?? [])];
  const shown = () => all().filter((one) => !one.hidden);
  const here = () => shown().findIndex((one) => one.getAttribute("aria-selected") === "true");

  function choose(one) {
    for (const other of all()) other.setAttribute("aria-selected", String(other === one));
    const filter = box()?.querySelector("[data-macro-filter]");
    if (one) { filter?.setAttribute("aria-activedescendant", one.id); one.scrollIntoView({ block: "nearest" }); } else filter?.removeAttribute("aria-activedescendant");
  }
  function narrow(words) {
    for (const one of all()) {
      const text = one.textContent.toLocaleLowerCase();
      one.hidden = !words.every((word) => text.includes(word));
    }
    const none = box().querySelector("[data-macro-none]");
    if (none) none.hidden = shown().length > 0;
    choose(shown()[0]);
  }
  const keep = () => Regulars.inbox?.keep?.();
  on("click", "[data-macros]", keep);
  document.addEventListener("palette:opened", keep);
  document.addEventListener("htmx:after:swap", () => { if (box() && here() < 0) choose(shown()[0]); });
  on("input", "[data-macro-filter]", (event, input) => narrow(input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean)));
  on("keydown", "[data-macro-filter]", (event) => {
    const rows = shown();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(rows[(here() + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length]);
    else if (event.key === "Enter" && rows[here()]) rows[here()].click();
    else return;
    event.preventDefault();
  });
})();
