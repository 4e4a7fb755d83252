import type { App, View } from "../app";
import { bandClass } from "../applicant/gauge";
import { h } from "../dom";
import { direction } from "../engine/scores";
import { pick } from "../i18n";
import type { BatchReport } from "./batch";
import type { Chosen } from "./bundle";
import * as charts from "./charts";
import { fullName } from "./columns";

/** The bands as a table with bars: it is its own text alternative. */
function bands(app: App, bundle: Chosen, report: BatchReport): HTMLElement | null {
  const { t, f, language } = app;
  const texts = t.developer;
  const score = bundle.info.scores[0];
  if (!score || score.bands.length === 0) return null;
  const better = direction(score);
  const most = Math.max(1, ...report.bands.map((band) => band.rows));
  const rows = score.bands
    .map((band, index) => ({ band, index, figures: report.bands[index] ?? { rows: 0, pd: 0, pds: 0, bad: 0 } }))
    .reverse()
    .map(({ band, index, figures }) => {
      const bar = h("span", { class: `share-bar ${bandClass(index, score.bands.length, better)}` });
      bar.style.width = `calc((100% - 16px) * ${figures.rows / most})`;
      const share = (part: number, of: number): string => (of === 0 ? "–" : f.percent(part / of));
      return h(
        "tr",
        null,
        h("th", { scope: "row" }, h("strong", null, band.name), " ", h("span", { class: "quiet" }, pick(band.labels, language) ?? "")),
        h("td", { class: "track", "aria-hidden": "true" }, bar),
        h("td", { class: "number" }, f.whole(figures.rows)),
        h("td", { class: "number" }, f.percent(figures.rows / Math.max(1, report.scored))),
        h("td", { class: "number" }, share(figures.pd, figures.pds)),
        report.labelled && h("td", { class: "number" }, share(figures.bad, figures.rows)),
      );
    });
  const head = (text: string) => h("th", { scope: "col", class: "number" }, text);
  return h(
    "section",
    { class: "card" },
    h("h3", null, texts.bands),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": texts.bands },
      h(
        "table",
        { class: "bands", id: "bands" },
        h("thead", null, h("tr", null, h("th", { scope: "col" }, t.applicant.band), h("td", { "aria-hidden": "true" }), head(texts.rows), head(texts.share), head(texts.meanPd), report.labelled && head(texts.badRate))),
        h("tbody", null, rows),
      ),
    ),
  );
}

function problems(app: App, bundle: Chosen, report: BatchReport): HTMLElement | null {
  const { t, f } = app;
  const texts = t.developer;
  if (report.skipped === 0) return null;
  return h(
    "section",
    { class: "card problem-rows" },
    h("h3", null, texts.skipped(f.whole(report.skipped))),
    h("p", { class: "quiet" }, texts.skippedLead),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": texts.skipped(f.whole(report.skipped)) },
      h(
        "table",
        { id: "problems" },
        h("thead", null, h("tr", null, h("th", { scope: "col", class: "number" }, texts.row), h("th", { scope: "col" }, texts.field), h("th", { scope: "col" }, texts.why))),
        h(
          "tbody",
          null,
          report.problems.map((one) =>
            h("tr", null, h("td", { class: "number" }, f.whole(one.row)), h("td", null, fullName(app, bundle.fields, one.field)), h("td", null, one.text && [h("code", null, one.text.slice(0, 60)), " "], t.errors[one.problem])),
          ),
        ),
      ),
    ),
  );
}

/** Everything that came of a batch. */
export function results(app: App, bundle: Chosen, report: BatchReport): View {
  const { t, f } = app;
  const texts = t.developer;
  const url = URL.createObjectURL(report.results);
  const speed = f.whole(report.rows / Math.max(report.seconds, 1e-3));
  const drawn = report.scored > 0 ? [charts.distribution(app, report.histogram, report.labelled !== null, report.mean)] : [];
  if (report.discrimination) {
    drawn.push(charts.roc(app, report.discrimination), charts.ks(app, report.discrimination, report.histogram, report.ksScore));
  }
  const fact = (name: string, value: string, id: string): HTMLElement => h("div", null, h("dt", null, name), h("dd", { class: "number", id }, value));
  const element = h(
    "section",
    { class: "results", "aria-labelledby": "results-title" },
    h(
      "div",
      { class: "card results-head" },
      h(
        "div",
        { class: "card-head" },
        h("h2", { id: "results-title", tabindex: "-1" }, texts.results),
        h("p", { class: "buttons" }, h("a", { class: "button primary", id: "download", href: url, download: "scores.csv" }, texts.download), h("span", { class: "quiet" }, texts.downloadSize(f.bytes(report.results.size)))),
      ),
      h("p", { id: "batch-said", role: "status" }, report.cancelled ? texts.cancelled(f.whole(report.rows)) : texts.done(f.whole(report.rows), f.two(report.seconds), speed)),
      h(
        "dl",
        { class: "facts" },
        fact(texts.scoredRows, f.whole(report.scored), "scored"),
        fact(texts.mean, report.scored > 0 ? f.two(report.mean) : "–", "mean"),
        report.unscored > 0 && fact(texts.unscored, f.whole(report.unscored), "unscored"),
        report.labelled && fact(texts.label, texts.labelled(f.whole(report.labelled.bad), f.whole(report.labelled.good)), "labelled"),
        report.discrimination && fact("AUC", f.four(report.discrimination.auc), "auc"),
        report.discrimination && fact(texts.ks, f.four(report.discrimination.ks), "ks"),
      ),
      report.labelled && !report.discrimination && h("p", { class: "quiet" }, texts.oneClass),
    ),
    problems(app, bundle, report),
    h("div", { class: "charts" }, drawn[0]?.element ?? null, bands(app, bundle, report), drawn.slice(1).map((one) => one.element)),
  );
  return {
    element,
    dispose() {
      URL.revokeObjectURL(url);
      for (const one of drawn) one.dispose();
    },
  };
}
