import type { App, View } from "../app";
import { h, icon, replace } from "../dom";

/** The browser's own offer to install the page as an app. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

let offer: InstallEvent | null = null;
const offers = new Set<() => void>();
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event as InstallEvent;
  offers.forEach((tell) => tell());
});

/** Whether the page is stored for use without a network, and whether there is one now. */
export function offline(app: App): View {
  const texts = app.t.privacy;
  const online = h("p", { class: "net", role: "status", id: "network" });
  const ready = h("p", { id: "offline-ready" });
  const install = h("button", { type: "button", class: "primary", hidden: true }, texts.install);
  install.addEventListener("click", async () => {
    await offer?.prompt();
    offer = null;
    show();
  });
  const show = (): void => {
    replace(online, h("span", { class: navigator.onLine ? "dot on" : "dot" }), navigator.onLine ? texts.online : texts.nowOffline);
    install.hidden = !offer;
  };
  if ("serviceWorker" in navigator) {
    ready.textContent = texts.preparing;
    void navigator.serviceWorker.ready.then(() => replace(ready, icon("check"), texts.ready));
  } else ready.textContent = texts.unsupported;
  offers.add(show);
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
  const element = h("section", { class: "card" }, h("h2", null, texts.offline), online, ready, h("p", { class: "quiet" }, texts.try), install);
  return {
    element,
    dispose() {
      offers.delete(show);
      removeEventListener("online", show);
      removeEventListener("offline", show);
    },
  };
}
