import type { App } from "../app";
import { axis, type Picture, plot } from "../charts/plot";
import { h } from "../dom";
import type { Discrimination, Histogram } from "./stats";

/** A picture with the same in words, and as a table. */
interface Chart {
  element: HTMLElement;
  dispose(): void;
}

type Key = readonly (readonly [name: string, colour: string])[];

function chart(app: App, title: string, text: string, key: Key, head: readonly string[], rows: readonly (readonly string[])[], make: (width: number) => Picture): Chart {
  const { element, dispose } = plot(`${title}. ${text}`, make);
  const table = h(
    "table",
    null,
    h("thead", null, h("tr", null, head.map((name) => h("th", { scope: "col", class: "number" }, name)))),
    h("tbody", null, rows.map((row) => h("tr", null, row.map((cell) => h("td", { class: "number" }, cell))))),
  );
  return {
    element: h(
      "figure",
      { class: "card" },
      h("figcaption", null, h("h3", null, title), text && h("p", { class: "quiet" }, text)),
      key.length > 0 && h("ul", { class: "key" }, key.map(([name, of]) => h("li", { class: `colour-${of}` }, h("span", null, name)))),
      element,
      h("details", null, h("summary", null, app.t.developer.asTable), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, table)),
    ),
    dispose,
  };
}

/** About how many pixels a number below an axis needs. */
const APART = 70;

/** How many rows came to which score; bad ones apart where outcomes are known. */
export function distribution(app: App, { bins, width }: Histogram, labelled: boolean, mean: number): Chart {
  const { t, f } = app;
  const texts = t.developer;
  const most = Math.max(1, ...bins.map((bin) => bin.good + bin.bad));
  const [low, high] = [bins[0]?.from ?? 0, (bins.at(-1)?.from ?? 0) + width];
  const bars = (value: (bin: Histogram["bins"][number]) => number) => bins.map((bin) => [bin.from + 0.04 * width, bin.from + 0.96 * width, value(bin)] as const);
  const rows = bins.map((bin) => [f.plain(bin.from), f.whole(bin.good + bin.bad), ...(labelled ? [f.whole(bin.bad)] : [])]);
  return chart(
    app,
    texts.distribution,
    `${texts.mean} ${f.one(mean)}`,
    labelled ? [[texts.good, "accent-soft"], [texts.badLabel, "bad"]] : [],
    [texts.from, texts.rows, ...(labelled ? [texts.badLabel] : [])],
    rows,
    (size) => ({
      x: axis(low, high, texts.scoreAxis, f.plain, size / APART),
      y: axis(0, most * 1.05, texts.rows, f.whole, 5),
      // The bad ones stand in front, so what is seen behind them are the good.
      marks: [
        { kind: "bars", class: "colour-accent-soft", bars: bars((bin) => bin.good + bin.bad) },
        ...(labelled ? [{ kind: "bars" as const, class: "colour-bad", bars: bars((bin) => bin.bad) }] : []),
      ],
    }),
  );
}

/** Bad refused against good refused, for every cut-off. */
export function roc(app: App, found: Discrimination): Chart {
  const { t, f } = app;
  const texts = t.developer;
  const every = Math.max(1, Math.floor(found.points.length / 20));
  const rows = found.points.filter((_, i) => i % every === 0).map((point) => [f.percent(point.good), f.percent(point.bad)]);
  return chart(
    app,
    texts.roc,
    texts.rocText(f.four(found.auc), f.four(2 * found.auc - 1)),
    [[texts.roc, "accent"], [texts.chance, "quiet"]],
    [texts.falsePositive, texts.truePositive],
    rows,
    (size) => ({
      x: axis(0, 1, texts.falsePositive, f.plain, size / APART),
      y: axis(0, 1, texts.truePositive, f.plain, 5),
      marks: [
        { kind: "line", class: "colour-quiet thin", points: [[0, 0], [1, 1]] },
        { kind: "line", class: "colour-accent", points: found.points.map((point) => [point.good, point.bad] as const) },
      ],
    }),
  );
}

/** Shares of good and bad up to each score. */
export function ks(app: App, found: Discrimination, { bins, width }: Histogram, at: number | null): Chart {
  const { t, f } = app;
  const texts = t.developer;
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
  const first = bins[0]?.from ?? 0;
  const line = (of: "good" | "bad") => [[first, 0] as const, ...along.map((one) => [one.score, one[of]] as const)];
  return chart(
    app,
    texts.ks,
    texts.ksText(f.four(found.ks), at === null ? "–" : f.plain(at)),
    [[texts.badLabel, "bad"], [texts.good, "accent"]],
    [texts.scoreAxis, texts.badLabel, texts.good],
    along.map((one) => [f.plain(one.score), f.percent(one.bad), f.percent(one.good)]),
    (size) => ({
      x: axis(first, along.at(-1)?.score ?? 1, texts.scoreAxis, f.plain, size / APART),
      y: axis(0, 1, texts.cumulative, f.plain, 5),
      marks: [
        { kind: "line", class: "colour-bad", points: line("bad") },
        { kind: "line", class: "colour-accent", points: line("good") },
      ],
    }),
  );
}
