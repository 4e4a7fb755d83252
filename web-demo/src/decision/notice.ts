import type { Contribution, Decision, Explanation } from "@scorelet/core";
import type { App, Current } from "../app";
import { fieldName, valueText } from "../applicant/names";
import { h, replace } from "../dom";
import { fieldsBehind, items } from "../engine/graph";
import type { Input } from "../engine/protocol";
import { type Named, reasonsOf } from "./reasons";

/** Which input stands for which reason does not hang on the applicant: without an explanation of this one, of a sample. */
async function inputs(app: App, { handle, samples }: Current, explanation: Explanation | null): Promise<readonly Contribution[]> {
  if (explanation && explanation.contributions.length > 0) return explanation.contributions;
  for (const record of samples) {
    const other = await app.engine.call("assess", { handle, record, language: app.language }).catch(() => null);
    if (other?.explanation?.contributions.length) return other.explanation.contributions;
  }
  return [];
}

/**
 * The adverse action notice of an applicant who was declined or referred, in the words of `scorelet notice`: made from the decision and
 * from what the bundle says of itself.
 */
export function notice(app: App, current: Current, decision: Decision, record: Input, explanation: Explanation | null): HTMLElement {
  const { t, f, language } = app;
  const texts = t.notice;
  const { info, fields } = current;
  const { principal, factors, rules, silent } = reasonsOf(decision, info.groups);
  const told = decision.scores.find((one) => one.reasons);
  const head = (print: boolean): HTMLElement =>
    h("div", { class: "card-head" }, h("h2", { id: "notice-title" }, texts.title), print && h("button", { type: "button", class: "plain", id: "notice-print", on: { click: () => window.print() } }, texts.print));
  const element = h("section", { class: "card notice", id: "notice", "aria-labelledby": "notice-title" });
  const refused = silent !== null ? texts.silent(silent) : principal.length === 0 ? texts.unspecific : null;
  if (refused !== null) {
    replace(element, head(false), h("p", { class: "field-error", id: "notice-refused" }, refused));
    return element;
  }
  const ranked = (id: string, list: readonly Named[]): HTMLElement =>
    h("ol", { class: "ranked", id }, list.map((one) => h("li", { "data-code": one.code }, h("span", { class: "code" }, one.code), h("span", null, one.text))));
  const list = (id: string, title: string, all: readonly string[]) => all.length > 0 && [h("p", null, title), h("ul", { class: "chips", id }, all.map((one) => h("li", { class: "chip" }, one)))];
  const fill = (contributions: readonly Contribution[]): void => {
    const codes = new Set([...principal, ...factors].map((one) => one.code));
    const from = contributions.filter((one) => codes.has(one.group)).map((one) => one.field ?? one.input);
    const behind = fieldsBehind(items(info, fields), [...from, ...rules.map((id) => `rules.${id}`)]);
    const absent = new Set(decision.absent.map((one) => one.field));
    const named = (wanted: (name: string) => boolean) => fields.filter((field) => wanted(field.name));
    const today = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "long" }).format(new Date());
    const bands = info.scores.find((one) => one.name === told?.name)?.bands ?? [];
    const range = bands.map(({ name, from: start }) => (start === null ? name : texts.from(name, f.plain(start)))).reverse();
    const sources = decision.sources?.filter((one) => one.present).map((one) => one.label ?? one.name) ?? [];
    replace(
      element,
      head(true),
      h("p", { class: "quiet screen" }, decision.outcome === "refer" && [texts.referred, " "], texts.letter),
      h("p", null, texts.opening),
      h("p", null, texts.reasons),
      ranked("notice-reasons", principal),
      told?.score != null && [
        h("p", { id: "notice-score", "data-score": told.score }, texts.score(f.plain(told.score), today, `${info.name} ${info.version}`)),
        range.length > 0 && h("p", { id: "notice-range" }, texts.range(range.join(" · "))),
        factors.length > 0 && [h("p", null, texts.factors), ranked("notice-factors", factors)],
      ],
      list("notice-sources", texts.sources, sources),
      list("notice-absent", texts.absent, named((name) => absent.has(name)).map((field) => fieldName(field, language))),
      behind.size > 0 && [
        h("p", null, texts.correct),
        h("dl", { class: "notice-facts", id: "notice-fields" }, named((name) => behind.has(name) && !absent.has(name)).map((field) => [h("dt", { "data-field": field.name }, fieldName(field, language)), h("dd", null, valueText(field, record[field.name], language, t, f))])),
      ],
      h("p", { class: "quiet" }, `${t.applicant.digest} `, h("code", null, decision.digest), info.signer && [` · ${t.applicant.signer} `, h("code", null, info.signer)]),
    );
  };
  void inputs(app, current, explanation).then(fill);
  return element;
}
