/* The chart of the reports, in the page's own colours, drawn anew when the theme changes; and the period's own days. */
(() => {
  "use strict";
  const colour = (name) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.hidden = true;
    probe.style.color = `var(${name})`;
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };

  function draw() {
    const place = document.querySelector("[data-chart=days]");
    const data = JSON.parse(document.getElementById("chart-days")?.textContent ?? "null");
    if (!place || !data || !window.echarts) return;
    const ink = colour("--ink-3");
    const line = colour("--line-soft");
    const text = { color: ink, fontFamily: getComputedStyle(document.body).fontFamily };
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const chart = window.echarts.getInstanceByDom(place) ?? window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption({
      animation: !still,
      textStyle: text,
      color: [colour("--green"), colour("--marigold"), colour("--ink-2")],
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: text },
      tooltip: { trigger: "axis", renderMode: "richText", confine: true },
      xAxis: { type: "category", data: data.days, axisLabel: { ...text, hideOverlap: true, formatter: (day) => new Date(`${day}T12:00`).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short" }) }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
      yAxis: [
        { type: "value", minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: line } } },
        { type: "value", axisLabel: text, splitLine: { show: false }, min: 0 },
      ],
      series: [
        { name: data.names.began, type: "bar", data: data.began, barMaxWidth: 18, itemStyle: { borderRadius: [3, 3, 0, 0] } },
        { name: data.names.resolved, type: "bar", data: data.resolved, barMaxWidth: 18, itemStyle: { borderRadius: [3, 3, 0, 0] } },
        { name: data.names.first, type: "line", yAxisIndex: 1, data: data.first.map((one) => (one === null ? null : Math.round(one))), connectNulls: true, symbolSize: 5, lineStyle: { width: 2 } },
      ],
    }, true);
    addEventListener("resize", () => chart.resize());
  }

  function days() {
    const choice = document.querySelector("[data-period]");
    const own = document.querySelector("[data-own]");
    if (choice && own) own.hidden = choice.value !== "own";
  }
  document.addEventListener("change", (event) => { if (event.target.matches("[data-period]")) { days(); if (event.target.value !== "own") event.target.form.requestSubmit(); } });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-bs-theme"] });
  document.addEventListener("DOMContentLoaded", () => { draw(); days(); });
})();
