import "../styles/developer.css";
import type { Decision } from "@scorelet/core";
import type { App, Table, View } from "../app";
import { h, replace } from "../dom";
import { pause } from "../pause";
import { problem } from "../problem";
import { bundlePanel } from "./bundle";
import { labelChoice, type LabelChoice, type Mapping, mapping, mappingText } from "./columns";
import { drop } from "./drop";
import { type Graph, graph } from "./graph/view";
import { results } from "./results";
import { trace } from "./trace";
import type { Chosen } from "./bundle";
import { Work } from "./work";

/**
 * A bundle and a table in, scores out: a Worker of its own, so that the applicant's stays quick. `kept` is what an earlier
 * view, in another language, worked on.
 */
export function developer(app: App, kept: Work | null): View & { work: Work } {
  const { t, f } = app;
  const texts = t.developer;
  const work = kept ?? new Work(app);
  const { engine } = work;
  let found: Mapping | null = null;
  let label: LabelChoice | null = null;
  let shown: View | null = null;

  const tableStatus = h("div", { class: "status", role: "status", id: "table-status" });
  const options = h("div");
  const run = h("button", { type: "button", class: "primary", id: "run", disabled: true }, texts.run);
  const cancel = h("button", { type: "button", class: "plain", id: "cancel", hidden: true }, texts.cancel);
  const bar = h("progress", { max: 1, value: 0, "aria-label": texts.progress });
  const said = h("span", { id: "progress", class: "number" });
  const progress = h("div", { class: "progress", hidden: true }, bar, said);
  const output = h("div", { id: "output" });
  const anatomy = h("div");
  const walk = h("div");
  let drawn: Chosen | null = null;
  let picture: Graph | null = null;
  let last: Decision | null = null;

  const allow = (): void => {
    const { table, running } = work;
    const ready = Boolean(found && found.missing.length < found.columns.length && table?.peek.rows.length);
    run.toggleAttribute("disabled", !ready || running !== null);
  };
  const match = (): void => {
    const offered = exampleTable();
    example.hidden = !offered;
    example.textContent = texts.tableExample(f.whole(offered?.rows ?? 0));
    found = null;
    label = null;
    replace(options);
    const { bundle, table } = work;
    if (bundle && table) {
      found = mapping(bundle.fields, table.peek.header);
      label = labelChoice(app, table.peek, found, work.label);
      replace(options, h("h3", null, texts.columns), mappingText(app, bundle.fields, found), label.element);
    }
    allow();
    void look();
  };
  /** The graph of another bundle, and an applicant of another table. */
  const look = async (): Promise<void> => {
    const { bundle } = work;
    await pause();
    if (bundle !== work.bundle) return;
    replace(walk, bundle && bundle.samples.length + (work.table?.peek.rows.length ?? 0) > 0 && trace(app, work, bundle, made));
    if (bundle === drawn) return;
    drawn = bundle;
    await pause();
    if (bundle !== drawn) return;
    picture = bundle && graph(app, bundle);
    replace(anatomy, picture?.element);
    if (last && last.bundle === bundle?.info.digest) picture?.mark(last);
  };
  const made = (decision: Decision): void => {
    last = decision;
    if (decision.bundle === drawn?.info.digest) picture?.mark(decision);
  };

  const showTable = (): void => {
    if (!work.table) return;
    const { file, peek } = work.table;
    replace(tableStatus, h("p", null, h("strong", null, file.name), ` · ${f.bytes(file.size)}`), peek.rows.length === 0 && h("p", { class: "field-error" }, texts.empty));
  };
  const take = async (file: File, column = ""): Promise<void> => {
    work.label = { column, bad: "" };
    work.table = null;
    try {
      work.table = { file, peek: await engine.call("peek", { file }) };
      showTable();
    } catch (error) {
      replace(tableStatus, problem(app, error, t.errors.unreadable));
    }
    match();
  };

  const showProgress = (): void => {
    const now = work.progress;
    bar.value = now ? now.read / now.size : 0;
    said.textContent = now ? texts.running(f.whole(now.rows), f.whole(now.rows / Math.max(now.seconds, 1e-3))) : "";
  };
  const show = (): void => {
    const { report, failure, running } = work;
    shown?.dispose();
    shown = report ? results(app, report.bundle, report.report) : null;
    replace(output, shown?.element ?? null, failure !== null && problem(app, failure));
    cancel.hidden = running === null;
    progress.hidden = running === null;
    showProgress();
    allow();
  };
  work.onProgress = showProgress;
  work.onChange = () => {
    show();
    shown?.element.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  };
  run.addEventListener("click", () => found && void work.score(found.columns, label?.value() ?? null));
  cancel.addEventListener("click", () => work.running?.abort());

  /** The table of the example that is open, or of the first one. */
  const exampleTable = (): Table | undefined => {
    const { bundles } = app.manifest;
    return (bundles.find((one) => one.digest === work.bundle?.info.digest) ?? bundles[0])?.table;
  };
  const example = h("button", { type: "button", class: "small", id: "example-table" });
  example.addEventListener("click", async () => {
    const { file, label: column } = exampleTable() ?? { file: "", label: "" };
    const response = await fetch(`/bundles/${file}`);
    await take(new File([await response.blob()], file), column);
  });
  const place = drop(
    { id: "table-file", accept: ".csv,.tsv,.txt,text/csv", text: texts.tableDrop, choose: texts.tableChoose, extra: h("p", { class: "buttons" }, example) },
    (file) => void take(file),
  );
  const bundles = bundlePanel(app, work, match);
  void bundles.start();

  showTable();
  match();
  show();

  const element = h(
    "div",
    { class: "view" },
    h("header", { class: "view-head" }, h("h1", { tabindex: "-1" }, texts.title), h("p", { class: "lead" }, texts.lead)),
    h(
      "div",
      { class: "columns" },
      bundles.element,
      h("section", { class: "card" }, h("h2", null, texts.table), place.element, tableStatus, options, h("div", { class: "buttons run" }, run, cancel), progress),
    ),
    output,
    walk,
    anatomy,
  );
  return {
    element,
    work,
    dispose() {
      shown?.dispose();
    },
  };
}
