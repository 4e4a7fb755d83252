import type { Field } from "@scorelet/core";
import type { Value } from "../engine/protocol";
import { type Formats, pick } from "../i18n";
import type { Texts } from "../i18n/en";
import type { Language } from "../settings";

/** A field's name for people. */
export function fieldName(field: Field, language: Language): string {
  const name = pick(field.labels, language);
  if (name) return name;
  const words = field.name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A category's name for people. */
export function categoryName(field: Field, value: string, language: Language): string {
  const special = field.specials.find((one) => one.text === value);
  return pick(field.valueLabels[value], language) ?? special?.name ?? value;
}

/** A value for people, with its unit. */
export function valueText(field: Field, value: Value | undefined, language: Language, t: Texts, f: Formats): string {
  if (value === null || value === undefined) return t.applicant.notGiven;
  if (typeof value === "boolean") return value ? t.yes : t.no;
  if (typeof value === "object") return f.plain(value.length);
  if (typeof value === "string") return field.type === "category" ? categoryName(field, value, language) : value;
  const special = field.specials.find((one) => one.value === value);
  if (special) return special.name;
  return field.unit ? `${f.plain(value)} ${unitName(field.unit, language)}` : f.plain(value);
}

const UNITS_ZH: Readonly<Record<string, string>> = {
  months: "个月",
  years: "年",
  days: "天",
  DM: "马克",
  EUR: "欧元",
  USD: "美元",
  CNY: "元",
};

/** A unit as the language writes it; bundles name units once, for all languages. */
export function unitName(unit: string, language: Language): string {
  return language === "zh" ? (UNITS_ZH[unit] ?? unit) : unit;
}
