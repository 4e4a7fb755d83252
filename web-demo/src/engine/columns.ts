import type { Field } from "@scorelet/core";
import type { Value } from "./protocol";

/** Days since 1970-01-01 of a date as `YYYY-MM-DD`; `NaN` if it is none. */
export function days(text: string): number {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!parts) return Number.NaN;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])];
  // `Date.UTC` takes the years 0 to 99 for 1900 to 1999.
  const time = new Date(0).setUTCFullYear(year, month, day);
  const date = new Date(time);
  // 30 February would become 1 or 2 March.
  return date.getUTCMonth() === month && date.getUTCDate() === day ? time / 86_400_000 : Number.NaN;
}

/** Column value of a category's text: its index, −2 − i for the i-th special code, −1 for one that is not known. */
export function category(field: Field, text: string): number {
  const special = field.specials.findIndex((one) => one.text === text);
  if (special >= 0) return -2 - special;
  return field.values.indexOf(text);
}

/** Column value of a record's value, as `docs/abi.md` defines it. */
export function encode(field: Field, value: Value | undefined): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return value;
  if (typeof value === "object") return value.length;
  return field.type === "date" ? days(value) : category(field, value);
}
