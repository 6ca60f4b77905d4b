/*
 * Draws the charts of a page. Each element with `data-chart` holds plain numbers and words, which
 * the table beside it says too: without this file, or without the library, nothing is lost. Drawn
 * as SVG: it prints, and the content security policy has nothing to refuse. Bars carry patterns and
 * lines differ in their strokes, so that no colour is needed to tell them apart.
 */
(() => {
  "use strict";
  if (!window.echarts) return;
  document.documentElement.classList.add("charted");
  const drawn = new Map();

  /* Colours are the style sheet's. */
  const colours = (element) => {
    const style = getComputedStyle(element);
    const of = (name) => style.getPropertyValue(`--chart-${name}`).trim();
    return { ink: of("ink"), soft: of("soft"), line: of("line"), main: of("main"), font: style.fontFamily };
  };
  const number = (value) => (value == null ? "—" : value.toLocaleString("en-US"));

  function common(colour, described) {
    return {
      animation: false,
      textStyle: { fontFamily: colour.font, color: colour.ink },
      color: [colour.main, colour.soft],
      aria: { enabled: true, label: { enabled: true, description: described }, decal: { show: true } },
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: number },
    };
  }

  const kinds = {
    growth(data, colour, size) {
      const last = data.members.findLastIndex((one) => one != null);
      const dated = (values) => values.map((value, at) => [data.days[at], value]);
      const targets = dated(data.targets).filter(([, members]) => members != null);
      const aims = targets.map(([day, members]) => `${day} 的目标 ${number(members)} 人。`).join("");
      const described = `${data.title}：${data.days[0]} 有 ${number(data.members[0])} 人，`
        + `${data.days[last]} 有 ${number(data.members[last])} 人。${aims}逐日的数字见旁边的表。`;
      return {
        ...common(colour, described),
        grid: { left: 8, right: size * 3, top: size * 3, bottom: 8, containLabel: true },
        xAxis: {
          type: "time",
          axisLabel: { color: colour.soft, fontSize: size, hideOverlap: true, formatter: "{yyyy}-{MM}-{dd}" },
          axisLine: { lineStyle: { color: colour.line } },
        },
        yAxis: {
          type: "value", name: "人", nameTextStyle: { color: colour.soft, fontSize: size },
          axisLabel: { color: colour.soft, fontSize: size, formatter: number },
          splitLine: { lineStyle: { color: colour.line } },
        },
        legend: { show: targets.length > 0, top: 0, right: 8, textStyle: { color: colour.ink, fontSize: size } },
        series: [
          {
            name: "会员", type: "line", data: dated(data.members), lineStyle: { width: 3 },
            areaStyle: { opacity: 0.12, decal: { symbol: "none" } }, symbolSize: 5, showSymbol: last < 40,
          },
          ...(targets.length ? [
            {
              name: "匀速进度", type: "line", data: dated(data.planned), showSymbol: false, connectNulls: true,
              lineStyle: { width: 2, type: "dashed", color: colour.soft }, itemStyle: { color: colour.soft },
            },
            {
              name: "目标", type: "scatter", data: targets, symbol: "diamond", symbolSize: size,
              itemStyle: { color: colour.ink },
              label: { show: true, position: "top", color: colour.ink, fontSize: size, formatter: (one) => number(one.value[1]) },
            },
          ] : []),
        ],
      };
    },
    ranking(data, colour, size) {
      const best = data.names.length ? `最高的是${data.names[0]}，${data.labels[0]}。` : "";
      return {
        ...common(colour, `${data.title}，共 ${data.names.length} 个。${best}数字见旁边的表。`),
        tooltip: { show: false },
        grid: { left: 8, right: size * 6, top: 8, bottom: 8, containLabel: true },
        xAxis: { type: "value", min: 0, max: "dataMax", show: false },
        yAxis: {
          type: "category", data: data.names, inverse: true, axisTick: { show: false },
          axisLabel: { color: colour.ink, fontSize: size, interval: 0, width: size * 11, overflow: "truncate" },
          axisLine: { lineStyle: { color: colour.line } },
        },
        series: [{
          type: "bar", data: data.rates.map((rate) => Math.max(rate, 0)), barMaxWidth: 22,
          label: {
            show: true, position: "right", color: colour.ink, fontSize: size,
            formatter: (one) => data.labels[one.dataIndex],
          },
        }],
      };
    },
  };

  function draw(element, data) {
    const colour = colours(element);
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (data.kind === "ranking") element.classList.toggle("chart-empty", !data.names.length);
    let chart = drawn.get(element);
    if (!chart) {
      chart = window.echarts.init(element, null, { renderer: "svg" });
      drawn.set(element, chart);
    }
    chart.setOption(kinds[data.kind](data, colour, size), true);
    box(element, chart);
  }

  /* On paper the style sheet makes the drawing as wide as the page. */
  function box(element, chart) {
    element.querySelector("svg").setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  }
  window.addEventListener("resize", () => drawn.forEach((chart, element) => {
    chart.resize();
    box(element, chart);
  }));
  document.querySelectorAll("[data-chart]").forEach((element) => {
    draw(element, JSON.parse(element.dataset.chart));
  });
  window.drawChart = draw;
})();
