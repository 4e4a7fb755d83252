import "../styles/inside.css";
import type { LocalCreditData } from "@scorelet/core";
import type { App } from "../app";
import { fieldName } from "../applicant/names";
import { h } from "../dom";
import type { Opened } from "../engine/protocol";
import { pick } from "../i18n";

/** Local credit data value by value: name, value, state; absent fields; reasons. `meanings`: what values that are no field are for. */
export function inside(app: App, device: Opened, local: LocalCreditData, meanings: ReadonlyMap<string, string> = new Map()): HTMLElement {
  const { t, f, language } = app;
  const texts = t.lender;
  const states = t.applicant.states;
  const ranges = new Map(device.info.cut?.values.map((one) => [one.name, one]));
  const names = new Map(device.fields.map((field) => [field.name, fieldName(field, language)]));
  const state = (of: string, special?: string): string => special ?? (of === "present" ? texts.present : (states[of] ?? of));
  const range = (name: string): string => {
    const found = ranges.get(name);
    if (!found || found.min === null || found.max === null) return "–";
    const between = `${f.plain(found.min)} – ${f.plain(found.max)}`;
    return found.distinct > 0 ? `${between} · ${texts.distinct(f.whole(found.distinct))}` : between;
  };
  const explained = local.reasons.filter((one) => one.reasons !== null && one.reasons.length > 0);
  return h(
    "div",
    { class: "inside" },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, h("th", { scope: "col" }, texts.value), h("th", { scope: "col", class: "number" }, texts.is), h("th", { scope: "col" }, texts.state), h("th", { scope: "col" }, texts.range))),
      h(
        "tbody",
        null,
        local.values.map((one) =>
          h(
            "tr",
            null,
            h("th", { scope: "row" }, names.get(one.name) ?? [h("code", null, one.name), h("span", { class: "means" }, meanings.get(one.name))]),
            h("td", { class: "number strong" }, one.value === null ? "–" : f.plain(one.value)),
            h("td", null, state(one.state, one.special)),
            h("td", { class: "quiet" }, range(one.name)),
          ),
        ),
      ),
    ),
    local.absent.length > 0 && [
      h("h3", null, texts.absent),
      h("ul", { class: "states" }, local.absent.map((one) => h("li", null, h("span", null, names.get(one.field) ?? one.field), h("span", { class: "chip" }, state(one.state, one.special))))),
    ],
    explained.map((one) => [
      h("h3", null, texts.reasonsOf, " ", h("code", null, one.score)),
      h(
        "ol",
        { class: "ranked" },
        one.reasons?.map((reason) => {
          const group = device.info.groups.find((known) => known.code === reason.code);
          return h("li", null, h("span", { class: "code" }, reason.code), h("span", null, pick(group?.texts, language) ?? reason.text), h("span", { class: "number" }, f.signed(reason.contribution)));
        }),
      ),
    ]),
  );
}
