import type { LocalCreditData } from "@scorelet/core";
import { h } from "../dom";

/** A stretch of bytes with one meaning. */
export interface Part {
  name: string;
  bytes: Uint8Array;
  /** What it means, for people. */
  meaning: string;
}

/** Cuts bytes at the lengths of `parts`; a part without a length takes what is left. */
export function parts(bytes: Uint8Array, list: readonly (readonly [name: string, length: number, meaning: string])[]): Part[] {
  let at = 0;
  return list.map(([name, length, meaning]) => {
    const from = at;
    at += length;
    return { name, meaning, bytes: bytes.subarray(from, at) };
  });
}

/** Lengths of the parts of a receipt before and after its ciphertext (docs/receipt-format.md). */
export const RECEIPT = { magic: 4, version: 2, keyId: 8, encapsulated: 32, tag: 16 } as const;

/** How long each part of local credit data is: counts, values with their states, absent fields, reasons. */
export function localLengths(local: LocalCreditData): { values: number[]; absent: number; reasons: number[] } {
  return {
    values: local.values.map((one) => (one.state === "present" ? 9 : 1)),
    absent: 3 * local.absent.length,
    reasons: local.reasons.map((one) => 2 + 10 * (one.reasons?.length ?? 0)),
  };
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

/** Bytes as hexadecimal digits in one line. */
export const digits = (bytes: Uint8Array): string => Array.from(bytes, hex).join("");

/** Colours that tell parts apart; the table beside says the same in words. */
const SHADES = 6;

/** All bytes in hexadecimal digits, each part in a shade, with a table of what they mean. */
export function dump(list: readonly Part[], head: readonly [string, string, string], label: string): HTMLElement {
  const shade = (index: number): string => `shade-${index % SHADES}`;
  return h(
    "div",
    { class: "dump" },
    h(
      "p",
      { class: "hexdump", role: "group", "aria-label": label },
      list.map((part, index) => h("code", { class: shade(index) }, Array.from(part.bytes, (byte) => `${hex(byte)} `))),
    ),
    h(
      "table",
      { class: "legend" },
      h("thead", null, h("tr", null, head.map((name, index) => h("th", { scope: "col", class: index === 1 ? "number" : null }, name)))),
      h(
        "tbody",
        null,
        list.map((part, index) =>
          h(
            "tr",
            null,
            h("th", { scope: "row" }, h("span", { class: `swatch ${shade(index)}`, "aria-hidden": "true" }), part.name),
            h("td", { class: "number" }, part.bytes.length),
            h("td", null, part.meaning),
          ),
        ),
      ),
    ),
  );
}
