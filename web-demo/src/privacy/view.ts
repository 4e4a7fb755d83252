import { fieldName, valueText } from "../applicant/names";
import { toRecord } from "../applicant/values";
import type { App, View } from "../app";
import { h, icon, replace } from "../dom";
import { forget, kept } from "../settings";
import type { LogLine } from "./requests";
import { offline } from "./offline";

const LISTED = 60;

/** Names and bytes of all that Cache Storage has for this page. */
async function stored(): Promise<{ files: number; bytes: number }> {
  if (!("caches" in globalThis)) return { files: 0, bytes: 0 };
  let [files, bytes] = [0, 0];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      files++;
      bytes += (await (await cache.match(request))?.blob())?.size ?? 0;
    }
  }
  return { files, bytes };
}

/** What the page holds, what left the device, and that it works without a network. */
export function privacy(app: App): View {
  const { t, f, requests, language } = app;
  const texts = t.privacy;
  const ends: (() => void)[] = [];

  const lead = h("p", { class: "lead" });
  const sent = h("strong", { id: "bytes-sent" });
  const counts = h("ul", { class: "counts" });
  const log = h("tbody", { id: "log" });
  const older = h("p", { class: "quiet" });
  const who = { page: texts.byPage, worker: texts.byWorker, serviceWorker: texts.byServiceWorker };
  const clock = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { timeStyle: "medium" });
  const line = (one: LogLine): HTMLElement => {
    const url = new URL(one.url);
    return h(
      "tr",
      null,
      h("td", { class: "number" }, clock.format(one.time)),
      h("td", { class: "what" }, `${one.method} ${url.origin === location.origin ? url.pathname : one.url}`),
      h("td", null, who[one.by]),
      h("td", null, texts.sources[one.source]),
      h("td", { class: "number" }, one.size === null ? "–" : f.bytes(one.size)),
    );
  };
  const count = (value: number, text: string): HTMLElement => h("li", null, h("strong", null, f.whole(value)), ` ${text}`);
  const show = (): void => {
    const active = Boolean(navigator.serviceWorker?.controller);
    sent.textContent = f.whole(requests.sent);
    lead.textContent = requests.sent > 0 ? texts.leadSent : texts.lead;
    replace(
      counts,
      count(requests.timed, texts.requests),
      count(requests.network, texts.network),
      count(requests.elsewhere, texts.elsewhere),
      active || requests.served > 0 ? count(requests.served, texts.served) : h("li", null, texts.waiting),
    );
    const lines = requests.lines.slice(-LISTED).reverse();
    replace(log, lines.map(line));
    const hidden = requests.timed + requests.served - lines.length;
    older.textContent = hidden > 0 ? texts.older(f.whole(hidden)) : "";
  };
  let drawn = 0;
  ends.push(
    requests.onChange(() => {
      cancelAnimationFrame(drawn);
      drawn = requestAnimationFrame(show);
    }),
  );
  show();

  const memory = h("div", { id: "held" });
  const files = h("p", null, texts.storedNone);
  const settings = h("div");
  const holds = (): void => {
    const given = [
      { fields: app.current?.fields ?? [], draft: app.draft },
      { fields: app.forecast.opened?.fields ?? [], draft: app.forecast.draft },
    ].flatMap(({ fields, draft }) => {
      const record = toRecord(fields, draft);
      return fields.filter((field) => record[field.name] !== undefined).map((field) => ({ field, value: record[field.name] }));
    });
    replace(
      memory,
      given.length === 0
        ? h("p", { class: "quiet" }, texts.memoryNone)
        : h("dl", { class: "held" }, given.map(({ field, value }) => h("div", null, h("dt", null, fieldName(field, language)), h("dd", null, valueText(field, value, language, t, f))))),
    );
    const list = kept();
    replace(
      settings,
      list.length === 0
        ? h("p", { class: "quiet" }, texts.settingsNone)
        : h("dl", { class: "held" }, list.map((one) => h("div", null, h("dt", null, texts.settingNames[one.key] ?? one.key), h("dd", null, one.value)))),
    );
    countStored();
  };
  const countStored = (): void =>
    void stored().then((found) => {
      files.textContent = found.files > 0 ? texts.storedFiles(f.whole(found.files), f.bytes(found.bytes)) : texts.storedNone;
    });
  holds();
  // What is fetched may be stored, a moment later.
  let counting = 0;
  ends.push(
    requests.onChange(() => {
      clearTimeout(counting);
      counting = window.setTimeout(countStored, 500);
    }),
    () => clearTimeout(counting),
  );
  const said = h("p", { class: "quiet", role: "status" });
  const forgetAll = async (): Promise<void> => {
    app.draft.clear();
    app.sample = -1;
    app.forecast.draft.clear();
    app.forecast.sample = -1;
    forget();
    for (const name of await caches.keys()) await caches.delete(name);
    for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
    said.textContent = texts.forgotten;
    holds();
  };

  const leaving = (app.current?.fields ?? []).filter((field) => field.leavesDevice);
  const policy = document.querySelector<HTMLMetaElement>('meta[http-equiv="Content-Security-Policy"]')?.content ?? "connect-src 'self'";
  const connect = policy.split("; ").find((part) => part.startsWith("connect-src")) ?? policy;
  const away = offline(app);
  ends.push(away.dispose);

  const element = h(
    "div",
    { class: "view" },
    h("header", { class: "view-head" }, h("h1", { tabindex: "-1" }, texts.title), lead),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        { class: "stack" },
        h(
          "section",
          { class: "card sent" },
          h("p", { class: "big" }, sent, h("span", null, texts.sent)),
          counts,
          h("h2", { class: "promise" }, icon("shield"), texts.promise),
          h("p", null, texts.promiseText, " ", h("code", null, connect)),
        ),
        h(
          "section",
          { class: "card" },
          h("h2", null, texts.leaves),
          h("p", null, texts.leavesNothing),
          h("p", { class: "quiet" }, leaving.length === 0 ? texts.leavesNone : texts.leavesMarked),
          leaving.length > 0 && h("ul", { class: "chips" }, leaving.map((field) => h("li", { class: "chip" }, fieldName(field, language)))),
        ),
      ),
      h(
        "div",
        { class: "stack" },
        away.element,
        h(
          "section",
          { class: "card" },
          h("div", { class: "card-head" }, h("h2", null, texts.holds), h("button", { type: "button", class: "plain", id: "forget", on: { click: () => void forgetAll() } }, texts.forget)),
          said,
          h("h3", null, texts.memory),
          memory,
          h("h3", null, texts.stored),
          files,
          h("h3", null, texts.settings),
          settings,
        ),
      ),
    ),
    h(
      "section",
      { class: "card" },
      h("h2", { id: "log-title" }, texts.log),
      h("p", { class: "lead" }, texts.logLead),
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "log-title" },
        h(
          "table",
          { class: "log" },
          h("thead", null, h("tr", null, [texts.when, texts.what, texts.by, texts.from, texts.size].map((name, i) => h("th", { scope: "col", class: i === 0 || i === 4 ? "number" : null }, name)))),
          log,
        ),
      ),
      older,
    ),
  );
  return {
    element,
    dispose() {
      cancelAnimationFrame(drawn);
      for (const end of ends) end();
    },
  };
}
