import "./styles/base.css";
import "./styles/shell.css";
import "./styles/form.css";
import "./styles/score.css";
import "./styles/privacy.css";
import { App, type View } from "./app";
import { applicant } from "./applicant/view";
import type { Work } from "./developer/work";
import { h } from "./dom";
import { pause } from "./pause";
import { privacy } from "./privacy/view";
import { shell, viewInAddress, type ViewName } from "./shell";

const root = document.querySelector("#app");
const app = new App();
let frame = shell(app, draw);
let view: View | null = null;
let shown: ViewName | null = null;
let asked = 0;
/** What the developer's view works on, as long as that view is shown, in whatever language. */
let work: Work | null = null;

async function build(name: ViewName): Promise<View> {
  if (name === "privacy") return privacy(app);
  if (name === "applicant") return applicant(app, () => void show());
  if (name === "lender") {
    const { lenderView } = await import("./lender/view");
    return lenderView(app, () => void show());
  }
  if (name === "forecast") {
    const { forecast } = await import("./forecast/view");
    return forecast(app);
  }
  // Charts and the reading of tables are fetched by those who use them.
  const { developer } = await import("./developer/view");
  const built = developer(app, work);
  work = built.work;
  return built;
}

/** Ends the developer's work where that view is not the one that is shown. */
function leave(name: ViewName): void {
  if (name === "developer") return;
  work?.dispose();
  work = null;
}

/** Shows the view that the address names. */
async function show(): Promise<void> {
  const name = viewInAddress();
  const moved = shown !== null && shown !== name;
  const number = ++asked;
  const built = await build(name);
  if (number !== asked) {
    built.dispose();
    return leave(viewInAddress());
  }
  shown = name;
  view?.dispose();
  view = built;
  leave(name);
  frame.main.replaceChildren(built.element);
  frame.mark(name);
  if (moved) {
    window.scrollTo(0, 0);
    built.element.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }
}

/** Builds everything anew: at the start, and in another language. */
function draw(): void {
  frame = shell(app, draw);
  root?.replaceChildren(frame.element);
  void show();
}

async function start(): Promise<void> {
  frame.main.append(h("p", { class: "view loading" }, app.t.loading));
  frame.mark(viewInAddress());
  root?.replaceChildren(frame.element);
  addEventListener("hashchange", () => void show());
  await pause();
  await app.start();
  // The view that needs a lender is offered from now on.
  frame.offer();
  await show();
  performance.mark("scorelet-ready");
  // After everything that the person waits for.
  if ("serviceWorker" in navigator && import.meta.env.PROD) await navigator.serviceWorker.register("/sw.js");
}

void start();
