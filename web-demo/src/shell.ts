import type { App } from "./app";
import { h, icon, replace, svg } from "./dom";
import { onTheme, setTheme, theme } from "./settings";

/** Names of the views, as they stand in the address. */
export const VIEWS = ["applicant", "lender", "forecast", "privacy", "developer"] as const;
/** A view's name. */
export type ViewName = (typeof VIEWS)[number];

const ICONS = { applicant: "person", lender: "seal", forecast: "fan", privacy: "shield", developer: "chart" } as const;

/** The view that the address names. */
export function viewInAddress(): ViewName {
  const name = location.hash.replace(/^#\/?/, "");
  return VIEWS.find((view) => view === name) ?? "applicant";
}

const logo = (): SVGElement =>
  svg(
    "svg",
    { class: "logo", viewBox: "0 0 32 32", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: "M5 22a11 11 0 0 1 22 0", class: "logo-track" }),
    svg("path", { d: "M5 22a11 11 0 0 1 17-9.200", class: "logo-arc" }),
    svg("circle", { cx: 16, cy: 22, r: 3 }),
  );

/** What stands around the views. */
export interface Shell {
  element: HTMLElement;
  main: HTMLElement;
  /** Marks the view that is shown. */
  mark(view: ViewName): void;
  /** Shows the links to the views that there are. */
  offer(): void;
}

/** Builds header, navigation and footer; `again` builds all anew, in another language. */
export function shell(app: App, again: () => void): Shell {
  const { t } = app;
  const links = VIEWS.map((view) => h("a", { href: `#/${view}`, hidden: view === "lender" && !app.lender }, icon(ICONS[view]), h("span", null, t.nav[view])));
  const themeButton = h("button", { type: "button", class: "icon-button", id: "theme" });
  const showTheme = (): void => {
    const dark = theme() === "dark";
    replace(themeButton, icon(dark ? "sun" : "moon"));
    themeButton.setAttribute("aria-label", dark ? t.toLight : t.toDark);
    themeButton.title = dark ? t.toLight : t.toDark;
  };
  themeButton.addEventListener("click", () => setTheme(theme() === "dark" ? "light" : "dark"));
  onTheme(showTheme);
  showTheme();
  const other = app.language === "en" ? "zh" : "en";
  const languageButton = h(
    "button",
    { type: "button", class: "text-button", id: "language", lang: other, "aria-label": t.otherLanguageLabel },
    t.otherLanguage,
  );
  languageButton.addEventListener("click", () => {
    app.setLanguage(other);
    again();
    document.querySelector<HTMLElement>("#language")?.focus();
  });
  const main = h("main", { id: "main" });
  const skip = h("a", { class: "skip", href: "#main" }, t.skip);
  // The address names the view, so the link may not change it.
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    main.querySelector<HTMLElement>("h1")?.focus();
  });
  const element = h(
    "div",
    { class: "page" },
    skip,
    h(
      "header",
      { class: "top" },
      h("div", { class: "brand" }, logo(), h("div", null, h("span", { class: "brand-name" }, "Scorelet"), h("span", { class: "tagline" }, t.tagline))),
      h("nav", { "aria-label": t.nav.label }, links),
      h("div", { class: "tools" }, languageButton, themeButton),
    ),
    main,
    h("footer", null, h("p", null, t.footer, " ", h("a", { href: "/licences.txt", type: "text/plain" }, t.licences))),
  );
  return {
    element,
    main,
    offer() {
      for (const link of links) if (link.hash === "#/lender") link.hidden = !app.lender;
    },
    mark(view) {
      VIEWS.forEach((name, index) => {
        const link = links[index];
        if (name === view) link?.setAttribute("aria-current", "page");
        else link?.removeAttribute("aria-current");
      });
      document.title = `${t.nav[view]} · Scorelet`;
    },
  };
}
