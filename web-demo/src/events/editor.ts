import "../styles/events.css";
import type { EventMember, Field } from "@scorelet/core";
import type { App } from "../app";
import { fieldName, keyboard, unitName } from "../applicant/names";
import { eventColumns, type Place } from "../applicant/values";
import { h, icon, replace } from "../dom";
import { type Cells, filled, fromCsv, toCells, toCsv, toJson } from "./list";

/** Ways to write a list of events down. */
const MODES = ["table", "csv", "json"] as const;
type Mode = (typeof MODES)[number];

/** Longer lists are written as text: a page of controls would be slow, and nobody would go through it. */
const MOST_ROWS = 240;

/** A list of events that a person fills in: as a table, as CSV or as JSON. */
export interface EventsEditor {
  element: HTMLElement;
  /** Shows what the draft says. */
  set(text: string): void;
  /** Marks the control with a problem: the one at `at`, or all of it; takes the mark away where there is none. */
  mark(wrong: boolean, at?: Place): void;
  /** Words for a place. */
  place(at: Place): string;
}

interface Row {
  element: HTMLTableRowElement;
  number: HTMLElement;
  controls: (HTMLInputElement | HTMLSelectElement)[];
}

/** Builds the editor of `field`; `changed` gets the list as JSON after each change. */
export function eventsEditor(app: App, field: Field, attributes: { id: string; "aria-describedby": string }, changed: (text: string) => void): EventsEditor {
  const { t, f, language } = app;
  const texts = t.events;
  const { id } = attributes;
  const label = fieldName(field, language);
  const columns = eventColumns(field.events);
  const nameOf = (column: EventMember): string => (column.name === field.events?.date ? texts.date : fieldName(column, language));
  let mode: Mode = "table";
  let text = "";
  let rows: Row[] = [];
  let made = 0;

  const body = h("tbody");
  const count = h("span", { class: "quiet", role: "status" });
  const area = h("textarea", { ...attributes, "aria-label": label, rows: "9", spellcheck: "false", autocapitalize: "off" });
  const how = h("p", { class: "help" });

  const cells = (): Cells => rows.map((row) => row.controls.map((control) => control.value));
  /** Rows that stand for an event. */
  const given = (): Row[] => rows.filter((row) => row.controls.some((control) => control.value.trim() !== ""));
  const counted = (): void => {
    const list = toCells(columns, text);
    count.textContent = list ? texts.count(list.length) : "";
  };
  const tell = (next: string): void => {
    text = next;
    counted();
    changed(next);
  };
  const renumber = (): void => rows.forEach((row, index) => (row.number.textContent = f.whole(index + 1)));

  const control = (column: EventMember): HTMLInputElement | HTMLSelectElement => {
    const choices = column.type === "boolean" ? [["true", t.yes], ["false", t.no]] : column.values.map((value) => [value, value]);
    if (column.type === "boolean" || column.type === "category") {
      return h("select", null, h("option", { value: "" }, t.applicant.notGiven), choices.map(([value, name]) => h("option", { value: value ?? "" }, name)));
    }
    return h("input", { type: column.type === "date" ? "date" : "text", inputmode: keyboard(column), autocomplete: "off" });
  };

  const build = (values: readonly string[]): Row => {
    const name = `${id}-row${made++}`;
    const number = h("th", { scope: "row", id: name, class: "number quiet" });
    const controls = columns.map((column, index) => {
      const one = control(column);
      one.value = values[index] ?? "";
      one.setAttribute("aria-labelledby", `${id}-column${index} ${name}`);
      one.addEventListener("input", () => tell(toJson(columns, cells())));
      one.addEventListener("paste", (event) => paste(event as ClipboardEvent, row, index));
      return one;
    });
    const remove = h("button", { type: "button", class: "cell-button", id: `${name}-remove`, "aria-label": texts.remove, "aria-describedby": name, title: texts.remove, on: { click: () => drop(row) } }, icon("cross"));
    const element = h(
      "tr",
      null,
      number,
      controls.map((one, index) => h("td", { "data-name": index === 0 ? null : nameOf(columns[index] as EventMember), class: index === 0 ? "date" : null }, one)),
      h("td", { class: "remove" }, remove),
    );
    const row: Row = { element, number, controls };
    return row;
  };
  const fill = (list: Cells): void => {
    rows = (list.length > 0 ? list : [[]]).map(build);
    replace(body, rows.map((row) => row.element));
    renumber();
  };
  const drop = (row: Row): void => {
    const at = rows.indexOf(row);
    const rest = rows.filter((one) => one !== row);
    if (rest.length === 0) fill([]);
    else {
      rows = rest;
      row.element.remove();
      renumber();
    }
    (rows[Math.min(at, rows.length - 1)]?.element.querySelector("button") as HTMLElement | null)?.focus();
    tell(toJson(columns, cells()));
  };
  const append = (): void => {
    const row = build([]);
    rows.push(row);
    body.append(row.element);
    renumber();
    row.controls[0]?.focus();
  };

  /** Several cells, as a spreadsheet copies them, are put where they belong: in place of all with a header, else from this cell on. */
  const paste = (event: ClipboardEvent, row: Row, column: number): void => {
    const given = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\n\t]/.test(given.trim())) return;
    const whole = fromCsv(columns, given);
    const found = whole?.header ? whole : fromCsv(columns.slice(column), given);
    if (!found) return;
    event.preventDefault();
    const all = found.header ? found.cells : cells();
    if (!found.header) {
      const at = rows.indexOf(row);
      found.cells.forEach((values, index) => {
        const into = (all[at + index] ??= columns.map(() => ""));
        into.splice(column, values.length, ...values);
      });
    }
    fill(filled(all));
    tell(toJson(columns, all));
  };

  area.addEventListener("input", () => {
    if (mode === "json") return tell(area.value);
    // What is no such table stays as it was written, and is said to be no list.
    const read = fromCsv(columns, area.value);
    tell(read ? toJson(columns, read.cells) : area.value);
  });

  const table = h(
    "div",
    { class: "scroll events-table", tabindex: "0", role: "region", "aria-label": label },
    h(
      "table",
      null,
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("th", { scope: "col", class: "number" }, h("span", { class: "visually-hidden" }, texts.row)),
          columns.map((column, index) => {
            const unit = column.unit && h("span", { class: "unit-of" }, ` (${unitName(column.unit, language)})`);
            return h("th", { scope: "col", id: `${id}-column${index}` }, nameOf(column), unit);
          }),
          h("td"),
        ),
      ),
      body,
    ),
  );
  const add = h("button", { type: "button", class: "small", on: { click: append } }, icon("plus"), texts.add);
  const radios = new Map(MODES.map((one) => [one, h("input", { type: "radio", name: `${id}-as`, value: one, on: { change: () => show(one) } })]));
  const tabled = h("div", { class: "stack-small" }, table, h("p", { class: "buttons" }, add, h("span", { class: "quiet" }, texts.paste)));
  const written = h("div", { class: "stack-small" }, h("div", { class: "control" }, area), how);

  const show = (next: Mode): void => {
    const list = toCells(columns, text);
    // A list that is none, or a very long one, has no table; a text that is no list is shown as it is.
    const possible = next === "table" && (!list || list.length > MOST_ROWS) ? (list ? "csv" : "json") : next;
    mode = possible;
    const radio = radios.get(mode);
    if (radio) radio.checked = true;
    tabled.hidden = mode !== "table";
    written.hidden = mode === "table";
    if (mode === "table") fill(list ?? []);
    else {
      area.value = !list ? text : mode === "csv" ? toCsv(columns, list) : toJson(columns, list);
      how.textContent = mode === "csv" ? texts.csvHelp(columns.map((column) => column.name).join(",")) : texts.jsonHelp;
    }
    counted();
  };
  const element = h(
    "div",
    { class: "events" },
    h(
      "div",
      { class: "events-head" },
      h("div", { class: "segments", role: "radiogroup", "aria-label": texts.as(label) }, MODES.map((one) => h("label", { class: "choice" }, radios.get(one), h("span", null, texts.modes[one])))),
      count,
    ),
    tabled,
    written,
  );
  return {
    element,
    set(next) {
      text = next;
      show(mode);
    },
    mark(wrong, at) {
      const bad = wrong && at ? given()[at.event]?.controls[columns.findIndex((column) => column.name === at.member)] : undefined;
      for (const one of [area, ...rows.flatMap((row) => row.controls)]) {
        if (wrong && (one === area || one === bad)) one.setAttribute("aria-invalid", "true");
        else one.removeAttribute("aria-invalid");
        if (one === area) continue;
        if (one === bad) one.setAttribute("aria-describedby", attributes["aria-describedby"]);
        else one.removeAttribute("aria-describedby");
      }
    },
    place(at) {
      const column = columns.find((one) => one.name === at.member);
      const row = given()[at.event];
      const index = mode === "table" && row ? rows.indexOf(row) : at.event;
      return texts.place(f.whole(index + 1), column ? nameOf(column) : at.member);
    },
  };
}
