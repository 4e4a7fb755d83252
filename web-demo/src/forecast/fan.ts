import type { Forecast, ForecastMonth } from "@scorelet/core";
import type { App } from "../app";
import { unitName } from "../applicant/names";
import { axis, type Mark, plot, type Plot } from "../charts/plot";
import { h } from "../dom";
import { monthNames, monthNumber, type Past } from "./months";

/** Names of the quantile levels of a forecast, ascending. */
export function levels(months: readonly ForecastMonth[]): `p${number}`[] {
  return Object.keys(months[0] ?? {}).filter((name): name is `p${number}` => name !== "month");
}

/** The figures of a month, in the order of `levels`. */
export const figures = (month: ForecastMonth, names: readonly `p${number}`[]): number[] => names.map((name) => month[name] ?? Number.NaN);

/** The name of a level as it is written: `P10`. */
export const levelName = (level: string): string => level.toUpperCase();

/** What was, and the fan of what is expected: a band for each pair of levels, and the median. */
export function fan(app: App, forecast: Forecast, months: readonly ForecastMonth[], past: readonly Past[]): { element: HTMLElement; plot: Plot } {
  const { f } = app;
  const texts = app.t.forecast;
  const names = levels(months);
  const month = monthNames(app);
  const ahead = months.map((one) => ({ at: monthNumber(one.month), figures: figures(one, names) }));
  const [first, last] = [ahead[0]?.at ?? 0, ahead.at(-1)?.at ?? 0];
  const start = past[0]?.month ?? first;
  const values = [...past.map((one) => one.value), ...ahead.flatMap((one) => one.figures)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low) * 0.08 || Math.abs(high) / 10 || 1;
  const [from, to] = [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
  // The fan opens from the last month that is known.
  const known = past.at(-1);
  const joined = known && known.month === first - 1 ? [{ at: known.month, figures: names.map(() => known.value) }, ...ahead] : ahead;
  const pairs = Math.floor(names.length / 2);
  const marks: Mark[] = Array.from({ length: pairs }, (_, pair) => ({
    kind: "area",
    class: pair === 0 ? "colour-fan" : "colour-accent-soft",
    points: joined.map((one) => [one.at, one.figures[pair] ?? 0, one.figures[names.length - 1 - pair] ?? 0] as const),
  }));
  const middle = names.length % 2 === 1 ? pairs : -1;
  if (middle >= 0) marks.push({ kind: "line", class: "colour-accent", points: joined.map((one) => [one.at, one.figures[middle] ?? 0] as const) });
  if (past.length > 0) marks.push({ kind: "line", class: "colour-ink", points: past.map((one) => [one.month, one.value] as const) });

  const digits = f.cents;
  const told = (x: number) => {
    const at = Math.min(last, Math.max(start, Math.round(x)));
    const one = ahead.find((of) => of.at === at);
    const was = past.find((of) => of.month === at);
    if (!one && !was) return null;
    const said = one ? names.map((name, i) => [levelName(name), one.figures[i] ?? 0] as const).reverse() : [[texts.known, was?.value ?? 0] as const];
    return {
      at,
      title: month(at),
      points: said.map(([, value], i) => [value, one ? (names.length - 1 - i === middle ? "colour-accent" : "colour-accent-soft") : "colour-ink"] as const),
      lines: said.map(([name, value]) => [name, digits(value)] as const),
    };
  };
  const years = (width: number): [number, string][] => {
    const by = [1, 2, 3, 6, 12, 24, 60, 120].find((one) => ((last - start) / one) * 76 <= width) ?? 240;
    // Counted back from the end, so that the last month always has its name.
    return Array.from({ length: Math.floor((last - start) / by) + 1 }, (_, i) => last - i * by).map((at) => [at, month(at)]);
  };
  const outer = `${levelName(names[0] ?? "")}–${levelName(names.at(-1) ?? "")}`;
  const label = `${texts.chart} ${ahead.length > 0 ? texts.chartSays(month(first), month(last), digits(ahead.at(-1)?.figures[Math.max(0, middle)] ?? 0), unitName(forecast.unit, app.language)) : ""}`;
  const picture = plot(
    label,
    (width) => ({
      x: { low: start, high: last + 0.4, title: "", ticks: years(width - 90) },
      y: axis(from, to, unitName(forecast.unit, app.language), f.plain, 5),
      marks,
    }),
    told,
  );
  const key: [string, string][] = [
    ...(past.length > 0 ? [[texts.known, "ink"] as [string, string]] : []),
    ...(middle >= 0 ? [[`${texts.median} (${levelName(names[middle] ?? "")})`, "accent"] as [string, string]] : []),
    ...(pairs > 0 ? [[outer, "fan"] as [string, string]] : []),
  ];
  return {
    element: h("div", { class: "fan" }, h("ul", { class: "key" }, key.map(([name, of]) => h("li", { class: `colour-${of}` }, h("span", null, name)))), picture.element),
    plot: picture,
  };
}
