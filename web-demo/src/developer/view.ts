import "../styles/developer.css";
import type { App, View } from "../app";
import { h, replace } from "../dom";
import { Engine } from "../engine/client";
import { problem } from "../problem";
import { bundlePanel, type Chosen } from "./bundle";
import { labelChoice, type LabelChoice, type Mapping, mapping, mappingText } from "./columns";
import { drop } from "./drop";
import { results } from "./results";
import type { Peek } from "./table";

/** A bundle and a table in, scores out: a Worker of its own, so that the applicant's stays quick. */
export function developer(app: App): View {
  const { t, f } = app;
  const texts = t.developer;
  const engine = new Engine((seen) => app.requests.fromWorker(seen));
  let bundle: Chosen | null = null;
  let table: { file: File; peek: Peek } | null = null;
  let found: Mapping | null = null;
  let label: LabelChoice | null = null;
  let preset = "";
  let shown: View | null = null;
  let running: AbortController | null = null;

  const tableStatus = h("div", { class: "status", role: "status", id: "table-status" });
  const options = h("div");
  const run = h("button", { type: "button", class: "primary", id: "run", disabled: true }, texts.run);
  const cancel = h("button", { type: "button", class: "plain", id: "cancel", hidden: true }, texts.cancel);
  const bar = h("progress", { max: 1, value: 0, "aria-label": texts.progress });
  const said = h("span", { id: "progress", class: "number" });
  const progress = h("div", { class: "progress", hidden: true }, bar, said);
  const output = h("div", { id: "output" });

  const match = (): void => {
    found = null;
    label = null;
    replace(options);
    if (bundle && table) {
      found = mapping(bundle.fields, table.peek.header);
      label = labelChoice(app, table.peek, found, preset);
      replace(options, h("h3", null, texts.columns), mappingText(app, bundle.fields, found), label.element);
    }
    const ready = Boolean(found && found.missing.length < found.columns.length && table?.peek.rows.length);
    run.toggleAttribute("disabled", !ready || running !== null);
  };

  const take = async (file: File, labelColumn = ""): Promise<void> => {
    preset = labelColumn;
    table = null;
    try {
      const peek = await engine.call("peek", { file });
      table = { file, peek };
      replace(tableStatus, h("p", null, h("strong", null, file.name), ` · ${f.bytes(file.size)}`), peek.rows.length === 0 && h("p", { class: "field-error" }, texts.empty));
    } catch (error) {
      replace(tableStatus, problem(app, error, t.errors.unreadable));
    }
    match();
  };

  const clear = (): void => {
    shown?.dispose();
    shown = null;
    replace(output);
  };

  const score = async (): Promise<void> => {
    if (!bundle || !table || !found) return;
    const used = bundle;
    clear();
    running = new AbortController();
    const { signal } = running;
    run.setAttribute("disabled", "");
    cancel.hidden = false;
    progress.hidden = false;
    bar.value = 0;
    said.textContent = "";
    try {
      const report = await engine.call(
        "batch",
        {
          handle: used.handle,
          file: table.file,
          dialect: { delimiter: table.peek.delimiter, newline: table.peek.newline },
          width: table.peek.header.length,
          columns: found.columns,
          label: label?.value() ?? null,
        },
        {
          signal,
          progress: (now) => {
            bar.value = now.read / now.size;
            said.textContent = texts.running(f.whole(now.rows), f.whole(now.rows / Math.max(now.seconds, 1e-3)));
          },
        },
      );
      shown = results(app, used, report);
      replace(output, shown.element);
      shown.element.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
    } catch (error) {
      replace(output, problem(app, error));
    } finally {
      running = null;
      cancel.hidden = true;
      progress.hidden = true;
      match();
    }
  };
  run.addEventListener("click", () => void score());
  cancel.addEventListener("click", () => running?.abort());

  const example = h("button", { type: "button", class: "small", id: "example-table" }, texts.tableExample);
  example.addEventListener("click", async () => {
    const { file, label: column } = app.manifest.table;
    const response = await fetch(`/bundles/${file}`);
    await take(new File([await response.blob()], file), column);
  });
  const place = drop(
    { id: "table-file", accept: ".csv,.tsv,.txt,text/csv", text: texts.tableDrop, choose: texts.tableChoose, extra: app.manifest.table.file ? h("p", { class: "buttons" }, example) : null },
    (file) => void take(file),
  );
  const bundles = bundlePanel(app, engine, (next) => {
    bundle = next;
    match();
  });
  void bundles.start();

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
  );
  return {
    element,
    dispose() {
      running?.abort();
      clear();
      engine.dispose();
    },
  };
}
