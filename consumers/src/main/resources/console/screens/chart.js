// Accrued by day, summed up, as a line. The library comes when a chart is first drawn; a table stands beside it.

// Room beside the first and the last day, in seconds: a single day is a point in the middle.
const EDGE = 172_800;

let library;

async function load() {
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/console/lib/uplot/dist/uPlot.min.css" });
  document.head.append(style);
  return (await import("/console/lib/uplot/dist/uPlot.esm.js")).default;
}

export async function drawChart(page, days, target) {
  const place = document.getElementById("chart");
  const key = JSON.stringify([days, target, place?.clientWidth, getComputedStyle(document.body).color]);
  if (!place || days.length === 0 || page.own.drawnChart === key) return;
  page.own.drawnChart = key;
  const UPlot = await (library ??= load());
  page.own.undraw?.();
  // A canvas takes no variables: the place itself has the colours.
  const { color, borderTopColor, outlineColor } = getComputedStyle(place);
  const line = { stroke: borderTopColor, width: 1 };
  const axis = { stroke: color, grid: line, ticks: line };
  const times = days.map((d) => Date.parse(d.day) / 1000);
  const chart = new UPlot(
    {
      width: Math.max(240, place.clientWidth),
      height: 200,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { range: () => [times[0] - EDGE, times.at(-1) + EDGE] }, y: { range: (_, low, high) => [0, Math.max(high, Math.min(target, high * 1.5), 1)] } },
      axes: [axis, axis],
      series: [{}, { label: "accrued", stroke: outlineColor, width: 2, points: { show: times.length < 40, size: 6 } }],
    },
    [times, days.map((d) => d.sum)],
    place,
  );
  page.own.undraw = () => {
    chart.destroy();
    delete page.own.undraw;
    delete page.own.drawnChart;
  };
}
