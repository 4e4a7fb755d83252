import type { Explanation } from "@scorelet/core";
import type { App, Current } from "../app";
import { h, icon, replace } from "../dom";
import type { Input, Opened } from "../engine/protocol";
import { problem } from "../problem";
import { fieldName, valueText } from "./names";

/** What would leave the device of a bundle that is cut in two, computed here from the same record. */
export interface Leaves {
  element: HTMLElement;
  /** `explanation`: of the whole bundle, which says what each value that leaves is a reason for. */
  show(record: Input, explanation: Explanation | null): Promise<void>;
  clear(): void;
  dispose(): void;
}

const utf8 = (text: string): number => new TextEncoder().encode(text).length;

/** Builds the card of the device's part of `current`; `null` if that is not cut. */
export function leaves(app: App, current: Current): Leaves | null {
  const device = current.example?.device;
  if (!device) return null;
  const { t, f, language } = app;
  const texts = t.leaves;
  const content = h("div", { id: "leaves" });
  let opened: Promise<Opened> | null = null;
  let asked = 0;

  const clear = (): void => {
    asked++;
    replace(content, h("p", { class: "quiet empty-note" }, t.applicant.later));
  };
  clear();
  return {
    element: h("section", { class: "card" }, h("h2", null, texts.title), h("p", { class: "lead" }, texts.lead), content),
    clear,
    async show(record, explanation) {
      const number = ++asked;
      try {
        opened ??= app.openFile(device);
        // The lender's view shows the same table.
        const [bundle, { inside }] = await Promise.all([opened, import("../lender/inside")]);
        // What the edge reads is no field of the device's part.
        const own = Object.fromEntries(bundle.fields.flatMap(({ name }) => (name in record ? [[name, record[name] ?? null]] : [])));
        const local = await app.engine.call("local", { handle: bundle.handle, record: own, language });
        if (number !== asked) return;
        const leaving = new Set(local.values.map((one) => one.name));
        const staying = bundle.fields.filter((field) => !leaving.has(field.name) && record[field.name] !== undefined);
        const meanings = new Map(explanation?.contributions.filter((one) => one.field === null).map((one) => [one.input, one.text]));
        replace(
          content,
          h("p", { id: "leaves-size" }, texts.size(f.whole(local.bytes.length), f.whole(utf8(JSON.stringify(record))))),
          h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": texts.title }, inside(app, bundle, local, meanings)),
          staying.length > 0 && [
            h("h3", null, icon("shield"), texts.stays),
            h("ul", { class: "chips", id: "stays" }, staying.map((field) => h("li", { class: "chip" }, `${fieldName(field, language)}: ${valueText(field, record[field.name], language, t, f)}`))),
          ],
        );
      } catch (error) {
        if (number === asked) replace(content, problem(app, error));
      }
    },
    dispose() {
      asked++;
      opened?.then(({ handle }) => app.engine.close(handle), () => undefined);
    },
  };
}
