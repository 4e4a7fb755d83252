import type { App } from "../app";
import { h, icon, replace } from "../dom";
import type { Opened } from "../engine/protocol";
import { problem } from "../problem";
import { drop } from "./drop";
import type { Publisher, Work } from "./work";

/** The bundle that tables are scored with, and where it came from. */
export interface Chosen extends Opened {
  source: ArrayBuffer | string;
  publicKey: string | null;
}

/** The panel in which a bundle is chosen and its publisher's key stated. */
export interface BundlePanel {
  element: HTMLElement;
  /** Opens the first example, if there is no bundle yet. */
  start(): Promise<void>;
}

const KEY = /^[0-9a-f]{64}$/i;

/** Builds the panel; `changed` is called after another bundle, or none, is there to work with. */
export function bundlePanel(app: App, work: Work, changed: () => void): BundlePanel {
  const { t, f } = app;
  const texts = t.developer;
  const { engine } = work;
  const status = h("div", { class: "status", role: "status", id: "bundle-status" });

  const keyText = h("input", { type: "text", id: "key", class: "hex-input", autocomplete: "off", spellcheck: "false", "aria-label": texts.keyOtherLabel, placeholder: "0123…cdef" });
  keyText.value = work.key;
  const choice = (value: Publisher, text: string) => {
    const input = h("input", { type: "radio", name: "publisher", value, checked: value === work.publisher });
    input.addEventListener("change", () => {
      work.publisher = value;
      void open();
    });
    return { input, label: h("label", { class: "radio" }, input, h("span", null, text)) };
  };
  const demo = choice("demo", texts.keyDemo);
  const other = choice("other", texts.keyOther);
  const any = choice("any", texts.keyAny);
  keyText.addEventListener("input", () => {
    other.input.checked = true;
    work.publisher = "other";
    work.key = keyText.value;
    if (KEY.test(publicKey() ?? "") || keyText.value === "") void open();
  });
  const publicKey = (): string | null => {
    if (any.input.checked) return null;
    // A .pub file says what it is before the digits.
    return demo.input.checked ? app.manifest.publisher : keyText.value.trim().replace(/^.*:/, "");
  };

  let asked = 0;
  const open = async (): Promise<void> => {
    const { source } = work;
    if (source === "") return;
    const number = ++asked;
    const key = publicKey();
    if (key !== null && !KEY.test(key)) {
      replace(status, h("p", { class: "field-error" }, texts.keyBad));
      return use(null);
    }
    try {
      const bundle = await engine.call("open", { source, publicKey: key, language: app.language });
      if (number !== asked) return engine.close(bundle.handle);
      const chosen = { ...bundle, source, publicKey: key };
      replace(status, summary(chosen));
      use(chosen);
    } catch (error) {
      if (number !== asked) return;
      replace(status, problem(app, error));
      use(null);
    }
  };
  const use = (bundle: Chosen | null): void => {
    if (work.bundle) engine.close(work.bundle.handle);
    work.bundle = bundle;
    changed();
  };

  const summary = (bundle: Chosen): HTMLElement => {
    const { info } = bundle;
    const { signer } = info;
    const signed = signer ? (bundle.publicKey ? t.applicant.verified : t.applicant.anyPublisher) : t.applicant.unsigned;
    const apply = async (): Promise<void> => {
      await app.open(bundle.source, bundle.publicKey);
      location.hash = "#/applicant";
    };
    return h(
      "div",
      { class: "summary" },
      h("p", null, h("strong", null, texts.opened(info.name, info.version)), " ", h("span", { class: "badge" }, signer && icon("check"), signed)),
      info.description && h("p", { class: "quiet", lang: info.languages[0] ?? null }, info.description),
      h("p", { class: "quiet hex" }, texts.fieldsCount(f.whole(bundle.fields.length)), " · ", h("code", null, info.digest)),
      h("p", null, h("button", { type: "button", class: "link", on: { click: () => void apply() } }, texts.use)),
    );
  };

  const examples = app.manifest.bundles.map((example) => {
    const button = h("button", { type: "button", class: "small" }, example.title[app.language] ?? example.id);
    button.addEventListener("click", () => {
      work.source = new URL(`/bundles/${example.file}`, location.href).href;
      work.publisher = "demo";
      demo.input.checked = true;
      void open();
    });
    return button;
  });
  const place = drop(
    { id: "bundle-file", accept: ".sclb,application/octet-stream", text: texts.bundleDrop, choose: texts.bundleChoose, extra: h("p", { class: "buttons" }, examples) },
    async (file) => {
      work.source = await file.arrayBuffer();
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
      if (work.bundle) return replace(status, summary(work.bundle));
      if (work.source !== "") return open();
      const [first] = app.manifest.bundles;
      if (!first) return;
      work.source = new URL(`/bundles/${first.file}`, location.href).href;
      await open();
    },
  };
}
