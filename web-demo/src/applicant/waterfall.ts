import type { Decision, Explanation, Field } from "@scorelet/core";
import type { App } from "../app";
import { h } from "../dom";
import type { Input } from "../engine/protocol";
import { fieldName, valueText } from "./names";

interface Step {
  name: string;
  note: string;
  from: number;
  to: number;
  /** `null` for a start or a total. */
  effect: number | null;
}

/** Smaller effects are written, not drawn. */
const NOTHING = 5e-10;

/** A waterfall as a table: each row says in words and figures what its bar shows. */
export function waterfall(
  app: App,
  fields: readonly Field[],
  record: Input,
  explanation: Explanation,
  decision: Decision,
): HTMLElement {
  const { t, f, language } = app;
  const texts = t.applicant;
  const points = explanation.unit === "points";
  const figure = points ? f.two : (value: number) => f.four(value);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const { contributions } = explanation;
  const drawn = contributions.filter((one) => Math.abs(one.contribution) > NOTHING);
  drawn.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));

  let level = explanation.baseline ?? 0;
  const steps: Step[] = [
    { name: points ? texts.start.points : texts.start.expected, note: "", from: level, to: level, effect: null },
  ];
  for (const one of drawn) {
    const field = byName.get(one.field ?? one.input);
    steps.push({
      name: field ? fieldName(field, language) : one.input,
      note: field ? valueText(field, record[field.name], language, t, f) : "",
      from: level,
      to: level + one.contribution,
      effect: one.contribution,
    });
    level += one.contribution;
  }
  const score = decision.scores.find((one) => one.name === explanation.score)?.score ?? null;
  // Points add up to the score itself, but for its rounding and limits.
  const rest = points && score !== null ? score - level : 0;
  if (Math.abs(rest) > 1e-6) steps.push({ name: texts.rounding, note: "", from: level, to: level + rest, effect: rest });
  const end = points && score !== null ? score : level;
  steps.push({ name: points ? texts.score : texts.total, note: "", from: end, to: end, effect: null });

  const values = steps.flatMap((step) => [step.from, step.to]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = (high - low) * 0.06 || 1;
  const share = (value: number): number => ((value - low + pad) / (high - low + 2 * pad)) * 100;
  /** Whether more is better in this unit. */
  const good = (effect: number): boolean => effect > 0 !== explanation.higher_is_worse;

  const row = (step: Step): HTMLElement => {
    const bar = h("span", { class: "bar" });
    const total = step.effect === null;
    const [left, right] = total ? [0, share(step.to)] : [share(Math.min(step.from, step.to)), share(Math.max(step.from, step.to))];
    bar.style.left = `${left}%`;
    bar.style.width = `${Math.max(right - left, 0.6)}%`;
    const kind = total ? "total" : good(step.effect ?? 0) ? "good" : "bad";
    return h(
      "tr",
      { class: kind },
      h("th", { scope: "row" }, h("span", { class: "step-name" }, step.name), step.note && h("span", { class: "step-note" }, step.note)),
      h("td", { class: "track", "aria-hidden": "true" }, bar),
      h("td", { class: "number" }, total ? figure(step.to) : f.signed(points ? (step.effect ?? 0) : Number((step.effect ?? 0).toFixed(2)))),
    );
  };
  const silent = contributions.length - drawn.length;
  const unit = texts.unit[explanation.unit];
  return h(
    "div",
    { class: "waterfall" },
    h(
      "table",
      null,
      h("caption", { class: "visually-hidden" }, texts.waterfall),
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("th", { scope: "col" }, texts.factor),
          h("td", { "aria-hidden": "true" }),
          h("th", { scope: "col", class: "number" }, `${texts.effect} (${unit})`),
        ),
      ),
      h("tbody", null, steps.map(row)),
    ),
    silent > 0 && h("p", { class: "quiet" }, texts.others(silent)),
    !points && score !== null && h("p", { class: "quiet" }, `${texts.lower} ${texts.scaled(f.plain(score))}`),
  );
}
