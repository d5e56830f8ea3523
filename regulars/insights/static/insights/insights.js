/* Charts of the insights in the page's own colours: drawn when their tile arrives, drawn anew when the theme changes; every bar and point opens its people. */
(() => {
  "use strict";
  const { on } = window.Regulars;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const colour = (name) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.hidden = true;
    probe.style.color = `var(${name})`;
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const ink = () => ({ text: colour("--ink-3"), strong: colour("--ink"), line: colour("--line-soft"), green: colour("--green"), marigold: colour("--marigold"), second: colour("--ink-2"), surface: colour("--surface"), family: getComputedStyle(document.body).fontFamily });

  function shortNumber(data) {
    const language = document.documentElement.lang || "en";
    const options = { notation: "compact", maximumFractionDigits: 1 };
    if (data.unit === "money") Object.assign(options, { style: "currency", currency: data.currency });
    const format = new Intl.NumberFormat(language, options);
    return (value) => (data.unit === "rate" ? `${format.format(value)} %` : format.format(value));
  }

  const frame = (data, c) => ({
    animation: !still.matches,
    animationDuration: 250,
    textStyle: { color: c.text, fontFamily: c.family, fontSize: 12 },
    aria: { enabled: true, label: { enabled: false }, decal: { show: Boolean(data.beside) && data.kind !== "line", decals: [{ symbol: "none" }, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(255,255,255,.45)" }] } },
    legend: data.beside ? { top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 8, textStyle: { color: c.text, fontFamily: c.family }, data: [data.name, data.beside_name] } : undefined,
    tooltip: { trigger: "axis", axisPointer: { type: data.kind === "line" ? "line" : "shadow", lineStyle: { color: c.text }, shadowStyle: { opacity: .08 } }, renderMode: "richText", confine: true, backgroundColor: c.strong, borderWidth: 0, padding: [8, 12], textStyle: { color: c.surface, fontFamily: c.family, fontSize: 12 }, formatter: (found) => said(data, found) },
  });

  function said(data, found) {
    const at = (Array.isArray(found) ? found[0] : found).dataIndex;
    const lines = [data.labels[at], data.words[at]];
    if (data.beside?.[at] != null) lines.push(`${data.beside_name}: ${data.beside_words[at]}`);
    for (const mark of data.marks ?? []) if (mark.at === at) lines.push(`⚑ ${mark.text}`);
    return lines.join("\n");
  }

  function lineOf(data, c) {
    const band = data.low.some((one) => one != null);
    const marks = data.marks.map((mark) => ({ xAxis: mark.at, name: mark.text }));
    const faint = { type: "line", symbol: "none", stack: "band", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
    return {
      ...frame(data, c),
      grid: { left: 4, right: 12, top: data.beside ? 34 : marks.length ? 24 : 14, bottom: 4, containLabel: true },
      xAxis: { type: "category", boundaryGap: false, data: data.labels, axisLabel: { color: c.text, hideOverlap: true, margin: 12 }, axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false } },
      yAxis: { type: "value", scale: data.unit !== "count", axisLabel: { color: c.text, formatter: shortNumber(data) }, splitLine: { lineStyle: { color: c.line } }, splitNumber: 4 },
      series: [
        ...(band ? [{ ...faint, name: "low", data: data.low }, { ...faint, name: "band", data: data.high.map((high, n) => (high == null || data.low[n] == null ? null : high - data.low[n])), areaStyle: { color: c.green, opacity: .13 } }] : []),
        ...(data.beside ? [{ name: data.beside_name, type: "line", data: data.beside, symbol: "none", lineStyle: { width: 1.75, type: [5, 4], color: c.second }, itemStyle: { color: c.second } }] : []),
        { name: data.name, type: "line", data: data.values, connectNulls: true, symbol: "circle", symbolSize: data.values.length > 40 ? 3 : 6, cursor: data.urls.some(Boolean) ? "pointer" : "default", lineStyle: { width: 2.25, color: c.green }, itemStyle: { color: c.green, borderColor: c.surface, borderWidth: 1 }, markLine: marks.length ? { symbol: ["none", "none"], silent: true, lineStyle: { color: c.marigold, type: "solid", width: 1.5 }, label: { formatter: (one) => one.name, color: c.text, fontSize: 11, position: "end", width: 120, overflow: "truncate" }, data: marks } : undefined },
      ],
    };
  }

  function barOf(data, c) {
    const flat = data.kind === "bar";
    const names = { type: "category", data: data.labels, inverse: flat, axisLabel: { color: c.text, width: flat ? 130 : undefined, overflow: "truncate", hideOverlap: !flat, interval: flat ? 0 : "auto" }, axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false } };
    const values = { type: "value", axisLabel: { color: c.text, formatter: shortNumber(data), hideOverlap: true }, splitLine: { lineStyle: { color: c.line } }, splitNumber: 4 };
    const whiskers = data.labels.flatMap((_label, n) => (data.low[n] == null || data.high[n] == null ? [] : [[{ coord: flat ? [data.low[n], n] : [n, data.low[n]] }, { coord: flat ? [data.high[n], n] : [n, data.high[n]] }]]));
    const series = { name: data.name, type: "bar", barMaxWidth: flat ? 18 : 40, barCategoryGap: flat ? "32%" : "12%", cursor: data.urls.some(Boolean) ? "pointer" : "default", itemStyle: { color: c.green, borderRadius: flat ? [0, 3, 3, 0] : [3, 3, 0, 0] }, data: data.values.map((value, n) => (data.small[n] ? { value, itemStyle: { opacity: .45 } } : value)) };
    if (whiskers.length && !data.beside) series.markLine = { symbol: ["none", "none"], silent: true, animation: false, lineStyle: { color: c.marigold, type: "solid", width: 2 }, label: { show: false }, data: whiskers };
    // Nothing is seen of it: it makes the axis long enough for the whiskers.
    const reach = { type: "scatter", symbolSize: 0, silent: true, tooltip: { show: false }, data: data.high.map((high, n) => (flat ? [high, n] : [n, high])) };
    return {
      ...frame(data, c),
      grid: { left: 4, right: 16, top: data.beside ? 34 : 10, bottom: 4, containLabel: true },
      xAxis: flat ? values : names,
      yAxis: flat ? names : values,
      series: [series, ...(whiskers.length && !data.beside ? [reach] : []), ...(data.beside ? [{ name: data.beside_name, type: "bar", barMaxWidth: 14, data: data.beside, itemStyle: { color: c.text, borderRadius: flat ? [0, 3, 3, 0] : [3, 3, 0, 0] } }] : [])],
    };
  }

  const sizes = new ResizeObserver((seen) => { for (const one of seen) window.echarts?.getInstanceByDom(one.target)?.resize(); });

  function draw(place) {
    const data = JSON.parse(document.getElementById(place.dataset.chart)?.textContent ?? "null");
    if (!data || !window.echarts) return;
    const known = window.echarts.getInstanceByDom(place);
    if (!known && data.kind === "bar") place.classList.add(`bars-${Math.min(12, data.labels.length)}`);
    const chart = known ?? window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption((data.kind === "line" ? lineOf : barOf)(data, ink()), true);
    if (known) return;
    sizes.observe(place);
    chart.getZr().on("click", (event) => {
      const at = chart.convertFromPixel({ seriesIndex: 0 }, [event.offsetX, event.offsetY]);
      const index = Math.round(data.kind === "bar" ? at[1] : at[0]);
      if (chart.containPixel("grid", [event.offsetX, event.offsetY]) && data.urls[index]) location.href = data.urls[index];
    });
  }
  const drawAll = (within = document) => { for (const place of within.querySelectorAll("[data-chart]")) draw(place); };
  document.addEventListener("htmx:after:swap", () => {
    for (const place of document.querySelectorAll("[data-chart]")) if (!window.echarts?.getInstanceByDom(place)) draw(place);
  });

  // Tiles that are being counted may hold every connection there is: the box says what it waits for before an answer gets through.
  on("click", "[data-says]", (_event, link) => {
    const dialog = document.querySelector("#modal");
    const waiting = setTimeout(() => {
      const words = Object.assign(document.createElement("p"), { className: "box-body", textContent: link.dataset.says });
      words.setAttribute("role", "status");
      dialog.querySelector("[data-box-body]").replaceChildren(words);
      window.Regulars.openDialog(dialog);
    }, 400);
    document.addEventListener("htmx:finally:request", function over({ detail: { ctx } }) {
      if (ctx.sourceElement !== link) return;
      clearTimeout(waiting);
      document.removeEventListener("htmx:finally:request", over);
      if (dialog.querySelector("[data-box-body] > p:only-child")) dialog.close();
    });
  });

  // A figure that fails says so in its own place.
  for (const name of ["htmx:response:error", "htmx:error"]) {
    document.addEventListener(name, (event) => {
      const tile = event.target instanceof Element && event.target.closest(".tile.is-waiting");
      if (!tile) return;
      tile.classList.remove("is-waiting");
      tile.setAttribute("aria-busy", "false");
      for (const part of tile.querySelectorAll(".tile-skeleton, .tile-slow")) part.hidden = true;
      tile.querySelector(".tile-wrong").hidden = false;
    });
  }

  // --- The pickers ask as soon as something is chosen; own days wait for the button. ---
  function days() {
    const form = document.querySelector("[data-pickers]");
    const choice = form?.querySelector("[data-period]");
    if (!choice) return;
    const own = choice.value === "own";
    form.querySelector("[data-own]").hidden = !own;
    for (const field of form.querySelectorAll("[data-own] input")) field.disabled = !own;
    form.classList.toggle("has-own", own);
  }
  const tidy = (form) => { for (const field of form.elements) if (field.name && !field.value) field.disabled = true; };
  on("change", "[data-pickers] select", (event, field) => {
    days();
    if (field.matches("[data-period]") && field.value === "own") return;
    field.form.requestSubmit();
  });
  on("submit", "[data-pickers]", (event, form) => tidy(form));

  // --- Large, as a picture, on paper ---
  on("click", "[data-full]", (event, button) => {
    const tile = button.closest(".tile");
    if (document.fullscreenElement) document.exitFullscreen();
    else tile.requestFullscreen?.();
  });
  on("click", "[data-png]", (event, button) => {
    const chart = window.echarts?.getInstanceByDom(button.closest(".tile").querySelector("[data-chart]"));
    if (!chart) return;
    const link = document.createElement("a");
    link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colour("--surface") });
    link.download = `${button.dataset.png}.png`;
    link.click();
  });
  on("click", "[data-print]", () => window.print());
  addEventListener("beforeprint", () => { for (const one of document.querySelectorAll(".tile-table")) { one.dataset.was = one.open; one.open = true; } });
  addEventListener("afterprint", () => { for (const one of document.querySelectorAll(".tile-table")) one.open = one.dataset.was === "true"; });

  // --- Arranging: dragged by the handle, or moved with the arrow keys on it ---
  const orderOf = (tiles) => [...tiles.querySelectorAll("[data-tile]")].map((one) => one.dataset.tile).join(",");
  function keep(tiles) {
    window.htmx.ajax("POST", tiles.dataset.arrange, { values: { order: orderOf(tiles) }, swap: "none", source: tiles });
  }
  function arrange() {
    const tiles = document.querySelector("[data-arrange]");
    if (tiles && window.Sortable && !tiles.dataset.ready) {
      tiles.dataset.ready = "yes";
      window.Sortable.create(tiles, { handle: ".tile-move", animation: still.matches ? 0 : 120, onEnd: () => keep(tiles) });
    }
  }
  on("keydown", ".tile-move", (event, handle) => {
    const tile = handle.closest("[data-tile]");
    const next = { ArrowLeft: tile.previousElementSibling, ArrowUp: tile.previousElementSibling, ArrowRight: tile.nextElementSibling, ArrowDown: tile.nextElementSibling }[event.key];
    if (!next) return;
    event.preventDefault();
    if (event.key === "ArrowLeft" || event.key === "ArrowUp") next.before(tile);
    else next.after(tile);
    handle.focus();
    clearTimeout(tile.parentElement.waiting);
    tile.parentElement.waiting = setTimeout(() => keep(tile.parentElement), 900);
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll());
  new MutationObserver(() => drawAll()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-bs-theme"] });
  const begin = () => { document.documentElement.classList.add("js"); days(); drawAll(); arrange(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
