import { type App, EngineError } from "./app";
import { h, icon } from "./dom";
import { EdgeProblem } from "./lender/client";

/** An error as a person can use it: what happened, the code, where, and what to do. */
export function problem(app: App, error: unknown, title = app.t.errors.title): HTMLElement {
  const { errors } = app.t;
  const engine = error instanceof EngineError || error instanceof EdgeProblem ? error : null;
  const row = (name: string, value: string | undefined) => value && [h("dt", null, name), h("dd", null, value)];
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("p", { class: "problem-title" }, icon("warn"), title),
    h("p", null, error instanceof Error ? error.message : errors.unexpected),
    engine?.code &&
      h("dl", null, row(errors.mend, engine.mend), row(errors.place, engine.path), row(errors.code, engine.code)),
  );
}
