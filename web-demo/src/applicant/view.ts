import type { App, Current, View } from "../app";
import { EngineError } from "../app";
import { h, icon, replace } from "../dom";
import type { Input } from "../engine/protocol";
import { pause } from "../pause";
import { problem } from "../problem";
import { decided } from "../decision/decided";
import { changes } from "./changes";
import { form } from "./form";
import { leaves } from "./leaves";
import { proof, states } from "./proof";
import { scoreCard } from "./score-card";
import { open as openFields, toRecord, write } from "./values";
import { waterfall } from "./waterfall";

const WHAT_IF_AFTER = 120;
const TIME_AFTER = 900;

const card = (title: string, lead: string, ...content: Parameters<typeof h>[2][]): HTMLElement =>
  h("section", { class: "card" }, h("h2", null, title), lead && h("p", { class: "lead" }, lead), content);

/** The applicant's form and everything that follows from it, built with pauses. `again` builds the view anew for another bundle. */
export async function applicant(app: App, again: () => void): Promise<View> {
  const { t } = app;
  const texts = t.applicant;
  const head = h("header", { class: "view-head" }, h("h1", { tabindex: "-1" }, texts.title), h("p", { class: "lead" }, texts.lead));
  const { current } = app;
  if (!current) {
    return { element: h("div", { class: "view" }, head, app.failure ? problem(app, app.failure) : null), dispose() {} };
  }
  const score = current.info.scores[0];
  if (!score) return { element: h("div", { class: "view" }, head), dispose() {} };

  const result = scoreCard(app, score, current.info.scores.slice(1));
  await pause();
  const breakdown = h("div");
  const missing = h("div");
  const evidence = proof(app, current);
  const outcome = h("div");
  const below = h("div", { class: "below" });
  const leaving = leaves(app, current);
  let timers: number[] = [];
  let asked = 0;
  let disposed = false;

  const later = (delay: number, run: () => void): void => void timers.push(window.setTimeout(run, delay));
  const stale = (number: number): boolean => disposed || number !== asked;

  /** What-if and timing wait until the person pauses: the Worker scores what is typed first. */
  const follow = (number: number, record: Input): void => {
    const { handle } = current;
    later(WHAT_IF_AFTER, async () => {
      const found = await app.engine.call("whatIf", { handle, record });
      if (!stale(number)) better.show(found, record);
    });
    later(TIME_AFTER, async () => {
      evidence.time(null);
      const timing = await app.engine.call("time", { handle, record });
      if (!stale(number)) evidence.time(timing);
    });
  };

  const update = async (): Promise<void> => {
    const number = ++asked;
    timers.forEach(clearTimeout);
    timers = [];
    better.hold();
    const left = openFields(current.fields, app.draft);
    const clear = (): void => {
      replace(breakdown, h("p", { class: "quiet empty-note" }, texts.later));
      replace(missing, h("p", { class: "quiet" }, texts.missingLead));
      better.clear();
      replace(outcome);
      replace(below);
      evidence.clear();
      leaving?.clear();
    };
    if (left > 0) {
      result.wait(texts.waiting, texts.waitingHow(left));
      return clear();
    }
    const record = toRecord(current.fields, app.draft);
    try {
      const { decision, explanation } = await app.engine.call("assess", { handle: current.handle, record, language: app.language });
      if (stale(number)) return;
      result.show(decision);
      // The score first; what it is made of in the next pieces.
      await pause();
      if (stale(number)) return;
      // A model that stood in for the explained one has other inputs.
      replace(breakdown, explanation?.baseline != null ? waterfall(app, current.info.scores, current.fields, record, explanation, decision) : h("p", { class: "quiet" }, texts.waterfallNone));
      if (decided(decision)) {
        // Most bundles have no policy: what shows it is fetched by those that do.
        const { show } = await import("../decision/card");
        if (stale(number)) return;
        show(app, current, decision, record, explanation, outcome, below);
      }
      await pause();
      if (stale(number)) return;
      states(app, current.fields, decision, missing);
      evidence.show(decision);
      void leaving?.show(record, explanation);
      follow(number, record);
    } catch (error) {
      if (stale(number)) return;
      result.wait(texts.refused, error instanceof Error ? error.message : "");
      if (error instanceof EngineError && error.field) fields.refuse(error.field, `${error.message} ${error.mend}`);
      clear();
    }
  };

  const fields = await form(app, current.fields, () => void update());
  const better = changes(app, current, () => {
    fields.refresh();
    void update();
  });

  const fillSample = (): void => {
    app.sample = (app.sample + 1) % current.samples.length;
    const record = current.samples[app.sample] ?? {};
    for (const field of current.fields) app.draft.set(field.name, write(record[field.name]));
    sample.textContent = texts.another;
    fields.refresh();
    void update();
  };
  const sample = h("button", { type: "button", class: "primary", id: "sample", on: { click: fillSample } }, app.sample < 0 ? texts.sample : texts.another);
  const empty = h("button", { type: "button", class: "plain", on: { click: () => {
    app.draft.clear();
    app.sample = -1;
    sample.textContent = texts.sample;
    fields.refresh();
    void update();
  } } }, texts.clear);

  const element = h(
    "div",
    { class: "view" },
    head,
    chooser(app, current, again),
    h(
      "div",
      { class: "applicant" },
      h(
        "form",
        { class: "card form-card", novalidate: true, "aria-labelledby": "form-title", on: { submit: (event) => event.preventDefault() } },
        h("div", { class: "card-head" }, h("h2", { id: "form-title" }, texts.form), h("div", { class: "buttons" }, current.samples.length > 0 && sample, empty)),
        fields.element,
      ),
      h("div", { class: "score-column stack" }, result.element, outcome, card(texts.missing, "", missing)),
    ),
    h(
      "div",
      { class: "columns below" },
      card(texts.waterfall, texts.waterfallLead, breakdown),
      card(texts.whatIf, texts.whatIfLead, better.element),
    ),
    below,
    leaving && h("div", { class: "below" }, leaving.element),
    h("div", { class: "below" }, card(texts.proof, "", evidence.element)),
    result.bar,
  );
  await pause();
  void update();
  return {
    element,
    dispose() {
      disposed = true;
      leaving?.dispose();
      timers.forEach(clearTimeout);
    },
  };
}

/** Which bundle is used, and whose it is. */
function chooser(app: App, current: Current, again: () => void): HTMLElement {
  const texts = app.t.applicant;
  const choices = app.manifest.bundles.map((example) => {
    const chosen = current.example?.id === example.id;
    const choose = async (): Promise<void> => {
      try {
        await app.openExample(example);
      } catch (error) {
        app.current = null;
        app.failure = error;
      }
      again();
    };
    const input = h("input", { type: "radio", name: "model", value: example.id, checked: chosen, on: { change: () => void choose() } });
    return h("label", { class: "choice" }, input, h("span", null, example.title[app.language] ?? example.id));
  });
  const dropped = !current.example && h("label", { class: "choice" }, h("input", { type: "radio", name: "model", checked: true }), h("span", null, current.info.name));
  const signed = current.info.signer ? (current.publicKey ? texts.verified : texts.anyPublisher) : texts.unsigned;
  const description = `${current.info.name} ${current.info.version}`;
  return h(
    "fieldset",
    { class: "chooser" },
    h("legend", null, texts.model),
    h("div", { class: "segments" }, choices, dropped),
    h("p", { class: "quiet" }, description, " · ", h("span", { class: "badge" }, current.info.signer && icon("check"), signed)),
  );
}
