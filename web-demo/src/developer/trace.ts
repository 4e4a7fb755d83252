import type { Decision, TraceStep } from "@scorelet/core";
import type { App } from "../app";
import { chain, outcomeName, ruleList, scoreName, sourceList, termList } from "../decision/parts";
import { h, replace } from "../dom";
import { problem } from "../problem";
import type { Chosen } from "./bundle";
import { mapping } from "./columns";
import type { Work } from "./work";

/** What a tree or a table of the policy hit. */
function hit(app: App, step: TraceStep): HTMLElement {
  const { t } = app;
  const texts = t.trace;
  const told = step.hit === null ? texts.untold : step.kind === "tree" ? texts.leaf : step.hit === 0 ? texts.noRule : texts.rule(app.f.whole(step.hit));
  return h("p", { class: "hit", "data-node": step.node, "data-hit": step.hit ?? "" }, h("strong", null, told), step.id && [" ", h("code", null, step.id)], step.text && [t.decision.colon, step.text]);
}

/** The steps of a decision, in the order in which each stands on those before. */
function steps(app: App, decision: Decision): HTMLElement {
  const { t, f } = app;
  const texts = t.trace;
  const { sources = [], fallback = [], rules, outcome, terms = [] } = decision;
  const step = (id: string, title: string, ...content: Parameters<typeof h>[2][]): HTMLElement => h("li", { "data-step": id }, h("h3", null, title), content);
  const figures = ({ score, pd, margin, band }: Decision["scores"][number]): string =>
    [score !== null && f.plain(score), band !== null && `${t.applicant.band} ${band}`, pd !== null && `PD ${f.percent(pd)}`, margin !== null && `${texts.margin} ${f.four(margin)}`].filter(Boolean).join(" · ") || texts.noScore;
  return h(
    "ol",
    { class: "trace", id: "trace" },
    sources.length > 0 && step("sources", t.decision.sources, sourceList(app, sources)),
    decision.scores.map((score) => {
      const models = fallback.find((one) => one.score === score.name);
      return step(`score ${score.name}`, scoreName(app, score.name, score.kind), h("p", { class: "number figures" }, figures(score)), models && chain(app, models, sources));
    }),
    decision.trace?.map((one) => step(`trace ${one.node}`, (one.kind === "tree" ? texts.tree : texts.table)(one.node), hit(app, one))),
    rules && step("rules", t.decision.rules, ruleList(app, rules, true)),
    outcome !== undefined && step("outcome", t.decision.title, outcomeName(app, outcome), termList(app, terms)),
  );
}

/** One applicant of the table, or of the bundle's samples, step by step to the decision, which `made` gets. */
export function trace(app: App, work: Work, bundle: Chosen, made: (decision: Decision) => void): HTMLElement {
  const { t, f } = app;
  const texts = t.trace;
  const { table } = work;
  const rows = table?.peek.rows ?? [];
  const columns = table ? mapping(bundle.fields, table.peek.header).columns : [];
  const ofTable = rows.length > 0 && columns.some((column) => column >= 0);
  const count = ofTable ? rows.length : bundle.samples.length;
  const content = h("div");
  const decide = async (index: number): Promise<Decision> => {
    const { handle } = bundle;
    const { language } = app;
    if (!ofTable) return work.engine.call("decide", { handle, record: bundle.samples[index] ?? {}, language });
    const answer = await work.engine.call("decideRow", { handle, cells: columns.map((column) => rows[index]?.[column] ?? ""), language });
    if ("problem" in answer) throw new Error(`${answer.field}: ${t.errors[answer.problem]} ${answer.text}`);
    return answer;
  };
  const number = h("input", { type: "number", id: "trace-of", class: "hex-input", min: 1, max: count, step: 1 });
  number.value = "1";
  let asked = 0;
  const update = async (): Promise<void> => {
    const own = ++asked;
    const index = Math.min(count, Math.max(1, Math.floor(Number(number.value)) || 1)) - 1;
    try {
      const decision = await decide(index);
      if (own !== asked) return;
      replace(content, steps(app, decision), h("p", { class: "quiet" }, t.applicant.digest, " ", h("code", { id: "trace-digest" }, decision.digest)));
      made(decision);
    } catch (error) {
      if (own === asked) replace(content, problem(app, error));
    }
  };
  number.addEventListener("input", () => void update());
  void update();
  return h(
    "section",
    { class: "card", id: "trace-card", "aria-labelledby": "trace-title" },
    h("h2", { id: "trace-title" }, texts.title),
    h("p", { class: "lead" }, texts.lead),
    h("p", { class: "trace-choice" }, h("label", { for: "trace-of" }, ofTable ? texts.row(table?.file.name ?? "") : texts.sample), number, h("span", { class: "quiet" }, texts.of(f.whole(count)))),
    h("div", { "aria-live": "off" }, content),
  );
}
