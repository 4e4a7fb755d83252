import type { Field } from "@scorelet/core";
import type { EventValue, Input, Value } from "../engine/protocol";

/** What is wrong with what was typed. */
export type ProblemKind = "needed" | "number" | "whole" | "low" | "high" | "date" | "events";

/** What was typed, understood. */
export interface Reading {
  value: Value;
  problem: ProblemKind | null;
  /** Out of the bounds, where the model scores that as a state of its own. */
  outside: boolean;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const ok = (value: Value): Reading => ({ value, problem: null, outside: false });
const bad = (problem: ProblemKind): Reading => ({ value: null, problem, outside: false });

function readNumber(field: Field, text: string): Reading {
  // A sign that a keyboard or a paste may bring, and spaces between thousands.
  const plain = text.replace(/\u2212/g, "-").replace(/[\s\u00a0\u202f]/g, "");
  if (!NUMBER.test(plain)) return bad("number");
  const value = Number(plain);
  if (field.specials.some((special) => special.value === value)) return ok(value);
  if (field.type === "integer" && !Number.isInteger(value)) return bad("whole");
  const low = field.min !== null && value < field.min;
  const high = field.max !== null && value > field.max;
  if (!low && !high) return ok(value);
  if (field.policies.out_of_range === "refuse") return bad(low ? "low" : "high");
  return { value, problem: null, outside: true };
}

/** An event list as JSON; whether its events are right, the engine says. */
function readEvents(text: string): Reading {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? ok(list as EventValue[]) : bad("events");
  } catch {
    return bad("events");
  }
}

/** Understands the text of a form's control; an empty one is a missing value. */
export function read(field: Field, text: string): Reading {
  const trimmed = text.trim();
  if (trimmed === "") return field.policies.missing === "refuse" ? bad("needed") : ok(null);
  switch (field.type) {
    case "boolean":
      return ok(trimmed === "true");
    case "category":
    case "hash":
      return ok(text);
    case "event_list":
      return readEvents(trimmed);
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(trimmed) ? ok(trimmed) : bad("date");
    default:
      return readNumber(field, trimmed);
  }
}

/** The text of a control that stands for `value`. */
export function write(value: Value | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A form as a record: what is missing or wrong is left out. */
export function toRecord(fields: readonly Field[], draft: ReadonlyMap<string, string>): Input {
  const record: Input = {};
  for (const field of fields) {
    const { value } = read(field, draft.get(field.name) ?? "");
    if (value !== null) record[field.name] = value;
  }
  return record;
}

/** How many fields keep the record from being scored. */
export function open(fields: readonly Field[], draft: ReadonlyMap<string, string>): number {
  return fields.filter((field) => read(field, draft.get(field.name) ?? "").problem !== null).length;
}
