import type { EventMember, EventMembers, Field } from "@scorelet/core";
import type { EventValue, Input, Value } from "../engine/protocol";

/** What is wrong with what was typed. */
export type ProblemKind = "needed" | "number" | "whole" | "low" | "high" | "date" | "events";

/** A place in an event list. */
export interface Place {
  event: number;
  member: string;
}

/** What was typed, understood. */
export interface Reading {
  value: Value;
  problem: ProblemKind | null;
  /** Out of the bounds, where the model scores that as a state of its own. */
  outside: boolean;
  /** Where in an event list the problem is. */
  at?: Place;
}

/** What has to be known of a field, or of a member of an event, to read its text. */
export type Readable = Pick<EventMember, "type" | "specials" | "min" | "max" | "policies"> & { events?: EventMembers | null };

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const ok = (value: Value): Reading => ({ value, problem: null, outside: false });
const bad = (problem: ProblemKind): Reading => ({ value: null, problem, outside: false });

/** The number that a text is; `null` if it is none. */
export function numberOf(text: string): number | null {
  // A sign that a keyboard or a paste may bring, and spaces between thousands.
  const plain = text.replace(/\u2212/g, "-").replace(/[\s\u00a0\u202f]/g, "");
  return NUMBER.test(plain) ? Number(plain) : null;
}

function readNumber(field: Readable, text: string): Reading {
  const value = numberOf(text);
  if (value === null) return bad("number");
  if (field.specials.some((special) => special.value === value)) return ok(value);
  if (field.type === "integer" && !Number.isInteger(value)) return bad("whole");
  const low = field.min !== null && value < field.min;
  const high = field.max !== null && value > field.max;
  if (!low && !high) return ok(value);
  if (field.policies?.out_of_range === "refuse") return bad(low ? "low" : "high");
  return { value, problem: null, outside: true };
}

const DATE: Omit<EventMember, "name"> = {
  type: "date",
  values: [],
  unit: "",
  min: null,
  max: null,
  specials: [],
  labels: {},
  policies: { missing: "refuse", special: "refuse", unseen: "refuse", out_of_range: "refuse" },
};

/** What every event of a list has: its date first, then the other members. */
export function eventColumns(events: EventMembers | null | undefined): EventMember[] {
  return events ? [{ ...DATE, name: events.date }, ...events.members] : [];
}

/** An event list as JSON, with the first value in it that is no good; what is no event at all, the engine says. */
function readEvents(events: EventMembers | null | undefined, text: string): Reading {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return bad("events");
  }
  if (!Array.isArray(list)) return bad("events");
  const columns = eventColumns(events);
  for (const [event, one] of (list as (EventValue | null)[]).entries()) {
    if (typeof one !== "object" || one === null) continue;
    for (const column of columns) {
      const { problem } = read(column, write(one[column.name]));
      if (problem) return { ...bad(problem), at: { event, member: column.name } };
    }
  }
  return ok(list as EventValue[]);
}

/** Understands the text of a form's control; an empty one is a missing value. */
export function read(field: Readable, text: string): Reading {
  const trimmed = text.trim();
  if (trimmed === "") return field.policies?.missing === "refuse" ? bad("needed") : ok(null);
  switch (field.type) {
    case "boolean":
      return ok(trimmed === "true");
    case "category":
    case "hash":
    case "text":
      return ok(text);
    case "event_list":
      return readEvents(field.events, trimmed);
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
