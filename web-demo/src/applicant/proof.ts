import type { Decision, Field } from "@scorelet/core";
import type { App, Current } from "../app";
import { h, replace } from "../dom";
import type { Timing } from "../engine/protocol";
import { fieldName } from "./names";

/** Digest, bundle and signer: what proves where a score came from. With the time that it takes. */
export interface Proof {
  element: HTMLElement;
  show(decision: Decision): void;
  time(timing: Timing | null): void;
  clear(): void;
}

/** A digest that can be copied. */
function hex(app: App, value: HTMLElement): HTMLElement {
  const { copy, copied } = app.t.applicant;
  const button = h("button", { type: "button", class: "link" }, copy);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(value.textContent ?? "");
    button.textContent = copied;
    setTimeout(() => (button.textContent = copy), 1500);
  });
  return h("dd", { class: "hex" }, value, button);
}

/** Builds the panel. */
export function proof(app: App, current: Current): Proof {
  const { t, f } = app;
  const texts = t.applicant;
  const digest = h("code", { id: "result-digest" }, "–");
  const { info } = current;
  const listed = current.fields.some((field) => field.type === "event_list");
  const signer = info.signer ?? texts.unsigned;
  const fast = h("strong", { class: "number", id: "time-fast" }, "–");
  const full = h("strong", { class: "number", id: "time-full" }, "–");
  const how = h("p", { class: "quiet" });
  const micro = (value: number): string => `${f.significant(value)} ${texts.micro}`;
  return {
    element: h(
      "div",
      { class: "proof" },
      h(
        "dl",
        null,
        h("dt", null, texts.digest),
        hex(app, digest),
        h("dt", null, texts.bundle),
        h("dd", null, `${info.name} ${info.version}`),
        hex(app, h("code", null, info.digest)),
        h("dt", null, texts.signer),
        h("dd", { class: "hex" }, h("code", null, signer)),
      ),
      h("p", { class: "quiet" }, texts.digestHelp),
      h("h3", null, texts.time),
      h("ul", { class: "times" }, h("li", null, fast, h("span", null, listed ? texts.timePlain : texts.timeFast)), h("li", null, full, h("span", null, texts.timeFull))),
      how,
    ),
    show(decision) {
      digest.textContent = decision.digest;
    },
    time(timing) {
      fast.textContent = timing ? micro(timing.fast) : "–";
      full.textContent = timing ? micro(timing.full) : "–";
      how.textContent = timing ? texts.timeHow(f.whole(timing.rounds), f.whole(timing.runs)) : texts.measuring;
    },
    clear() {
      digest.textContent = "–";
      fast.textContent = "–";
      full.textContent = "–";
      how.textContent = "";
    },
  };
}

/** The fields without a usable value, and why: `absent` of a decision. */
export function states(app: App, fields: readonly Field[], decision: Decision, into: HTMLElement): void {
  const { t, language } = app;
  const names = new Map(fields.map((field) => [field.name, fieldName(field, language)]));
  const { absent } = decision;
  replace(
    into,
    absent.length === 0
      ? h("p", { class: "quiet" }, t.applicant.missingNone)
      : [
          h(
            "ul",
            { class: "states" },
            absent.map((one) =>
              h("li", null, h("span", null, names.get(one.field) ?? one.field), h("span", { class: "chip" }, one.special ?? t.applicant.states[one.state] ?? one.state)),
            ),
          ),
          h("p", { class: "quiet" }, t.applicant.missingLead),
        ],
  );
}
