/* The tools above a list: which columns, and exports of what is shown now. The address is the truth; the form follows it. */
(() => {
  "use strict";
  const { on, tables } = Regulars;

  // Heard on the way down, so that the hidden field is right before the form is sent.
  document.addEventListener("change", (event) => {
    const box = event.target.closest?.("[data-column]");
    if (!box) return;
    const menu = box.closest("[data-columns]");
    const field = box.form.querySelector("input[name=columns]");
    const wanted = [...menu.querySelectorAll("[data-column]:checked")].map((one) => one.value);
    const kept = field.value.split(",").filter((name) => wanted.includes(name));
    field.value = [...kept, ...wanted.filter((name) => !kept.includes(name))].join(",");
  }, true);

  on("click", "a[data-export]", (event, link) => {
    const kind = new URL(link.href).searchParams.get("as");
    const query = new URLSearchParams(location.search);
    query.set("as", kind);
    query.delete("after");
    const bar = link.closest("[data-bulk]");
    const table = bar && document.querySelector(`[data-table="${bar.dataset.bulk}"]`);
    if (table) query.set("keys", tables.picked(table).join(","));
    link.href = `${new URL(link.href).pathname}?${query}`;
  });

  // What saves a list is told how the list stands now.
  document.addEventListener("htmx:config:request", (event) => {
    const ctx = event.detail.ctx;
    if (!ctx?.sourceElement?.matches?.("[data-with-query]")) return;
    ctx.request.action = `${ctx.request.action.split("?")[0]}${location.search}`;
  });

  document.addEventListener("htmx:after:swap", () => {
    const query = new URLSearchParams(location.search);
    for (const field of document.querySelectorAll("form.list-tools input[name=sort]")) field.value = query.get("sort") ?? "";
  });
})();
