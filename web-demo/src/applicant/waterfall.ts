import type { Decision, Explanation, Field } from "@scorelet/core";
import type { App } from "../app";
import { h } from "../dom";
import type { Input } from "../engine/protocol";
import { direction, type Score } from "../engine/scores";
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

/** From the explained output to points of the score: the output itself, or by the scale that the bundle states. */
interface Unit {
  name: "points" | "margin";
  start: (value: number) => number;
  effect: (contribution: number) => number;
  /** Whether a positive effect is good for the applicant. */
  up: boolean;
}

function unitOf(explanation: Explanation, score: Score | undefined): Unit {
  const same = (value: number): number => value;
  if (explanation.unit === "margin" && score?.points) {
    const { offset, factor } = score.points;
    const up = direction(score) === 1;
    return { name: "points", start: (value) => offset - factor * value, effect: (value) => -factor * value, up };
  }
  return { name: explanation.unit, start: same, effect: same, up: !explanation.higher_is_worse };
}

/** A waterfall as a table: each row says in words and figures what its bar shows. */
export function waterfall(
  app: App,
  scores: readonly Score[],
  fields: readonly Field[],
  record: Input,
  explanation: Explanation,
  decision: Decision,
): HTMLElement {
  const { t, f, language } = app;
  const texts = t.applicant;
  const unit = unitOf(explanation, scores.find((one) => one.name === explanation.score));
  const points = unit.name === "points";
  const figure = points ? f.two : (value: number) => f.four(value);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const { contributions } = explanation;
  const drawn = contributions.filter((one) => Math.abs(one.contribution) > NOTHING);
  drawn.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));

  let level = unit.start(explanation.baseline ?? 0);
  const steps: Step[] = [
    { name: explanation.unit === "points" ? texts.start.points : texts.start.expected, note: "", from: level, to: level, effect: null },
  ];
  for (const one of drawn) {
    const field = byName.get(one.field ?? one.input);
    const effect = unit.effect(one.contribution);
    steps.push({
      // What several fields make together is told by its reason group, not by the name of a column.
      name: field ? fieldName(field, language) : one.text || one.input,
      note: field ? valueText(field, record[field.name], language, t, f) : "",
      from: level,
      to: level + effect,
      effect,
    });
    level += effect;
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
  const good = (effect: number): boolean => effect > 0 === unit.up;

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
  // Where groups play as one, the group's effect stands at its first input: the others are not without effect.
  const told = new Set(drawn.filter((one) => one.field === null).map((one) => one.group));
  const silent = contributions.filter((one) => !drawn.includes(one) && (one.field !== null || !told.has(one.group))).length;
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
          h("th", { scope: "col", class: "number" }, `${texts.effect} (${texts.unit[unit.name]})`),
        ),
      ),
      h("tbody", null, steps.map(row)),
    ),
    silent > 0 && h("p", { class: "quiet" }, texts.others(silent)),
    !points && score !== null && h("p", { class: "quiet" }, `${texts.lower} ${texts.scaled(f.plain(score))}`),
  );
}
