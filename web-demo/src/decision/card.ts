import type { Decision, Explanation } from "@scorelet/core";
import type { App, Current } from "../app";
import { h, replace } from "../dom";
import type { Input } from "../engine/protocol";
import { notice } from "./notice";
import { chain, outcomeName, ruleList, scoreName, sourceList, termList } from "./parts";

/** What the applicant sees of a decision: outcome and terms, rules, missing sources, which model stood in, and the notice. */
export function show(app: App, current: Current, decision: Decision, record: Input, explanation: Explanation | null, into: HTMLElement, below: HTMLElement): void {
  const texts = app.t.decision;
  const { outcome, terms = [], rules, sources = [], fallback = [], scores } = decision;
  const stood = fallback.filter((one) => one.passed.length > 0 || one.used === null);
  replace(
    into,
    h(
      "section",
      { class: "card decision", "aria-labelledby": "decision-title" },
      h("h2", { id: "decision-title" }, texts.title),
      outcomeName(app, outcome),
      termList(app, terms),
      rules && [h("h3", null, texts.rules), ruleList(app, rules)],
      sources.length > 0 && [h("h3", null, texts.sourcesMissing), sourceList(app, sources, true)],
      stood.length > 0 && [
        h("h3", null, texts.fallback),
        stood.map((one) => {
          const kind = scores.find((score) => score.name === one.score)?.kind ?? "";
          return [h("p", { class: "quiet" }, scoreName(app, one.score, kind)), chain(app, one, sources)];
        }),
      ],
    ),
  );
  replace(below, (outcome === "decline" || outcome === "refer") && notice(app, current, decision, record, explanation));
}
