import type { Field } from "@scorelet/core";
import { fieldName } from "../applicant/names";
import type { App } from "../app";
import { h } from "../dom";
import type { Peek } from "./table";

/** Which columns of a table a bundle reads. */
export interface Mapping {
  /** For each field its column, or −1. */
  columns: number[];
  missing: Field[];
  unknown: string[];
}

/** Columns are found by the fields' names. */
export function mapping(fields: readonly Field[], header: readonly string[]): Mapping {
  const columns = fields.map((field) => header.indexOf(field.name));
  const known = new Set(fields.map((field) => field.name));
  return {
    columns,
    missing: fields.filter((_, index) => columns[index] === -1),
    unknown: header.filter((name) => !known.has(name)),
  };
}

/** The mapping in words. */
export function mappingText(app: App, fields: readonly Field[], found: Mapping): HTMLElement {
  const texts = app.t.developer;
  const list = (names: readonly string[]) => h("p", { class: "names" }, names.map((name) => h("code", null, name)));
  if (found.missing.length === fields.length) return h("p", { class: "field-error", role: "alert" }, texts.columnsNone);
  return h(
    "div",
    { class: "mapping" },
    found.missing.length === 0 && h("p", null, texts.columnsAll(app.f.whole(fields.length))),
    found.missing.length > 0 && [h("p", { class: "field-error" }, texts.columnsMissing), list(found.missing.map((field) => field.name))],
    found.unknown.length > 0 && [h("p", { class: "quiet" }, texts.columnsUnknown), list(found.unknown)],
  );
}

/** A choice of the outcome column and of the value that means "bad". */
export interface LabelChoice {
  element: HTMLElement;
  value(): { column: number; bad: string } | null;
}

/** Distinct values over which a column is no outcome. */
const MOST_OUTCOMES = 12;
/** What bad outcomes are often called. */
const BAD = /^(bad|default(ed)?|1|true|yes|charged.?off|坏|违约|是)$/i;

/** Builds the choice of `chosen`, by name; columns that the bundle does not read come first. */
export function labelChoice(app: App, table: Peek, found: Mapping, chosen: { column: string; bad: string }): LabelChoice {
  const texts = app.t.developer;
  const outcomes = (column: number): string[] => {
    const distinct = new Set(table.rows.map((row) => row[column]?.trim() ?? ""));
    distinct.delete("");
    return distinct.size > 1 && distinct.size <= MOST_OUTCOMES ? [...distinct].sort() : [];
  };
  const names = [...found.unknown, ...table.header.filter((name) => !found.unknown.includes(name))];
  const possible = names.filter((name) => outcomes(table.header.indexOf(name)).length > 0);
  const bad = h("select", { id: "bad-value" });
  const badBox = h("div", { class: "field", hidden: true }, h("label", { for: "bad-value" }, texts.bad), h("div", { class: "control" }, bad));
  const column = h(
    "select",
    { id: "label-column", "aria-describedby": "label-help" },
    h("option", { value: "" }, texts.labelNone),
    possible.map((name) => h("option", { value: name, selected: name === chosen.column }, name)),
  );
  const show = (): void => {
    const values = column.value === "" ? [] : outcomes(table.header.indexOf(column.value));
    const known = column.value === chosen.column ? values.find((value) => value === chosen.bad) : undefined;
    const likely = known ?? values.find((value) => BAD.test(value)) ?? values[0];
    bad.replaceChildren(...values.map((value) => h("option", { value, selected: value === likely }, value)));
    badBox.hidden = values.length === 0;
    keep();
  };
  const keep = (): void => {
    chosen.column = column.value;
    chosen.bad = bad.value;
  };
  column.addEventListener("change", show);
  bad.addEventListener("change", keep);
  show();
  return {
    element: h(
      "div",
      { class: "fields" },
      h(
        "div",
        { class: "field" },
        h("label", { for: "label-column" }, texts.label),
        h("div", { class: "control" }, column),
        h("p", { class: "help", id: "label-help" }, texts.labelHelp),
      ),
      badBox,
    ),
    value: () => (column.value === "" ? null : { column: table.header.indexOf(column.value), bad: bad.value }),
  };
}

/** A field's name as the bundle has it and as people call it. */
export function fullName(app: App, fields: readonly Field[], name: string): string {
  const field = fields.find((one) => one.name === name);
  return field ? fieldName(field, app.language) : name;
}
