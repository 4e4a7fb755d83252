import type { EventMember, Field } from "@scorelet/core";
import { encode } from "./columns";
import type { EventValue, Input, Value } from "./protocol";

/** One thing of a record that a what-if changes: a field, or a member of the latest event of a list. */
export interface Slot {
  /** Index of the field. */
  field: number;
  /** What can stand there. */
  of: Pick<EventMember, "type" | "values" | "min" | "max">;
  now: Value | undefined;
  /** The values of the sample applicants. */
  seen: readonly (Value | undefined)[];
  /** The event in the list, its date and the member; `null` for a field itself. */
  event: { index: number; date: string; member: string } | null;
}

/** A value to try in a slot. */
export interface Candidate {
  slot: Slot;
  value: Value;
  /** The value as its column has it. */
  code: number;
}

const events = (value: Value | undefined): readonly EventValue[] => (Array.isArray(value) ? value : []);

/** The slots of what the applicant can change. Dates are not tried, and of a list only its latest event: what is past is past. */
export function slots(fields: readonly Field[], record: Input, samples: readonly Input[]): Slot[] {
  return fields.flatMap((field, index): Slot[] => {
    if (field.immutable) return [];
    const seen = samples.map((sample) => sample[field.name]);
    if (!field.events) return [{ field: index, of: field, now: record[field.name], seen, event: null }];
    const { date, members } = field.events;
    const list = events(record[field.name]);
    const days = list.map((event) => String(event[date] ?? ""));
    const latest = days.reduce((best, day, at) => (day >= (days[best] ?? "") ? at : best), 0);
    const event = list[latest];
    if (!event) return [];
    return members.map((of) => ({
      field: index,
      of,
      now: event[of.name],
      seen: seen.flatMap((value) => events(value).map((one) => one[of.name])),
      event: { index: latest, date: days[latest] ?? "", member: of.name },
    }));
  });
}

/** What the field of a candidate holds with the candidate's value in its slot. */
export function changed(field: Field, record: Input, { slot: { event }, value }: Candidate): Value {
  if (!event) return value;
  return events(record[field.name]).map((one, index) => (index === event.index ? { ...one, [event.member]: value as EventValue[string] } : one));
}

/** The bounds within which a number is changed: the bundle's, else those of its samples; in events those that both allow. */
function bounds({ of, seen, event }: Slot): [number, number] | null {
  const numbers = seen.filter((value) => typeof value === "number");
  const [least, most] = numbers.length > 0 ? [Math.min(...numbers), Math.max(...numbers)] : [null, null];
  // A list's bounds are of what can be read, seldom of what is likely.
  const low = event && least !== null ? Math.max(of.min ?? least, least) : (of.min ?? least);
  const high = event && most !== null ? Math.min(of.max ?? most, most) : (of.max ?? most);
  if (low === null || high === null) return null;
  // Bounds of a whole number may be fractions; beyond 2^53 none is in range.
  const whole = of.type === "integer";
  const from = whole ? Math.max(Math.ceil(low), -(2 ** 53)) : low;
  const to = whole ? Math.min(Math.floor(high), 2 ** 53) : high;
  return from >= to ? null : [from, to];
}

/** Numbers from `low` to `high`: all whole ones if they are few, else evenly and by ratio, since amounts are skewed. */
function grid(whole: boolean, low: number, high: number, steps: number): number[] {
  if (high < low) return [];
  if (whole && high - low <= 2 * steps) return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const values = new Set<number>([low, high]);
  for (let i = 1; i < steps; i++) {
    const even = low + ((high - low) * i) / steps;
    values.add(whole ? Math.round(even) : Number(even.toPrecision(4)));
    if (low > 0) {
      const ratio = low * (high / low) ** (i / steps);
      values.add(whole ? Math.round(ratio) : Number(ratio.toPrecision(4)));
    }
  }
  return [...values].filter((value) => value >= low && value <= high).sort((a, b) => a - b);
}

/** The values to try in a slot, about `steps` of a number's. */
export function candidates(fields: readonly Field[], slot: Slot, steps: number): Candidate[] {
  const { of, now } = slot;
  const field = fields[slot.field];
  if (!field) return [];
  const make = (values: readonly Value[]): Candidate[] =>
    values.map((value) => ({ slot, value, code: slot.event ? Number.NaN : encode(field, value) })).filter(({ value }) => value !== now);
  // Their indices are known: looking each one up would take the square of their number.
  if (of.type === "category") return of.values.map((value, code) => ({ slot, value, code })).filter(({ value }) => value !== now);
  if (of.type === "boolean") return make([true, false]);
  if (of.type !== "number" && of.type !== "integer") return [];
  const range = bounds(slot);
  return range ? make(grid(of.type === "integer", range[0], range[1], steps)) : [];
}

/** Values of a number between what it is and `to`, no further away than one part in `parts`. */
export function finer(slot: Slot, to: Value, parts: number, steps: number): Candidate[] {
  const { now } = slot;
  if (typeof now !== "number" || typeof to !== "number") return [];
  const step = Math.abs(to - now) / parts;
  const towards = now < to ? to - step : to + step;
  const [low, high] = towards < to ? [towards, to] : [to, towards];
  const whole = slot.of.type === "integer";
  const inside = grid(whole, whole ? Math.ceil(low) : low, whole ? Math.floor(high) : high, steps);
  return inside.filter((value) => value !== now).map((value) => ({ slot, value, code: value }));
}
