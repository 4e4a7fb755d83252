import type { Language } from "../settings";
import { en, type Texts } from "./en";
import { zh } from "./zh";

export type { Texts };

/** The page's texts in `language`. */
export const texts = (language: Language): Texts => (language === "zh" ? zh : en);

/** The text in `language`, or in the nearest that there is: its base language, else the first. */
export function pick(list: Readonly<Record<string, string>> | undefined, language: string): string | undefined {
  if (!list) return undefined;
  const base = (tag: string): string => tag.toLowerCase().split("-")[0] ?? "";
  const tags = Object.keys(list);
  const tag = tags.find((one) => one.toLowerCase() === language.toLowerCase()) ?? tags.find((one) => base(one) === base(language)) ?? tags[0];
  return tag === undefined ? undefined : list[tag];
}

/** Numbers as the language writes them. */
export function formats(language: Language) {
  const tag = language === "zh" ? "zh-CN" : "en-GB";
  const number = (options: Intl.NumberFormatOptions) => {
    // Made when it is first used: ten of them at once would hold up the start.
    let format: Intl.NumberFormat | null = null;
    return (value: number): string => (format ??= new Intl.NumberFormat(tag, options)).format(value).replace("-", "−");
  };
  const plain = number({ maximumFractionDigits: 6 });
  const size = number({ maximumFractionDigits: 1 });
  return {
    plain,
    whole: number({ maximumFractionDigits: 0 }),
    one: number({ minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    two: number({ maximumFractionDigits: 2 }),
    cents: number({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    four: number({ minimumFractionDigits: 4, maximumFractionDigits: 4 }),
    percent: number({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    signed: number({ signDisplay: "exceptZero", maximumFractionDigits: 2 }),
    significant: number({ maximumSignificantDigits: 3 }),
    bytes: (value: number): string =>
      value < 1000 ? `${value} B` : value < 1e6 ? `${size(value / 1e3)} kB` : `${size(value / 1e6)} MB`,
  };
}

/** See {@link formats}. */
export type Formats = ReturnType<typeof formats>;
