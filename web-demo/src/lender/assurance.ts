import type { App } from "../app";
import { h, icon } from "../dom";
import type { Answer, Product } from "./client";

/** How far the decision can be trusted, what the lender's server added, and which bundle gave it. */
export function assurance(app: App, product: Product, answer: Answer): HTMLElement {
  const texts = app.t.lender;
  const { level, unverified } = answer.assurance;
  const clock = new Intl.DateTimeFormat(app.language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "medium" });
  return h(
    "section",
    { class: "card", id: "assurance", "aria-labelledby": "assurance-title" },
    h("h2", { id: "assurance-title" }, texts.assurance),
    h("p", { class: "level" }, h("span", { class: "badge" }, level === "reduced" ? icon("warn") : icon("check"), texts.levels[level] ?? level), " ", texts.levelMeans[level] ?? ""),
    unverified.length > 0 &&
      h("ul", { class: "doubts" }, unverified.map((one) => h("li", null, h("code", null, one.code), h("span", null, texts.doubts[one.code.split(":")[0] ?? ""] ?? one.detail)))),
    h(
      "dl",
      { class: "about" },
      product.adds.length > 0 && [h("dt", null, texts.added), h("dd", null, product.adds.map((name, index) => [index > 0 && ", ", h("code", null, name)]))],
      h("dt", null, texts.decision),
      h("dd", null, h("code", null, answer.id ?? "–"), " · ", clock.format(new Date(answer.created))),
      h("dt", null, texts.whole),
      h("dd", null, h("code", null, answer.decision.bundle)),
      h("dt", null, app.t.applicant.digest),
      h("dd", null, h("code", { id: "decision-digest" }, answer.decision.digest)),
    ),
    h("p", { class: "quiet" }, texts.digestHelp),
  );
}
