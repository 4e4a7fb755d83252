import type { Field, Scorer } from "@scorelet/core";
import type { Input, Unread, Value } from "../engine/protocol";
import { cellReader, eventsOf } from "./cells";

/** A row of a table as a record: columns have no events, so tables with event lists are scored this way. */
export function recordOf(fields: readonly Field[], values: (field: number) => number, texts: (field: number) => string): Input {
  const record: Input = {};
  fields.forEach((field, index) => {
    const value = values(index);
    if (!Number.isNaN(value)) record[field.name] = valueOf(field, value, texts(index));
  });
  return record;
}

/** A row, a cell a field, as a record; or the first cell that its field refuses. */
export function readCells(fields: readonly Field[], cells: readonly string[]): { record: Input } | Unread {
  const values: number[] = [];
  for (const [index, field] of fields.entries()) {
    const text = cells[index] ?? "";
    const value = cellReader(field)(text);
    if (typeof value === "string") return { field: field.name, text, problem: value };
    values.push(value);
  }
  return { record: recordOf(fields, (index) => values[index] ?? Number.NaN, (index) => cells[index] ?? "") };
}

function valueOf(field: Field, value: number, text: string): Value {
  switch (field.type) {
    case "event_list":
      return eventsOf(text);
    case "category":
    case "hash":
      return text;
    case "date":
      return text.trim();
    case "boolean":
      return value === 1;
    default:
      return value;
  }
}

/** What the engine refused of a row. */
export interface Refusal {
  field: string;
  said: string;
}

/** Scores records into columns, as a batch gives them: column-major in the order of `names`, NaN where absent or refused. */
export function scoreRecords(scorer: Scorer, records: readonly Input[], names: readonly string[]): { found: Float64Array; refusals: Map<number, Refusal> } {
  const rows = records.length;
  const found = new Float64Array(names.length * rows).fill(Number.NaN);
  const refusals = new Map<number, Refusal>();
  const { scores } = scorer.info;
  scorer.scoreAll(records, { reasons: false }).forEach((decision, row) => {
    if (!("scores" in decision)) return void refusals.set(row, { field: decision.field ?? "", said: decision.message });
    names.forEach((name, column) => {
      const [of, figure] = [decision.scores.find((one) => name.startsWith(`${one.name}.`)), name.slice(name.lastIndexOf(".") + 1)];
      if (!of) return;
      const bands = scores.find((one) => one.name === of.name)?.bands ?? [];
      const band = bands.findIndex((one) => one.name === of.band);
      const value = figure === "band" ? (band < 0 ? null : band) : of[figure as "score" | "pd" | "margin"];
      if (value !== null) found[column * rows + row] = value;
    });
  });
  return { found, refusals };
}
