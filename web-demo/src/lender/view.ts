import "../styles/lender.css";
import type { LocalCreditData } from "@scorelet/core";
import { form } from "../applicant/form";
import { scoreCard } from "../applicant/score-card";
import { open as openFields, toRecord, write } from "../applicant/values";
import { type App, EngineError, type View } from "../app";
import { h, icon, replace } from "../dom";
import type { Opened } from "../engine/protocol";
import { problem } from "../problem";
import { assurance } from "./assurance";
import { challenge, decide, type Product } from "./client";
import { inside } from "./inside";
import { left, type Sent } from "./left";

/** The lender's reference of the consent that the button stands for. */
const CONSENT = "demo-consent-1";

/** The device's part in this tab, a sealed receipt, and the decision that comes back; with every byte that left. `again` builds it anew for another product. */
export async function lenderView(app: App, again: () => void): Promise<View> {
  const { t, lender } = app;
  const texts = t.lender;
  const head = h("header", { class: "view-head" }, h("h1", { tabindex: "-1" }, texts.title), h("p", { class: "lead" }, texts.lead));
  const without = (content: HTMLElement | null): View => ({ element: h("div", { class: "view" }, head, content), dispose() {} });
  const product = lender?.products.find((one) => one.id === app.product) ?? lender?.products[0];
  if (!lender || !product) return without(h("p", { class: "quiet" }, texts.none));
  let device: Opened;
  try {
    device = await app.openDevice(product.digest, lender.publisher);
  } catch (error) {
    return without(problem(app, error));
  }
  const choose = (id: string): void => {
    app.product = id;
    app.reference = null;
    again();
  };
  const products = choice(texts.product, "product", lender.products.map((one) => [one.id, texts.products[one.id] ?? one.id] as const), product.id, choose);
  return build(app, product, device, h("div", { class: "stack" }, head, lender.products.length > 1 && products));
}

/** A row of choices, one of which holds. */
function choice(title: string, name: string, all: readonly (readonly [value: string, text: string])[], chosen: string | null, choose: (value: string) => void): HTMLElement {
  const one = ([value, text]: readonly [string, string]) =>
    h("label", { class: "choice" }, h("input", { type: "radio", name, value, checked: value === chosen, on: { change: () => choose(value) } }), h("span", null, text));
  return h("fieldset", { class: "chooser" }, h("legend", null, title), h("div", { class: "segments" }, all.map(one)));
}

async function build(app: App, product: Product, device: Opened, head: HTMLElement): Promise<View> {
  const { t, language } = app;
  const texts = t.lender;
  const { handle } = device;
  let disposed = false;
  let asked = 0;
  let reference = app.reference ?? product.applicants[0]?.reference ?? "";

  const preview = h("div", { id: "leaves" });
  const outcome = h("div", { class: "stack", id: "outcome" });
  // A score without bands is a part of another.
  const final = product.scores.findLast((one) => one.bands.length > 0) ?? product.scores.at(-1);
  const card = final && scoreCard(app, final, product.scores.filter((one) => one !== final));
  const send = h("button", { type: "button", class: "primary send", id: "send", on: { click: () => void seal() } }, icon("seal"), texts.send);
  const status = h("p", { class: "quiet", role: "status", id: "send-status" });

  const show = (local: LocalCreditData): void => replace(preview, inside(app, device, local));

  const update = async (): Promise<void> => {
    const number = ++asked;
    const missing = openFields(device.fields, app.draft);
    send.disabled = missing > 0;
    if (missing > 0) return replace(preview, h("p", { class: "quiet" }, t.applicant.waitingHow(missing)));
    const record = toRecord(device.fields, app.draft);
    try {
      const local = await app.engine.call("local", { handle, record, language });
      if (number === asked && !disposed) show(local);
    } catch (error) {
      if (number !== asked || disposed) return;
      send.disabled = true;
      replace(preview, problem(app, error));
      if (error instanceof EngineError && error.field) fields.refuse(error.field, `${error.message} ${error.mend}`);
    }
  };

  /** Challenge, seal, send, show. */
  const seal = async (): Promise<void> => {
    send.disabled = true;
    status.textContent = texts.sending;
    const record = toRecord(device.fields, app.draft);
    try {
      const asks = await challenge(reference);
      const sealed = await app.engine.call("seal", { handle, record, language, challenge: asks, consent: CONSENT });
      const body = JSON.stringify({ applicant: reference, receipt: sealed.receipt, language });
      const answer = await decide(body);
      if (disposed) return;
      card?.show(answer.decision);
      const sent: Sent = { sealed, body, record, challenge: asks, consent: CONSENT };
      replace(outcome, assurance(app, product, answer), left(app, device, sent));
      status.textContent = texts.sent(app.f.whole(sealed.bytes.length));
    } catch (error) {
      if (disposed) return;
      status.textContent = "";
      card?.wait(texts.refused, "");
      replace(outcome, problem(app, error));
    }
    send.disabled = openFields(device.fields, app.draft) > 0;
  };

  const fields = await form(app, device.fields, () => void update());
  const choose = (next: string): void => {
    reference = next;
    app.reference = next;
    const record = product.applicants.find((one) => one.reference === next)?.record ?? {};
    for (const field of device.fields) app.draft.set(field.name, write(record[field.name]));
    fields.refresh();
    void update();
  };
  const applicants = choice(texts.applicant, "applicant", product.applicants.map((one) => [one.reference, one.reference] as const), app.reference, choose);
  card?.wait(texts.waiting, texts.waitingHow);
  if (app.reference === null && reference) {
    choose(reference);
    applicants.querySelector<HTMLInputElement>("input")?.setAttribute("checked", "");
  } else void update();

  const element = h(
    "div",
    { class: "view lender" },
    head,
    applicants,
    h(
      "div",
      { class: "applicant" },
      h(
        "div",
        { class: "stack" },
        h(
          "form",
          { class: "card form-card", novalidate: true, "aria-labelledby": "form-title", on: { submit: (event) => event.preventDefault() } },
          h("h2", { id: "form-title" }, texts.form),
          h("p", { class: "lead" }, texts.formLead),
          fields.element,
        ),
        h("section", { class: "card" }, h("h2", null, texts.leaves), h("p", { class: "lead" }, texts.leavesLead), preview, h("div", { class: "buttons sending" }, send, status)),
      ),
      h("div", { class: "score-column stack" }, card?.element),
    ),
    outcome,
  );
  return {
    element,
    dispose() {
      disposed = true;
    },
  };
}
