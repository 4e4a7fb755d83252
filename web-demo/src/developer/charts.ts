import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { App } from "../app";
import { h } from "../dom";
import { onTheme } from "../settings";
import type { Discrimination, Histogram } from "./stats";

/** A picture with the same in words, and as a table. */
interface Chart {
  element: HTMLElement;
  dispose(): void;
}

const HEIGHT = 240;

/** A colour of the theme, as the canvas understands it. */
function colour(name: string): string {
  const probe = h("span", { class: `colour-${name}` });
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Charts are drawn one a frame: together they would hold the page up. */
let turn: Promise<unknown> = Promise.resolve();
const inTurn = (draw: () => void): void => {
  turn = turn.then(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))).then(draw);
};

/** Draws by `make`, anew for another width or theme. */
function chart(title: string, text: string, key: readonly [string, string][], table: HTMLElement, asTable: string, make: (width: number) => uPlot.Options, data: uPlot.AlignedData): Chart {
  const canvas = h("div", { class: "chart", role: "img", "aria-label": `${title}. ${text}` });
  const element = h(
    "figure",
    { class: "card" },
    h("figcaption", null, h("h3", null, title), text && h("p", { class: "quiet" }, text)),
    key.length > 0 && h("ul", { class: "legend" }, key.map(([name, of]) => h("li", { class: `colour-${of}` }, h("span", null, name)))),
    canvas,
    h("details", null, h("summary", null, asTable), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, table)),
  );
  let plot: uPlot | null = null;
  let ended = false;
  const draw = (): void => {
    plot?.destroy();
    plot = null;
    if (!ended && canvas.clientWidth > 0) plot = new uPlot({ ...make(canvas.clientWidth), height: HEIGHT }, data, canvas);
  };
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (!plot) inTurn(() => plot ?? draw());
    else if (width > 0 && width !== plot.width) plot.setSize({ width, height: HEIGHT });
  });
  observer.observe(canvas);
  const off = onTheme(() => inTurn(draw));
  return {
    element,
    dispose() {
      ended = true;
      observer.disconnect();
      off();
      plot?.destroy();
    },
  };
}

const font = "12px system-ui, sans-serif";

function axis(label: string, format: (value: number) => string): uPlot.Axis {
  return {
    label,
    labelFont: font,
    labelSize: 20,
    size: 30,
    font,
    stroke: colour("quiet"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
    values: (_, splits) => splits.map((value) => (value === null ? "" : format(value))),
  };
}

const base = { legend: { show: false }, cursor: { show: false }, padding: [12, 12, 0, 0] as [number, number, number, number] };

function table(head: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return h(
    "table",
    null,
    h("thead", null, h("tr", null, head.map((name) => h("th", { scope: "col", class: "number" }, name)))),
    h("tbody", null, rows.map((row) => h("tr", null, row.map((cell) => h("td", { class: "number" }, cell))))),
  );
}

/** How many rows came to which score; bad ones apart where outcomes are known. */
export function distribution(app: App, histogram: Histogram, labelled: boolean, mean: number): Chart {
  const { t, f } = app;
  const texts = t.developer;
  const { bins, width } = histogram;
  const middle = bins.map((bin) => bin.from + width / 2);
  const all = bins.map((bin) => bin.good + bin.bad);
  const bad = bins.map((bin) => bin.bad);
  const paths = uPlot.paths.bars?.({ size: [0.92, 64], align: 0 });
  const series = (name: string, stroke: string): uPlot.Series => ({
    label: name,
    fill: stroke,
    stroke,
    width: 0,
    points: { show: false },
    ...(paths ? { paths } : {}),
  });
  const options = (size: number): uPlot.Options => ({
    ...base,
    width: size,
    height: HEIGHT,
    scales: {
      x: { time: false, range: () => [(bins[0]?.from ?? 0) - width / 2, (bins.at(-1)?.from ?? 0) + width * 1.5] },
      y: { range: (_, __, most) => [0, Math.max(1, most) * 1.08] },
    },
    axes: [axis(texts.scoreAxis, f.plain), { ...axis(texts.rows, f.whole), size: 62 }],
    // The bad ones stand in front, so what is seen behind them are the good.
    series: [{}, series(texts.rows, colour("accent-soft")), ...(labelled ? [series(texts.badLabel, colour("bad"))] : [])],
  });
  const rows = bins.map((bin) => [f.plain(bin.from), f.whole(bin.good + bin.bad), ...(labelled ? [f.whole(bin.bad)] : [])]);
  const text = `${texts.mean} ${f.one(mean)}`;
  const key: [string, string][] = labelled ? [[texts.good, "accent-soft"], [texts.badLabel, "bad"]] : [];
  const data: uPlot.AlignedData = labelled ? [middle, all, bad] : [middle, all];
  return chart(texts.distribution, text, key, table([texts.from, texts.rows, ...(labelled ? [texts.badLabel] : [])], rows), texts.asTable, options, data);
}

/** Bad refused against good refused, for every cut-off. */
export function roc(app: App, found: Discrimination): Chart {
  const { t, f } = app;
  const texts = t.developer;
  const good = found.points.map((point) => point.good);
  const bad = found.points.map((point) => point.bad);
  const line = (label: string, stroke: string, dash: number[] = []): uPlot.Series => ({ label, stroke, width: dash.length ? 1 : 2.5, dash, points: { show: false } });
  const options = (size: number): uPlot.Options => ({
    ...base,
    width: size,
    height: HEIGHT,
    scales: { x: { time: false, range: () => [0, 1] }, y: { range: () => [0, 1] } },
    axes: [axis(texts.falsePositive, f.plain), { ...axis(texts.truePositive, f.plain), size: 56 }],
    series: [{}, line(texts.roc, colour("accent")), line(texts.chance, colour("quiet"), [4, 4])],
  });
  const every = Math.max(1, Math.floor(found.points.length / 20));
  const rows = found.points.filter((_, i) => i % every === 0).map((point) => [f.percent(point.good), f.percent(point.bad)]);
  const text = texts.rocText(f.four(found.auc), f.four(2 * found.auc - 1));
  return chart(texts.roc, text, [[texts.roc, "accent"], [texts.chance, "quiet"]], table([texts.falsePositive, texts.truePositive], rows), texts.asTable, options, [good, bad, good]);
}

/** Shares of good and bad up to each score. */
export function ks(app: App, found: Discrimination, histogram: Histogram, at: number | null): Chart {
  const { t, f } = app;
  const texts = t.developer;
  const { bins, width } = histogram;
  const total = { good: 0, bad: 0 };
  for (const bin of bins) {
    total.good += bin.good;
    total.bad += bin.bad;
  }
  let [goods, bads] = [0, 0];
  const along = bins.map((bin) => {
    goods += bin.good;
    bads += bin.bad;
    return { score: bin.from + width, good: goods / total.good, bad: bads / total.bad };
  });
  const line = (label: string, stroke: string): uPlot.Series => ({ label, stroke, width: 2.5, points: { show: false } });
  const options = (size: number): uPlot.Options => ({
    ...base,
    width: size,
    height: HEIGHT,
    scales: { x: { time: false }, y: { range: () => [0, 1] } },
    axes: [axis(texts.scoreAxis, f.plain), { ...axis(texts.cumulative, f.plain), size: 56 }],
    series: [{}, line(texts.badLabel, colour("bad")), line(texts.good, colour("accent"))],
  });
  const data: uPlot.AlignedData = [
    [bins[0]?.from ?? 0, ...along.map((one) => one.score)],
    [0, ...along.map((one) => one.bad)],
    [0, ...along.map((one) => one.good)],
  ];
  const rows = along.map((one) => [f.plain(one.score), f.percent(one.bad), f.percent(one.good)]);
  const text = `${texts.ksText(f.four(found.ks), at === null ? "–" : f.plain(at))}`;
  return chart(texts.ks, text, [[texts.badLabel, "bad"], [texts.good, "accent"]], table([texts.scoreAxis, texts.badLabel, texts.good], rows), texts.asTable, options, data);
}
