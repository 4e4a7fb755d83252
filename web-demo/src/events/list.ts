import type { EventMember } from "@scorelet/core";
import { numberOf, write } from "../applicant/values";
import type { EventValue } from "../engine/protocol";

/** Cells of a table of events: a row an event, a text a column. */
export type Cells = string[][];

/** The events of a draft as cells; `null` if it is no list of events with these members alone. */
export function toCells(columns: readonly EventMember[], text: string): Cells | null {
  if (text.trim() === "") return [];
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return null;
    const names = new Set(columns.map((column) => column.name));
    const plain = (one: unknown): one is EventValue =>
      typeof one === "object" && one !== null && Object.entries(one).every(([name, value]) => names.has(name) && (value === null || typeof value !== "object"));
    if (!list.every(plain)) return null;
    return list.map((one) => columns.map((column) => write(one[column.name])));
  } catch {
    return null;
  }
}

/** Rows in which something stands. */
export const filled = (cells: Cells): Cells => cells.filter((row) => row.some((cell) => cell.trim() !== ""));

/** What a cell stands for; what is not understood stays the text that it is. */
function valueOf(column: EventMember, text: string): EventValue[string] {
  if (column.type === "number" || column.type === "integer") return numberOf(text) ?? text;
  return column.type === "boolean" && /^(true|false)$/.test(text) ? text === "true" : text;
}

/** Cells as the draft has them: JSON, an event a line; empty if nothing stands in any. */
export function toJson(columns: readonly EventMember[], cells: Cells): string {
  const event = (row: readonly string[]): string => {
    const members = columns.map((column, index) => [column.name, row[index]?.trim() ?? "", column] as const);
    return JSON.stringify(Object.fromEntries(members.filter(([, text]) => text !== "").map(([name, text, column]) => [name, valueOf(column, text)])));
  };
  const rows = filled(cells);
  return rows.length === 0 ? "" : `[\n  ${rows.map(event).join(",\n  ")}\n]`;
}

/** Cells as CSV with a header. */
export function toCsv(columns: readonly EventMember[], cells: Cells): string {
  const quote = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [columns.map((column) => column.name), ...filled(cells)].map((row) => row.map(quote).join(",")).join("\n");
}

/** Splits CSV, or what a spreadsheet copies, into cells; quoted ones may hold anything. */
function split(text: string): Cells {
  const first = text.split("\n", 1)[0] ?? "";
  const delimiter = ["\t", ";"].find((one) => first.includes(one)) ?? ",";
  const rows: Cells = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text.charAt(i);
    const row = rows.at(-1) ?? [];
    const last = row.length - 1;
    if (quoted && letter === '"' && text[i + 1] === '"') row[last] += text.charAt(i++);
    else if (letter === '"' && (quoted || row[last] === "")) quoted = !quoted;
    else if (!quoted && letter === delimiter) row.push("");
    else if (!quoted && letter === "\n") rows.push([""]);
    else row[last] += letter;
  }
  return filled(rows).map((row) => row.map((cell) => cell.trim()));
}

/** Reads CSV; columns are found by a header of their names, else taken in order. `null` if there are too many or unknown ones. */
export function fromCsv(columns: readonly EventMember[], text: string): { cells: Cells; header: boolean } | null {
  const rows = split(text.replace(/\r\n?/g, "\n").replace(/^\ufeff/, ""));
  const names = columns.map((column) => column.name);
  const head = rows[0] ?? [];
  const header = head.some((cell) => names.includes(cell));
  if (header && head.some((cell) => !names.includes(cell))) return null;
  const width = header ? head.length : columns.length;
  if (rows.some((row) => row.length > width)) return null;
  const order = header ? names.map((name) => head.indexOf(name)) : names.map((_, index) => index);
  return { cells: rows.slice(header ? 1 : 0).map((row) => order.map((from) => row[from] ?? "")), header };
}
