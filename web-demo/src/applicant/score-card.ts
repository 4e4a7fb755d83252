import type { Decision } from "@scorelet/core";
import type { App } from "../app";
import { h, replace } from "../dom";
import { direction, type Score } from "../engine/scores";
import { pick } from "../i18n";
import { bandClass, gauge } from "./gauge";

/** Score, band, PD and reasons, with the gauge; and the same in one line for small screens. */
export interface ScoreCard {
  element: HTMLElement;
  /** A line that stays in sight on a phone. */
  bar: HTMLElement;
  show(decision: Decision): void;
  /** No score: says why. */
  wait(title: string, how: string): void;
}

const SPOKEN_AFTER = 700;

/** The name of a band for people. */
export function bandLabel(score: Score, band: string | null, language: string): string {
  return pick(score.bands.find((one) => one.name === band)?.labels, language) ?? "";
}

/** Builds the card of a score, with the figures of `others` that the same bundle gives. */
export function scoreCard(app: App, score: Score, others: readonly Score[] = []): ScoreCard {
  const { t, f, language } = app;
  const texts = t.applicant;
  const better = direction(score);
  const dial = gauge(score, better);
  const figure = h("p", { class: "score-figure" });
  const band = h("p", { class: "score-band" });
  const pd = h("dd", { class: "number" });
  const figures = new Map(others.map((one) => [one.name, h("dd", { class: "number" }, "–")]));
  const reasons = h("div", { class: "reasons" });
  const barFigure = h("strong");
  const barBand = h("span");
  const live = h("p", { class: "visually-hidden", role: "status", "aria-live": "polite", id: "live-score" });
  let speaking = 0;
  // A reader hears where the score came to rest, not each step on the way.
  const speak = (text: string): void => {
    clearTimeout(speaking);
    speaking = window.setTimeout(() => (live.textContent = text), SPOKEN_AFTER);
  };
  const element = h(
    "section",
    { class: "card score-card", "aria-labelledby": "score-title" },
    h("h2", { id: "score-title", class: "visually-hidden" }, texts.score),
    h("div", { class: "dial" }, dial.element, h("div", { class: "dial-text" }, figure, band)),
    h("dl", { class: "facts" }, h("div", null, h("dt", null, texts.pd), pd), others.map((one) => h("div", { "data-score": one.name }, h("dt", null, texts.kinds[one.kind] ?? one.name), figures.get(one.name)))),
    reasons,
    live,
  );
  const bar = h("div", { class: "score-bar", "aria-hidden": "true" }, barFigure, barBand);

  return {
    element,
    bar,
    show(decision) {
      const found = decision.scores.find((one) => one.name === score.name) ?? decision.scores[0];
      const value = found?.score ?? null;
      const index = score.bands.findIndex((one) => one.name === found?.band);
      if (!found || value === null) return this.wait(texts.waiting, "");
      const label = bandLabel(score, found.band, language);
      const text = f.plain(value);
      const colour = bandClass(Math.max(0, index), score.bands.length, better);
      dial.set(value, index);
      figure.textContent = text;
      replace(band, found.band && h("span", { class: `chip ${colour}` }, found.band), label || (found.band ? "" : texts.score));
      pd.textContent = found.pd === null ? "–" : f.percent(found.pd);
      for (const one of decision.scores) figures.get(one.name)?.replaceChildren(one.score === null ? "–" : f.plain(one.score));
      barFigure.textContent = text;
      replace(barBand, found.band && h("span", { class: `chip ${colour}` }, found.band), label);
      element.classList.remove("waiting");
      bar.classList.remove("waiting");
      const list = found.reasons;
      replace(
        reasons,
        list && h("h3", null, texts.reasons),
        list?.length === 0 && h("p", { class: "quiet" }, texts.noReasons),
        list && list.length > 0 && h("ol", null, list.map((one) => h("li", null, h("span", { class: "code" }, one.code), h("span", null, one.text)))),
      );
      const { outcome } = decision;
      speak(`${texts.said(text, found.band ?? "–", label)}${outcome ? `. ${t.decision.outcomes[outcome]}` : ""}`);
    },
    wait(title, how) {
      dial.set(null, 0);
      figure.textContent = "–";
      band.textContent = title;
      pd.textContent = "–";
      for (const value of figures.values()) value.textContent = "–";
      barFigure.textContent = "–";
      barBand.textContent = title;
      element.classList.add("waiting");
      bar.classList.add("waiting");
      replace(reasons, how && h("p", { class: "quiet" }, how));
      speak(texts.saidNone);
    },
  };
}
