import type { Field } from "@scorelet/core";
import type { App } from "../app";
import { h } from "../dom";
import { pick } from "../i18n";
import { pause } from "../pause";
import type { EventsEditor } from "../events/editor";
import { categoryName, fieldName, keyboard, range, unitName } from "./names";
import { type Place, read } from "./values";

/** A form of a bundle's own fields. */
export interface Form {
  element: HTMLElement;
  /** Sets every control to what the draft says. */
  refresh(): void;
  /** Shows what the engine said of a field. */
  refuse(field: string, message: string): void;
}

interface Row {
  field: Field;
  error: HTMLElement;
  box: HTMLElement;
  /** Shows a text of the draft. */
  set(text: string): void;
  /** Marks the control, or the cell at `at`, as wrong or right. */
  mark(wrong: boolean, at?: Place): void;
  /** The editor of an event list. */
  events?: EventsEditor;
}

function select(app: App, field: Field, attributes: Record<string, string | boolean>): HTMLSelectElement {
  const { t, language } = app;
  const empty = field.policies.missing === "refuse" ? t.applicant.choose : t.applicant.notGiven;
  const choices: [string, string][] =
    field.type === "boolean"
      ? [
          ["true", t.yes],
          ["false", t.no],
        ]
      : [...field.values, ...field.specials.map((special) => special.text ?? "")].map((value) => [
          value,
          categoryName(field, value, language),
        ]);
  return h(
    "select",
    attributes,
    h("option", { value: "" }, empty),
    choices.map(([value, text]) => h("option", { value }, text)),
  );
}

/** Fields that are built at a stretch. */
const AT_ONCE = 8;

/** Builds the form of what stands in `draft`; `changed` is called after each change of it. */
export async function form(app: App, fields: readonly Field[], changed: () => void, draft: Map<string, string> = app.draft): Promise<Form> {
  const { t, f, language } = app;
  const touched = new Set<string>();
  const rows: Row[] = [];
  // Fetched by those who have events to fill in.
  const editor = fields.some((field) => field.type === "event_list") ? await import("../events/editor") : null;

  const show = (row: Row, message: string, kind: "error" | "note" | "", at?: Place): void => {
    row.error.textContent = message;
    row.box.dataset["state"] = kind;
    row.mark(kind === "error", at);
  };

  const validate = (row: Row): void => {
    const text = draft.get(row.field.name) ?? "";
    const { problem, outside, at } = read(row.field, text);
    if (outside) return show(row, t.applicant.outside, "note");
    // Nobody is told off for what they have not come to yet.
    if (!problem || !touched.has(row.field.name)) return show(row, "", "");
    const of = at ? row.field.events?.members.find((member) => member.name === at.member) : row.field;
    const bounds = of && (problem === "low" || problem === "high") ? ` ${range(of, t, f)}` : "";
    const place = at && row.events ? `${row.events.place(at)} ` : "";
    show(row, `${place}${t.applicant.problems[problem]}${bounds}`, "error", at);
  };

  /** What happens to each change of a control, and when the person moves on. */
  const watch = (row: Row, at: HTMLElement, chosen: boolean): ((text: string) => void) => {
    const { name } = row.field;
    at.addEventListener("focusout", () => {
      // Walking through an empty form is no mistake.
      if (!draft.get(name)) return;
      touched.add(name);
      validate(row);
    });
    return (text) => {
      draft.set(name, text);
      // While a number is being typed it may be short of its range: that is said when the person moves on.
      if (chosen || row.box.dataset["state"] === "error") {
        touched.add(name);
        validate(row);
      }
      changed();
    };
  };

  const eventsRow = (field: Field, build: typeof import("../events/editor")): HTMLElement => {
    const id = `field-${field.name}`;
    const help = pick(field.help, language);
    const error = h("p", { class: "field-error", id: `${id}-error`, "aria-live": "polite" });
    const events = build.eventsEditor(app, field, { id, "aria-describedby": `${help ? `${id}-help ` : ""}${id}-error` }, (text) => typed(text));
    const box = h(
      "div",
      { class: "field wide", role: "group", "aria-labelledby": `${id}-label` },
      h("p", { class: "label", id: `${id}-label` }, fieldName(field, language)),
      help && h("p", { class: "help", id: `${id}-help` }, help),
      events.element,
      error,
    );
    const row: Row = { field, error, box, events, set: events.set, mark: events.mark };
    const typed = watch(row, box, false);
    rows.push(row);
    return box;
  };

  const build = (field: Field): HTMLElement => {
    if (editor && field.type === "event_list") return eventsRow(field, editor);
    const id = `field-${field.name}`;
    const notes = [pick(field.help, language), range(field, t, f)].filter((note) => note);
    const help = notes.length > 0 ? h("p", { class: "help", id: `${id}-help` }, notes.join(" · ")) : null;
    const error = h("p", { class: "field-error", id: `${id}-error`, "aria-live": "polite" });
    const attributes = {
      id,
      name: field.name,
      autocomplete: "off",
      "aria-describedby": `${help ? `${id}-help ` : ""}${id}-error`,
      ...(field.policies.missing === "refuse" ? { "aria-required": "true" } : {}),
    };
    const chosen = field.type === "category" || field.type === "boolean";
    const control = chosen
      ? select(app, field, attributes)
      : h("input", { ...attributes, type: field.type === "date" ? "date" : "text", inputmode: keyboard(field) });
    const unit = field.unit && !chosen ? h("span", { class: "unit", "aria-hidden": "true" }, unitName(field.unit, language)) : null;
    const name = fieldName(field, language);
    const spoken = unit ? h("span", { class: "visually-hidden" }, ` (${unitName(field.unit, language)})`) : null;
    const box = h(
      "div",
      { class: "field" },
      h("label", { for: id }, name, spoken),
      h("div", { class: "control" }, control, unit),
      specials(field, control),
      help,
      error,
    );
    const row: Row = {
      field,
      error,
      box,
      set: (text) => (control.value = text),
      mark: (wrong) => (wrong ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid")),
    };
    rows.push(row);
    const typed = watch(row, control, chosen);
    control.addEventListener("input", () => typed(control.value));
    return box;
  };

  /** Special codes of a number: a code says why the number is not there. */
  const specials = (field: Field, control: HTMLInputElement | HTMLSelectElement) =>
    field.type !== "category" &&
    field.specials.length > 0 &&
    h(
      "div",
      { class: "specials" },
      field.specials.map((special) =>
        h(
          "button",
          {
            type: "button",
            class: "chip",
            on: {
              click: () => {
                control.value = String(special.value ?? "");
                control.dispatchEvent(new Event("input"));
              },
            },
          },
          special.name,
        ),
      ),
    );

  const element = h("div", { class: "fields" });
  for (let from = 0; from < fields.length; from += AT_ONCE) {
    element.append(...fields.slice(from, from + AT_ONCE).map(build));
    await pause();
  }
  const refresh = (): void => {
    touched.clear();
    for (const row of rows) {
      row.set(draft.get(row.field.name) ?? "");
      validate(row);
    }
  };
  refresh();
  return {
    element,
    refresh,
    refuse(name, message) {
      // Of an event list the engine names the place: `statements[5].bill`, counted from 0.
      const [, list, event, member] = /^(.*?)\[(\d+)\](?:\.(.*))?$/.exec(name) ?? [];
      const row = rows.find((one) => one.field.name === (list ?? name));
      if (!row) return;
      const at = list === undefined ? undefined : { event: Number(event), member: member ?? row.field.events?.date ?? "" };
      show(row, at && row.events ? `${row.events.place(at)} ${message}` : message, "error", at);
    },
  };
}
