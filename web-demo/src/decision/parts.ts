import "../styles/decision.css";
import type { Decision, Fallback, FiredRule, Source, Term } from "@scorelet/core";
import type { App } from "../app";
import { unitName } from "../applicant/names";
import { h } from "../dom";

/** The outcome in words, with a sign of its own colour. */
export function outcomeName(app: App, outcome: Decision["outcome"]): HTMLElement {
  const texts = app.t.decision;
  return h("p", { class: `outcome ${outcome ?? "none"}`, "data-outcome": outcome ?? "" }, outcome ? texts.outcomes[outcome] : texts.outcomeNone);
}

/** The terms of an offer that there are. */
export function termList(app: App, terms: readonly Term[]): HTMLElement | null {
  const { f, language } = app;
  const there = terms.filter((one) => one.value !== null);
  if (there.length === 0) return null;
  return h("dl", { class: "facts terms" }, there.map(({ name, label, value, unit }) => h("div", { "data-term": name }, h("dt", null, label ?? name), h("dd", { class: "number", "data-value": value }, f.plain(value ?? 0), unit && [" ", h("small", null, unitName(unit, language))]))));
}

/** A score's name for people. */
export function scoreName(app: App, name: string, kind: string): string {
  return app.t.applicant.kinds[kind] ?? name;
}

/** The rules that fired or could not be decided; `close`: with id, author and what such a rule does. */
export function ruleList(app: App, rules: readonly FiredRule[], close = false): HTMLElement {
  const texts = app.t.decision;
  if (rules.length === 0) return h("p", { class: "quiet" }, texts.rulesNone);
  return h(
    "ul",
    { class: "rules" },
    rules.map((rule) => {
      const codes = rule.reasons.filter((one) => one.text !== rule.text);
      return h(
        "li",
        { "data-rule": rule.id, "data-state": rule.state },
        h("p", null, h("span", { class: `chip ${rule.kind}` }, texts.kinds[rule.kind]), rule.state === "undecided" && [" ", h("span", { class: "chip" }, texts.undecided)], " ", rule.text ?? h("code", null, rule.id)),
        close && h("p", { class: "quiet" }, h("code", null, rule.id), texts.colon, rule.state === "undecided" ? texts.undecidedMeans : texts.does[rule.kind]),
        codes.length > 0 && h("p", { class: "quiet" }, codes.map((one) => `${one.code} ${one.text}`).join("; ")),
        (rule.author || rule.expires) && h("p", { class: "quiet" }, [rule.author && texts.by(rule.author), rule.expires && texts.until(rule.expires)].filter(Boolean).join(" · ")),
      );
    }),
  );
}

/** Sources of data, and what the absence of one did; `missing`: those only that are not there. */
export function sourceList(app: App, sources: readonly Source[], missing = false): HTMLElement {
  const texts = app.t.decision;
  const shown = missing ? sources.filter((one) => !one.present) : sources;
  if (shown.length === 0) return h("p", { class: "quiet" }, texts.sourcesAll);
  return h(
    "ul",
    { class: "rules" },
    shown.map((one) =>
      h(
        "li",
        { "data-source": one.name, "data-present": String(one.present) },
        h("p", null, h("span", { class: `chip ${one.present ? "approve" : "refer"}` }, one.present ? texts.present : texts.missing), " ", one.label ?? one.name, " ", h("span", { class: "quiet" }, texts.needs[one.need])),
        !one.present && one.effect && h("p", { class: "quiet" }, one.effect),
      ),
    ),
  );
}

/** Why a model was passed over, in words. */
function cause(app: App, passed: Fallback["passed"][number], sources: readonly Source[]): string {
  const source = sources.find((one) => one.name === passed.source);
  return app.t.decision.causes[passed.cause] + (passed.source ? `${app.t.decision.colon}${source?.label ?? passed.source}` : "");
}

/** The models that were asked for a score, in order, to the one that gave it. */
export function chain(app: App, { used, passed, score }: Fallback, sources: readonly Source[]): HTMLElement {
  const texts = app.t.decision;
  return h(
    "ol",
    { class: "fallback", "data-score": score },
    passed.map((one) => h("li", { class: "passed", "data-model": one.model, "data-cause": one.cause }, h("code", null, one.model), " ", h("span", { class: "quiet" }, cause(app, one, sources)))),
    used === null ? h("li", { class: "none" }, texts.usedNone) : h("li", { class: "used", "data-model": used }, h("code", null, used), " ", h("span", { class: "quiet" }, texts.used)),
  );
}
