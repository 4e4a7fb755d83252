import "../styles/plot.css";
import { h, replace, svg } from "../dom";

/** A straight axis: its ends, its name, and what is written along it. */
export interface Axis {
  low: number;
  high: number;
  title: string;
  ticks: readonly (readonly [at: number, text: string])[];
}

/** What is drawn; its class has its colour. */
export type Mark =
  | { kind: "line"; class: string; points: readonly (readonly [x: number, y: number])[] }
  | { kind: "area"; class: string; points: readonly (readonly [x: number, low: number, high: number])[] }
  | { kind: "bars"; class: string; bars: readonly (readonly [from: number, to: number, value: number])[] };

/** A picture of marks on two axes. */
export interface Picture {
  x: Axis;
  y: Axis;
  marks: readonly Mark[];
}

/** What is told of a place of the picture: where it is, a heading, and lines of a name and a figure. */
export interface Told {
  at: number;
  points: readonly (readonly [y: number, of: string])[];
  title: string;
  lines: readonly (readonly [name: string, figure: string])[];
}

/** A picture that follows its width. */
export interface Plot {
  element: HTMLElement;
  /** Tells of the place nearest to `x`, as under the pointer; of none with `null`. */
  tell(x: number | null): void;
  dispose(): void;
}

/** A step of 1, 2 or 5 times a power of ten, so that `span` has about `wanted` of them. */
function step(span: number, wanted: number): number {
  const raw = span / wanted || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5].find((one) => one * power >= raw) ?? 10) * power;
}

/** Round numbers from `low` to `high`. */
export function rounds(low: number, high: number, wanted: number): number[] {
  const by = step(high - low, wanted);
  const first = Math.ceil(low / by - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / by + 1e-9) - first + 1) }, (_, i) => Number(((first + i) * by).toPrecision(12)));
}

/** An axis with round numbers. */
export function axis(low: number, high: number, title: string, format: (value: number) => string, wanted: number): Axis {
  return { low, high, title, ticks: rounds(low, high, wanted).map((at) => [at, format(at)] as const) };
}

const [TOP, BOTTOM, RIGHT] = [26, 44, 12];
/** About how wide a letter of the axes is. */
const LETTER = 7;

/** A picture with `label` for those who do not see it. `make` gets the width in pixels; `told` says what there is near an x. */
export function plot(label: string, make: (width: number) => Picture, told?: (x: number) => Told | null): Plot {
  const art = svg("svg", { "aria-hidden": "true", focusable: "false" });
  const guide = svg("g", { class: "guide" });
  const box = h("div", { class: "told", hidden: true, "aria-hidden": "true" });
  const element = h("div", { class: "chart", role: "img", "aria-label": label }, art, box);
  let x = (value: number): number => value;
  let y = x;
  let back = x;

  const shape = (mark: Mark): SVGElement => {
    const n = (value: number): string => value.toFixed(1);
    const path = (points: readonly (readonly [number, number])[]): string => points.map(([a, b], i) => `${i ? "L" : "M"}${n(x(a))} ${n(y(b))}`).join("");
    switch (mark.kind) {
      case "line":
        return svg("path", { class: `line ${mark.class}`, d: path(mark.points) });
      case "area": {
        const under = mark.points.map(([a, low]) => [a, low] as const).reverse();
        return svg("path", { class: `area ${mark.class}`, d: `${path([...mark.points.map(([a, , high]) => [a, high] as const), ...under])}Z` });
      }
      case "bars":
        return svg("path", { class: `area ${mark.class}`, d: mark.bars.map(([from, to, value]) => `${path([[from, 0], [from, value], [to, value], [to, 0]])}Z`).join("") });
    }
  };
  const draw = (): void => {
    const [width, height] = [element.clientWidth, element.clientHeight];
    if (width === 0) return;
    const picture = make(width);
    const left = 10 + LETTER * Math.max(...picture.y.ticks.map(([, text]) => text.length), 1);
    const [right, bottom] = [width - RIGHT, height - BOTTOM];
    const scale = (axis: Axis, from: number, to: number) => (value: number): number => from + ((value - axis.low) / (axis.high - axis.low || 1)) * (to - from);
    x = scale(picture.x, left, right);
    y = scale(picture.y, bottom, TOP);
    back = (pixel) => picture.x.low + ((pixel - left) / (right - left)) * (picture.x.high - picture.x.low);
    art.setAttribute("viewBox", `0 0 ${width} ${height}`);
    replace(guide);
    replace(
      art,
      picture.y.ticks.map(([at, text]) => [
        svg("line", { class: "grid", x1: left, x2: right, y1: y(at), y2: y(at) }),
        svg("text", { class: "end", x: left - 6, y: y(at) + 4 }, text),
      ]),
      picture.x.ticks.map(([at, text]) => {
        // The last one may not stand out at the side.
        const over = x(at) + (text.length * LETTER) / 2 > width;
        return svg("text", { class: over ? "end" : "middle", x: over ? width : x(at), y: bottom + 18 }, text);
      }),
      svg("text", { x: 0, y: 12, class: "title" }, picture.y.title),
      svg("text", { x: right, y: height - 4, class: "title end" }, picture.x.title),
      picture.marks.map(shape),
      guide,
    );
  };
  const tell = (at: number | null): void => {
    const found = at === null ? null : (told?.(at) ?? null);
    box.hidden = !found;
    replace(guide);
    if (!found) return;
    const middle = x(found.at);
    replace(
      guide,
      svg("line", { x1: middle, x2: middle, y1: TOP, y2: element.clientHeight - BOTTOM }),
      found.points.map(([value, of]) => svg("circle", { class: of, cx: middle, cy: y(value), r: 4 })),
    );
    replace(box, h("strong", null, found.title), h("dl", null, found.lines.map(([name, figure]) => [h("dt", null, name), h("dd", { class: "number" }, figure)])));
    // Beside the line, on the side that has more room.
    const after = middle < element.clientWidth / 2;
    box.style.insetInlineStart = after ? `${middle + 10}px` : "auto";
    box.style.insetInlineEnd = after ? "auto" : `${element.clientWidth - middle + 10}px`;
  };
  if (told) {
    element.addEventListener("pointermove", (event) => tell(back(event.clientX - element.getBoundingClientRect().left)));
    element.addEventListener("pointerleave", () => tell(null));
  }
  const observer = new ResizeObserver(draw);
  observer.observe(element);
  return { element, tell, dispose: () => observer.disconnect() };
}
