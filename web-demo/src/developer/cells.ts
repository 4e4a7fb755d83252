import type { Field } from "@scorelet/core";
import { category, days } from "../engine/columns";
import type { EventValue } from "../engine/protocol";

/** Why a cell is refused. */
export type CellProblem =
  | "notNumber"
  | "notWhole"
  | "notDate"
  | "notBoolean"
  | "needed"
  | "unseen"
  | "outOfRange"
  | "columnMissing"
  | "notEvents"
  | "refused"
  | "quotes";

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NAMED = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
]);
/** Texts that a column remembers: tables repeat themselves. */
const REMEMBERED = 8192;

/** Whole numbers beyond this are out of an integer field's range, whatever its bounds are. */
const MOST_WHOLE = 2 ** 53;

/** Without the spaces of ASCII around it: others make a text that is no number, as they do on a server. */
function trim(text: string): string {
  return text.replace(/^[ \t\n\f\r]+|[ \t\n\f\r]+$/g, "");
}

function number(text: string): number | CellProblem {
  const trimmed = trim(text);
  if (trimmed === "") return Number.NaN;
  if (DECIMAL.test(trimmed)) return Number(trimmed);
  const sign = trimmed.startsWith("-") ? -1 : 1;
  const named = NAMED.get(trimmed.replace(/^[+-]/, "").toLowerCase());
  return named === undefined ? "notNumber" : sign * named;
}

/** The events of a cell, as JSON; `null` if it is no list. */
export function eventsOf(text: string): readonly EventValue[] | null {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : null;
  } catch {
    return null;
  }
}

function typed(field: Field, text: string): number | CellProblem {
  if (text === "") return Number.NaN;
  switch (field.type) {
    case "category":
      return category(field, text);
    case "event_list":
      return eventsOf(text)?.length ?? "notEvents";
    case "integer": {
      const value = number(text);
      return typeof value === "number" && Number.isFinite(value) && !Number.isInteger(value) ? "notWhole" : value;
    }
    case "boolean": {
      const word = text.toLowerCase();
      if (text === "1" || word === "true") return 1;
      if (text === "0" || word === "false") return 0;
      return word === "nan" || trim(text) === "" ? Number.NaN : "notBoolean";
    }
    case "date": {
      const trimmed = trim(text);
      if (trimmed === "") return Number.NaN;
      const value = days(trimmed);
      return Number.isNaN(value) ? "notDate" : value;
    }
    default:
      return number(text);
  }
}

/** What the field's policies refuse: the engine would, too, but for the whole block. */
function refused(field: Field, value: number): CellProblem | null {
  const { policies } = field;
  if (Number.isNaN(value)) return policies.missing === "refuse" ? "needed" : null;
  if (field.type === "category") {
    if (value === -1) return policies.unseen === "refuse" ? "unseen" : null;
    return value < -1 && policies.special === "refuse" ? "outOfRange" : null;
  }
  if (field.specials.some((special) => special.value === value)) {
    return policies.special === "refuse" ? "outOfRange" : null;
  }
  const beyond = field.type === "integer" && Math.abs(value) > MOST_WHOLE;
  const outside = beyond || (field.min !== null && value < field.min) || (field.max !== null && value > field.max);
  return outside && policies.out_of_range === "refuse" ? "outOfRange" : null;
}

/** Reads the cells of one field: text to column value, by the engine's own rules for tables. */
export function cellReader(field: Field): (text: string) => number | CellProblem {
  const known = new Map<string, number | CellProblem>();
  return (text) => {
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const value = typed(field, text);
    const result = typeof value === "number" ? (refused(field, value) ?? value) : value;
    if (known.size < REMEMBERED) known.set(text, result);
    return result;
  };
}
