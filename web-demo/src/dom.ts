/** What an element can contain. */
export type Child = Node | string | number | null | undefined | false | readonly Child[];

/** Attributes; `on` has event listeners. `false`, `null` and `undefined` leave an attribute out. */
export interface Attributes {
  [name: string]: string | number | boolean | null | undefined | Listeners;
}
type Listeners = { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };

const SVG = "http://www.w3.org/2000/svg";

function append(parent: Node, child: Child): void {
  if (child === null || child === undefined || child === false) return;
  if (child instanceof Node) parent.appendChild(child);
  else if (typeof child === "object") for (const one of child) append(parent, one);
  else parent.appendChild(document.createTextNode(String(child)));
}

function fill<T extends Element>(element: T, attributes: Attributes | null, children: readonly Child[]): T {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "object") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener as EventListener);
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/** An HTML element. There is no way to give it markup as text: what a bundle or a file says stays text. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Attributes | null,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes ?? null, children);
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes?: Attributes | null,
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag) as SVGElementTagNameMap[K], attributes ?? null, children);
}

/** Puts `children` in the place of what `parent` holds. */
export function replace(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

const ICONS = {
  sun: "M12 4V2m0 20v-2m8-8h2M2 12h2m13.7-5.7 1.4-1.4M4.9 19.1l1.4-1.4m11.4 0 1.4 1.4M4.9 4.9l1.4 1.4M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8a7 7 0 0 1 14 0",
  shield: "M12 3 5 6v5c0 4.5 3 8 7 10 4-2 7-5.500 7-10V6l-7-3Zm-3 9 2 2 4-4",
  seal: "M4 6h16v12H4V6Zm0 1 8 6 8-6",
  chart: "M4 20V10m6 10V4m6 16v-7m4 7H2",
  fan: "M3 14c5-1 6-1 8-2m0 0 10-8M11 12l10 1m-10-1 10 8",
  cross: "m6 6 12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  file: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8l-5-5Zm0 0v5h5",
  check: "m5 13 4 4L19 7",
  warn: "M12 9v4m0 4h.01M10.300 4 2.600 17.500A2 2 0 0 0 4.300 20.500h15.400a2 2 0 0 0 1.700-3L13.700 4a2 2 0 0 0-3.400 0Z",
} as const;

/** A line icon. It is decoration: whatever it stands beside says the same in words. */
export function icon(name: keyof typeof ICONS): SVGSVGElement {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name] }),
  );
}
