import type { App, Current } from "../app";
import { h, replace } from "../dom";
import type { Change, Input, WhatIf } from "../engine/protocol";
import { fieldName, valueText } from "./names";
import { write } from "./values";

const SHOWN = 6;

/** The what-if panel. */
export interface Changes {
  element: HTMLElement;
  show(found: WhatIf, record: Input): void;
  /** What is shown is of an earlier record: it stays in sight, and cannot be tried. */
  hold(): void;
  clear(): void;
}

/** Builds the panel; `apply` is called after a change went into the draft. */
export function changes(app: App, current: Current, apply: () => void): Changes {
  const { t, f, language, draft } = app;
  const texts = t.applicant;
  const list = h("ol", { class: "changes" });
  const note = h("p", { class: "quiet" });
  const undo = h("p", { class: "undo", role: "status" });
  let before: [string, string] | null = null;
  const fields = new Map(current.fields.map((field) => [field.name, field]));
  const bands = current.info.scores[0]?.bands ?? [];

  const put = (name: string, text: string): void => {
    draft.set(name, text);
    apply();
  };
  const showUndo = (): void => {
    const field = before && fields.get(before[0]);
    replace(
      undo,
      before && field && [
        `${texts.changed(fieldName(field, language))} `,
        h("button", { type: "button", class: "link", on: { click: () => {
          const last = before;
          before = null;
          showUndo();
          if (last) put(...last);
        } } }, texts.undo),
      ],
    );
  };
  const item = (change: Change, most: number, record: Input): HTMLElement | null => {
    const field = fields.get(change.field);
    if (!field) return null;
    const { within } = change;
    const member = within && field.events?.members.find((one) => one.name === within.member);
    const name = member ? texts.within(fieldName(field, language), within.date, fieldName(member, language)) : fieldName(field, language);
    const say = (value: Input[string] | undefined) => valueText(member ?? field, value, language, t, f);
    const bar = h("span", { class: "gain-bar", "aria-hidden": "true" });
    bar.style.width = `${(change.gain / most) * 100}%`;
    const band = change.band === null ? null : bands[change.band]?.name;
    const tryIt = (): void => {
      before = [change.field, draft.get(change.field) ?? ""];
      put(change.field, write(change.to));
      showUndo();
    };
    return h(
      "li",
      null,
      h("div", { class: "change-what" }, h("strong", null, name), h("span", null, texts.change(say(within ? within.from : record[change.field]), say(within ? within.to : change.to)))),
      h("div", { class: "change-gain" }, h("strong", null, texts.gain(f.plain(change.gain))), h("span", null, band ? texts.becomes(f.plain(change.score), band) : f.plain(change.score))),
      h("button", { type: "button", class: "small", "aria-label": `${texts.tryIt}: ${name}`, on: { click: tryIt } }, texts.tryIt),
      bar,
    );
  };

  return {
    element: h("div", null, undo, list, note),
    show(found, record) {
      const most = found.changes[0]?.gain ?? 1;
      list.inert = false;
      replace(list, found.changes.slice(0, SHOWN).map((change) => item(change, most, record)));
      const count = texts.whatIfCount(f.whole(found.tried), f.one(found.milliseconds));
      note.textContent = found.changes.length === 0 ? `${texts.whatIfNone} ${count}` : count;
    },
    hold() {
      list.inert = true;
    },
    clear() {
      list.replaceChildren();
      note.textContent = texts.later;
    },
  };
}
