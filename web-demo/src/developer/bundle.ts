import type { App } from "../app";
import { h, icon, replace } from "../dom";
import type { Engine } from "../engine/client";
import type { Opened } from "../engine/protocol";
import { problem } from "../problem";
import { drop } from "./drop";

/** The bundle that tables are scored with, and where it came from. */
export interface Chosen extends Opened {
  source: ArrayBuffer | string;
  publicKey: string | null;
}

/** The panel in which a bundle is chosen and its publisher's key stated. */
export interface BundlePanel {
  element: HTMLElement;
  /** Opens the first example. */
  start(): Promise<void>;
}

const KEY = /^[0-9a-f]{64}$/i;

/** Builds the panel; `opened` is called with each bundle, or `null` when there is none. */
export function bundlePanel(app: App, engine: Engine, opened: (bundle: Chosen | null) => void): BundlePanel {
  const { t, f } = app;
  const texts = t.developer;
  const status = h("div", { class: "status", role: "status", id: "bundle-status" });
  let chosen: Chosen | null = null;
  let source: ArrayBuffer | string = "";

  const keyText = h("input", { type: "text", id: "key", class: "hex-input", autocomplete: "off", spellcheck: "false", "aria-label": texts.keyOtherLabel, placeholder: "0123…cdef" });
  const choice = (value: string, text: string, checked = false) => {
    const input = h("input", { type: "radio", name: "publisher", value, checked });
    input.addEventListener("change", () => void open());
    return { input, label: h("label", { class: "radio" }, input, h("span", null, text)) };
  };
  const demo = choice("demo", texts.keyDemo, true);
  const other = choice("other", texts.keyOther);
  const any = choice("any", texts.keyAny);
  keyText.addEventListener("input", () => {
    other.input.checked = true;
    if (KEY.test(publicKey() ?? "") || keyText.value === "") void open();
  });
  const publicKey = (): string | null => {
    if (any.input.checked) return null;
    // A .pub file says what it is before the digits.
    return demo.input.checked ? app.manifest.publisher : keyText.value.trim().replace(/^.*:/, "");
  };

  let asked = 0;
  const open = async (): Promise<void> => {
    if (source === "") return;
    const number = ++asked;
    const key = publicKey();
    if (key !== null && !KEY.test(key)) {
      opened(null);
      return replace(status, h("p", { class: "field-error" }, texts.keyBad));
    }
    const before = chosen;
    try {
      const bundle = await engine.call("open", { source, publicKey: key, language: app.language });
      if (number !== asked) return void engine.call("close", { handle: bundle.handle });
      chosen = { ...bundle, source, publicKey: key };
      replace(status, summary(chosen));
    } catch (error) {
      if (number !== asked) return;
      chosen = null;
      replace(status, problem(app, error));
    }
    if (before) void engine.call("close", { handle: before.handle });
    opened(chosen);
  };

  const summary = (bundle: Chosen): HTMLElement => {
    const { info } = bundle;
    const { signer } = info;
    const signed = signer ? (bundle.publicKey ? t.applicant.verified : t.applicant.anyPublisher) : t.applicant.unsigned;
    const use = async (): Promise<void> => {
      await app.open(bundle.source, bundle.publicKey);
      location.hash = "#/applicant";
    };
    return h(
      "div",
      { class: "summary" },
      h("p", null, h("strong", null, texts.opened(info.name, info.version)), " ", h("span", { class: "badge" }, signer && icon("check"), signed)),
      info.description && h("p", { class: "quiet", lang: info.languages[0] ?? null }, info.description),
      h("p", { class: "quiet hex" }, texts.fieldsCount(f.whole(bundle.fields.length)), " · ", h("code", null, info.digest)),
      h("p", null, h("button", { type: "button", class: "link", on: { click: () => void use() } }, texts.use)),
    );
  };

  const examples = app.manifest.bundles.map((example) => {
    const button = h("button", { type: "button", class: "small" }, example.title[app.language] ?? example.id);
    button.addEventListener("click", () => {
      source = new URL(`/bundles/${example.file}`, location.href).href;
      demo.input.checked = true;
      void open();
    });
    return button;
  });
  const place = drop(
    { id: "bundle-file", accept: ".sclb,application/octet-stream", text: texts.bundleDrop, choose: texts.bundleChoose, extra: h("p", { class: "buttons" }, examples) },
    async (file) => {
      source = await file.arrayBuffer();
      void open();
    },
  );
  const element = h(
    "section",
    { class: "card" },
    h("h2", null, texts.bundle),
    place.element,
    h("fieldset", { class: "radios" }, h("legend", null, texts.key), demo.label, h("div", { class: "radio-with" }, other.label, keyText), any.label),
    status,
  );
  return {
    element,
    async start() {
      const [first] = app.manifest.bundles;
      if (!first) return;
      source = new URL(`/bundles/${first.file}`, location.href).href;
      await open();
    },
  };
}
