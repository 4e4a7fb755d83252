import type { EventMember, Field } from "@scorelet/core";
import type { Value } from "../engine/protocol";
import { type Formats, pick } from "../i18n";
import type { Texts } from "../i18n/en";
import type { Language } from "../settings";

/** The name for people of a field, or of a member of its events. */
export function fieldName(field: Pick<EventMember, "name" | "labels">, language: Language): string {
  const name = pick(field.labels, language);
  if (name) return name;
  const words = field.name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A field, or a member of its events, whose values have names. */
type Named = Pick<EventMember, "type" | "unit" | "specials"> & Partial<Pick<Field, "valueLabels">>;

/** A category's name for people. */
export function categoryName(field: Named, value: string, language: Language): string {
  const special = field.specials.find((one) => one.text === value);
  return pick(field.valueLabels?.[value], language) ?? special?.name ?? value;
}

/** A value for people, with its unit. */
export function valueText(field: Named, value: Value | undefined, language: Language, t: Texts, f: Formats): string {
  if (value === null || value === undefined) return t.applicant.notGiven;
  if (typeof value === "boolean") return value ? t.yes : t.no;
  if (typeof value === "object") return t.events.count(value.length);
  if (typeof value === "string") return field.type === "category" ? categoryName(field, value, language) : value;
  const special = field.specials.find((one) => one.value === value);
  if (special) return special.name;
  return field.unit ? `${f.plain(value)} ${unitName(field.unit, language)}` : f.plain(value);
}

const UNITS_ZH: Readonly<Record<string, string>> = {
  months: "个月",
  "per year": "每年",
  "share of the amount": "占金额",
  years: "年",
  days: "天",
  DM: "马克",
  EUR: "欧元",
  USD: "美元",
  CNY: "元",
  TWD: "新台币",
  millions: "百万",
};

/** A unit as the language writes it; bundles name units once, for all languages. */
export function unitName(unit: string, language: Language): string {
  return language === "zh" ? (UNITS_ZH[unit] ?? unit) : unit;
}

/** Least and greatest value, in words. */
export function range(field: Pick<EventMember, "type" | "min" | "max">, t: Texts, f: Formats): string | null {
  if (field.type !== "number" && field.type !== "integer") return null;
  if (field.min !== null && field.max !== null) return t.applicant.range(f.plain(field.min), f.plain(field.max));
  if (field.min !== null) return t.applicant.from(f.plain(field.min));
  return field.max === null ? null : t.applicant.upTo(f.plain(field.max));
}

/** What keyboard a phone should offer for a field or a member of its events; `null` for whatever it has for text. */
export function keyboard(field: Pick<EventMember, "type" | "min" | "specials">): string | null {
  if (field.type !== "number" && field.type !== "integer") return null;
  // Numeric pads have no minus.
  if (field.min === null || field.min < 0 || field.specials.some((special) => (special.value ?? 0) < 0)) return "text";
  return field.type === "integer" ? "numeric" : "decimal";
}
