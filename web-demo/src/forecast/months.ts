import type { App } from "../app";
import type { Input } from "../engine/protocol";

/** Months since January of the year 0, of a text that begins with `YYYY-MM`. */
export function monthNumber(text: string): number {
  const [year = 0, month = 1] = text.split("-").map(Number);
  return 12 * year + month - 1;
}

/** Months as the language writes them. */
export function monthNames(app: App): (month: number) => string {
  const format = new Intl.DateTimeFormat(app.language === "zh" ? "zh-CN" : "en-GB", { year: "numeric", month: "short", timeZone: "UTC" });
  return (month) => format.format(Date.UTC(Math.floor(month / 12), month % 12));
}

/** What a month came to. */
export interface Past {
  month: number;
  value: number;
}

/** Months beyond which a history is not drawn: a mistyped year is no reason for a picture of empty months. */
const MOST = 1200;

/** Sums of a member of an event list by calendar month, in order; months without an event in between have 0. */
export function past(record: Input, field: string, date: string, member: string): Past[] {
  const list = record[field];
  const sums = new Map<number, number>();
  for (const event of Array.isArray(list) ? list : []) {
    const [day, value] = [event[date], event[member]];
    if (typeof day !== "string" || typeof value !== "number") continue;
    const month = monthNumber(day);
    sums.set(month, (sums.get(month) ?? 0) + value);
  }
  if (sums.size === 0) return [];
  const [first, last] = [Math.min(...sums.keys()), Math.max(...sums.keys())];
  if (last - first > MOST) return [];
  return Array.from({ length: last - first + 1 }, (_, i) => ({ month: first + i, value: sums.get(first + i) ?? 0 }));
}
