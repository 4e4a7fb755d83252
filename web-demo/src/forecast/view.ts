import "../styles/forecast.css";
import type { Forecast, ForecastMonth } from "@scorelet/core";
import { type App, EngineError, type Foreteller, type View } from "../app";
import { form } from "../applicant/form";
import { unitName } from "../applicant/names";
import { open as openFields, toRecord, write } from "../applicant/values";
import type { Plot } from "../charts/plot";
import { h, replace } from "../dom";
import type { Input, Opened } from "../engine/protocol";
import { pause } from "../pause";
import { problem } from "../problem";
import { fan, figures, levelName, levels } from "./fan";
import { monthNames, monthNumber, past } from "./months";

const SPOKEN_AFTER = 700;

/** The forecast of a platform's repayments: a fan of its quantiles as a picture and as a table, told anew with each change of the form. */
export async function forecast(app: App): Promise<View> {
  const texts = app.t.forecast;
  const head = h("header", { class: "view-head" }, h("h1", { tabindex: "-1" }, texts.title), h("p", { class: "lead" }, texts.lead));
  const without = (content: HTMLElement): View => ({ element: h("div", { class: "view" }, head, content), dispose() {} });
  const example = app.manifest.forecast;
  if (!example) return without(app.failure ? problem(app, app.failure) : h("p", { class: "quiet" }, texts.none));
  try {
    app.forecast.opened ??= await app.openFile(example);
  } catch (error) {
    return without(problem(app, error));
  }
  return build(app, example, app.forecast.opened, head);
}

/** The figures of a forecast, a row a month; the pointer on a row is told by `tell`. */
function table(app: App, told: Forecast, months: readonly ForecastMonth[], tell: Plot["tell"]): HTMLElement {
  const { f, language } = app;
  const names = levels(months);
  const month = monthNames(app);
  return h(
    "table",
    { id: "forecast-table" },
    h("caption", { class: "quiet" }, `${app.t.forecast.chart}, ${unitName(told.unit, language)}`),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, app.t.forecast.month), names.map((name) => h("th", { scope: "col", class: "number" }, levelName(name))))),
    h(
      "tbody",
      null,
      months.map((one) => {
        const at = monthNumber(one.month);
        const row = h("tr", { "data-month": one.month }, h("th", { scope: "row" }, month(at)), figures(one, names).map((value) => h("td", { class: "number", "data-value": value }, f.cents(value))));
        row.addEventListener("pointerenter", () => tell(at));
        row.addEventListener("pointerleave", () => tell(null));
        return row;
      }),
    ),
  );
}

async function build(app: App, example: Foreteller, opened: Opened, head: HTMLElement): Promise<View> {
  const { t, f, language } = app;
  const texts = t.forecast;
  const state = app.forecast;
  const { handle, fields, samples } = opened;
  const date = fields.find((field) => field.name === example.past.field)?.events?.date ?? "";
  const result = h("div", { class: "forecast-result" });
  const digest = h("code", { id: "forecast-digest" }, "–");
  const took = h("p", { class: "quiet" });
  const live = h("p", { class: "visually-hidden", role: "status" });
  let plot: Plot | null = null;
  let asked = 0;
  let speaking = 0;

  const clear = (...content: Parameters<typeof h>[2][]): void => {
    plot?.dispose();
    plot = null;
    digest.textContent = "–";
    took.textContent = "";
    replace(result, ...content);
  };
  const show = (told: Forecast, record: Input): void => {
    if (!told.months) return clear(h("p", { class: "quiet" }, texts.untold));
    plot?.dispose();
    const drawn = fan(app, told, told.months, past(record, example.past.field, date, example.past.member));
    plot = drawn.plot;
    replace(result, drawn.element, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${texts.chart}: ${t.developer.asTable}` }, table(app, told, told.months, plot.tell)));
    // A reader hears where the forecast came to rest.
    clearTimeout(speaking);
    speaking = window.setTimeout(() => (live.textContent = drawn.plot.element.getAttribute("aria-label")), SPOKEN_AFTER);
  };
  const update = async (): Promise<void> => {
    const number = ++asked;
    const left = openFields(fields, state.draft);
    if (left > 0) return clear(h("p", { class: "empty-note" }, h("strong", null, texts.waiting), " ", t.applicant.waitingHow(left)));
    const record = toRecord(fields, state.draft);
    try {
      const start = performance.now();
      const { decision } = await app.engine.call("assess", { handle, record, language });
      if (number !== asked) return;
      const [told] = decision.forecasts ?? [];
      if (told) show(told, record);
      digest.textContent = decision.digest;
      took.textContent = texts.took(f.one(performance.now() - start));
    } catch (error) {
      if (number !== asked) return;
      clear(problem(app, error, texts.refused));
      if (error instanceof EngineError && error.field) inputs.refuse(error.field, `${error.message} ${error.mend}`);
    }
  };
  const inputs = await form(app, fields, () => void update(), state.draft);
  const fill = (): void => {
    state.sample = (state.sample + 1) % samples.length;
    const record = samples[state.sample] ?? {};
    for (const field of fields) state.draft.set(field.name, write(record[field.name]));
    inputs.refresh();
    void update();
  };
  const another = h("button", { type: "button", class: "primary", id: "sample-platform", on: { click: fill } }, texts.sample);
  const element = h(
    "div",
    { class: "view forecast" },
    head,
    h("section", { class: "card", "aria-labelledby": "forecast-title" }, h("h2", { id: "forecast-title" }, texts.chart), result, live, h("div", { class: "told-by quiet" }, took, h("p", null, t.applicant.digest, " ", digest))),
    h(
      "form",
      { class: "card form-card", novalidate: true, "aria-labelledby": "form-title", on: { submit: (event) => event.preventDefault() } },
      h("div", { class: "card-head" }, h("h2", { id: "form-title" }, texts.form), h("div", { class: "buttons" }, samples.length > 0 && another)),
      inputs.element,
    ),
  );
  await pause();
  // An empty form would take 48 months to fill in: it begins with a platform.
  if (state.sample < 0 && state.draft.size === 0 && samples.length > 0) fill();
  else void update();
  return {
    element,
    dispose() {
      asked++;
      clearTimeout(speaking);
      plot?.dispose();
    },
  };
}
