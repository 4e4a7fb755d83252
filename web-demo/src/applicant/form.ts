import type { Field } from "@scorelet/core";
import type { App } from "../app";
import { h } from "../dom";
import { pick } from "../i18n";
import { pause } from "../pause";
import { categoryName, fieldName, unitName } from "./names";
import { read } from "./values";

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
  control: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
  error: HTMLElement;
  box: HTMLElement;
}

/** Least and greatest value, in words. */
function range(app: App, field: Field): string | null {
  if (field.type !== "number" && field.type !== "integer") return null;
  const { t, f } = app;
  if (field.min !== null && field.max !== null) return t.applicant.range(f.plain(field.min), f.plain(field.max));
  if (field.min !== null) return t.applicant.from(f.plain(field.min));
  return field.max === null ? null : t.applicant.upTo(f.plain(field.max));
}

/** What a keyboard should offer. */
function keyboard(field: Field): string {
  // Numeric pads have no minus.
  if (field.min === null || field.min < 0 || field.specials.some((special) => (special.value ?? 0) < 0)) return "text";
  return field.type === "integer" ? "numeric" : "decimal";
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

/** Builds the form; `changed` is called after each change of the draft. */
export async function form(app: App, fields: readonly Field[], changed: () => void): Promise<Form> {
  const { t, language, draft } = app;
  const touched = new Set<string>();
  const rows: Row[] = [];

  const show = (row: Row, message: string, kind: "error" | "note" | ""): void => {
    row.error.textContent = message;
    row.box.dataset["state"] = kind;
    if (kind === "error") row.control.setAttribute("aria-invalid", "true");
    else row.control.removeAttribute("aria-invalid");
  };

  const validate = (row: Row): void => {
    const text = draft.get(row.field.name) ?? "";
    const { problem, outside } = read(row.field, text);
    if (outside) show(row, t.applicant.outside, "note");
    // Nobody is told off for what they have not come to yet.
    else if (!problem || !touched.has(row.field.name)) show(row, "", "");
    else {
      const bounds = problem === "low" || problem === "high" ? ` ${range(app, row.field)}` : "";
      show(row, `${t.applicant.problems[problem]}${bounds}`, "error");
    }
  };

  const build = (field: Field): HTMLElement => {
    const id = `field-${field.name}`;
    const notes = [pick(field.help, language), range(app, field)].filter((note) => note);
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
      : field.type === "event_list"
        ? h("textarea", { ...attributes, rows: "6", spellcheck: "false" })
        : h("input", {
            ...attributes,
            type: field.type === "date" ? "date" : "text",
            inputmode: field.type === "date" || field.type === "hash" ? null : keyboard(field),
          });
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
    const row: Row = { field, control, error, box };
    rows.push(row);
    control.addEventListener("input", () => {
      draft.set(field.name, control.value);
      // While a number is being typed it may be short of its range: that is said when the person moves on.
      if (chosen || box.dataset["state"] === "error") {
        touched.add(field.name);
        validate(row);
      }
      changed();
    });
    control.addEventListener("blur", () => {
      // Walking through an empty form is no mistake.
      if (!draft.get(field.name)) return;
      touched.add(field.name);
      validate(row);
    });
    return box;
  };

  /** Special codes of a number: a code says why the number is not there. */
  const specials = (field: Field, control: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement) =>
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
      row.control.value = draft.get(row.field.name) ?? "";
      validate(row);
    }
  };
  refresh();
  return {
    element,
    refresh,
    refuse(name, message) {
      const row = rows.find((one) => one.field.name === name);
      if (row) show(row, message, "error");
    },
  };
}
