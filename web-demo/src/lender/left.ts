import type { Challenge, Sealed } from "@scorelet/core";
import type { App } from "../app";
import { h, icon } from "../dom";
import type { Input, Opened } from "../engine/protocol";
import { digits, dump, localLengths, type Part, parts, RECEIPT } from "./bytes";
import type { Pair } from "../i18n/en";
import { inside } from "./inside";

/** What was sent, and what it was made of. */
export interface Sent {
  sealed: Sealed;
  /** The body of the request, as it left. */
  body: string;
  record: Input;
  challenge: Challenge;
  consent: string;
}

const utf8 = (text: string): number => new TextEncoder().encode(text).length;

/** Bytes of base64url text. */
const decoded = (text: string): number => Math.floor((text.length * 3) / 4);

function receiptParts(app: App, bytes: Uint8Array): Part[] {
  const { receiptParts: names } = app.t.lender;
  const { magic, version, keyId, encapsulated, tag } = RECEIPT;
  const sealed = bytes.length - magic - version - keyId - encapsulated - tag;
  return parts(bytes, [
    [names.magic[0], magic, names.magic[1]],
    [names.version[0], version, names.version[1]],
    [names.keyId[0], keyId, names.keyId[1]],
    [names.encapsulated[0], encapsulated, names.encapsulated[1]],
    [names.ciphertext[0], sealed, names.ciphertext[1]],
    [names.tag[0], tag, names.tag[1]],
  ]);
}

function localParts(app: App, { local }: Sealed): Part[] {
  const { localParts: names } = app.t.lender;
  const lengths = localLengths(local);
  const states = app.t.applicant.states;
  return parts(local.bytes, [
    [names.count[0], 2, names.count[1]],
    ...local.values.map((one, index) => [one.name, lengths.values[index] ?? 0, one.value === null ? (states[one.state] ?? one.state) : names.value(app.f.plain(one.value))] as const),
    [names.absent[0], 2 + lengths.absent, names.absent[1]],
    [names.scores[0], 2, names.scores[1]],
    ...local.reasons.map((one, index) => [one.score, lengths.reasons[index] ?? 0, names.reasons] as const),
  ]);
}

/** What else is sealed beside local credit data, item by item. */
function around(app: App, { sealed, challenge, consent }: Sent): HTMLElement {
  const { bodyParts: names } = app.t.lender;
  const rows: [Pair, number, string][] = [
    [names.device, 32, sealed.local.bundle],
    [names.nonce, 2 + decoded(challenge.nonce), challenge.nonce],
    [names.time, 8, ""],
    [names.commitment, 32, ""],
    [names.consent, 2 + utf8(consent), consent],
    [names.local, sealed.local.bytes.length, ""],
  ];
  return h(
    "table",
    { class: "legend" },
    h("thead", null, h("tr", null, app.t.lender.columns.map((name, index) => h("th", { scope: "col", class: index === 1 ? "number" : null }, name)))),
    h(
      "tbody",
      null,
      rows.map(([[name, meaning], length, value]) =>
        h("tr", null, h("th", { scope: "row" }, name), h("td", { class: "number" }, length), h("td", null, meaning, value && h("code", { class: "said" }, value))),
      ),
    ),
  );
}

function size(app: App, name: string, bytes: number, most: number, note: string, kind: string): HTMLElement {
  const bar = h("span", { class: `size-bar ${kind}` });
  // A style by script, not by attribute: the policy allows that.
  bar.style.inlineSize = `${Math.max(2, (100 * bytes) / most)}%`;
  return h("li", null, h("span", null, name), h("strong", { class: "number" }, app.t.lender.bytes(app.f.whole(bytes))), h("span", { class: "size-track", "aria-hidden": "true" }, bar), h("span", { class: "quiet" }, note));
}

/** Every byte that left the device and what it means, next to what an upload of the record would have been. */
export function left(app: App, device: Opened, sent: Sent): HTMLElement {
  const { t, f } = app;
  const texts = t.lender;
  const { sealed } = sent;
  const upload = JSON.stringify(sent.record, null, 2);
  const whole = utf8(JSON.stringify(sent.record));
  const most = Math.max(whole, sealed.bytes.length);
  const values = Object.keys(sent.record).length;
  return h(
    "section",
    { class: "card left", id: "left", "aria-labelledby": "left-title" },
    h("h2", { id: "left-title" }, texts.left),
    h("p", { class: "lead" }, texts.leftLead),
    h(
      "ul",
      { class: "sizes" },
      size(app, texts.sizeReceipt, sealed.bytes.length, most, texts.sizeReceiptNote, "good"),
      size(app, texts.sizeLocal, sealed.local.bytes.length, most, texts.sizeLocalNote(f.whole(sealed.local.values.length)), "good"),
      size(app, texts.sizeUpload, whole, most, texts.sizeUploadNote(f.whole(values)), "bad"),
    ),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        { class: "half" },
        h("h3", null, icon("seal"), texts.receipt),
        h("p", { class: "quiet" }, texts.receiptLead),
        dump(receiptParts(app, sealed.bytes), texts.columns, texts.receipt),
        h(
          "details",
          null,
          h("summary", null, texts.request(f.whole(utf8(sent.body)))),
          h("pre", { class: "wrap", tabindex: "0", id: "request-body" }, sent.body),
        ),
      ),
      h(
        "div",
        { class: "half" },
        h("h3", null, icon("warn"), texts.upload),
        h("p", { class: "quiet" }, texts.uploadLead(f.whole(values))),
        h("pre", { class: "upload", tabindex: "0", id: "upload" }, upload),
      ),
    ),
    h("h3", null, icon("shield"), texts.inside),
    h("p", { class: "quiet" }, texts.insideLead),
    h(
      "div",
      { class: "columns" },
      h("div", { class: "half" }, around(app, sent)),
      h("div", { class: "half" }, inside(app, device, sealed.local), h("h3", null, texts.localBytes), dump(localParts(app, sealed), texts.columns, texts.localBytes)),
    ),
    h("p", { class: "quiet stays" }, icon("check"), " ", texts.stays, " ", h("code", null, `${sealed.salt.slice(0, 8)}…`)),
    h("p", { class: "visually-hidden", id: "receipt-hex" }, digits(sealed.bytes)),
  );
}
