import { svg } from "../dom";
import type { Score } from "../engine/scores";

const [WIDTH, HEIGHT, CENTRE, RADIUS, STROKE] = [320, 178, 160, 132, 18];
/** Degrees left free between two bands. */
const GAP = 1.6;

/** A point on the arc; 0 is its left end, 1 its right. */
function point(share: number, radius = RADIUS): [number, number] {
  const angle = Math.PI * (1 - share);
  return [CENTRE + radius * Math.cos(angle), 158 - radius * Math.sin(angle)];
}

function arc(from: number, to: number): string {
  const [x0, y0] = point(from);
  const [x1, y1] = point(to);
  const n = (value: number) => value.toFixed(2);
  return `M${n(x0)} ${n(y0)}A${RADIUS} ${RADIUS} 0 0 1 ${n(x1)} ${n(y1)}`;
}

/** Where each band begins on the arc, and where a score stands. */
interface Layout {
  starts: number[];
  place(score: number, band: number): number;
}

/** Bands in proportion to their scores where the bundle says where they begin; else all alike. */
function layout(score: Score): Layout {
  const count = Math.max(1, score.bands.length);
  const edges = score.bands.slice(1).map((band) => band.from);
  const known = edges.filter((edge): edge is number => typeof edge === "number");
  const [first, last] = [known[0], known.at(-1)];
  if (known.length !== edges.length || first === undefined || last === undefined) {
    return {
      starts: Array.from({ length: count }, (_, i) => i / count),
      place: (_, band) => (band + 0.5) / count,
    };
  }
  // The outer bands have no end: they get two steps of the inner ones.
  const step = known.length > 1 ? (last - first) / (known.length - 1) : Math.abs(first) / 10 || 1;
  const [low, high] = [first - 2 * step, last + 2 * step];
  const place = (value: number): number => Math.min(0.99, Math.max(0.01, (value - low) / (high - low)));
  return { starts: [0, ...known.map(place)], place };
}

/** The gauge. Its picture is decoration: score and band stand beside it as text. */
export interface Gauge {
  element: SVGSVGElement;
  /** Moves the marker; `null` takes it away. */
  set(score: number | null, band: number): void;
}

/** Colour of a band, 0 = worst of `count`, as a class. */
export function bandClass(band: number, count: number, better: 1 | -1): string {
  const worst = better === 1 ? band : count - 1 - band;
  return `band-${count < 2 ? 4 : Math.round((worst / (count - 1)) * 4)}`;
}

/** Builds the gauge of a score. `better` is −1 where a higher score is worse. */
export function gauge(score: Score, better: 1 | -1): Gauge {
  const places = layout(score);
  const count = Math.max(1, score.bands.length);
  const gap = GAP / 180;
  const arcs = places.starts.map((start, index) => {
    const end = places.starts[index + 1] ?? 1;
    const path = arc(index === 0 ? start : start + gap / 2, index === count - 1 ? end : end - gap / 2);
    return svg("path", { d: path, class: `gauge-band ${bandClass(index, count, better)}`, "stroke-width": STROKE });
  });
  const labels = places.starts.map((start, index) => {
    const end = places.starts[index + 1] ?? 1;
    const [x, y] = point((start + end) / 2, RADIUS - 26);
    return svg("text", { x: x.toFixed(1), y: (y + 4).toFixed(1), class: "gauge-label" }, score.bands[index]?.name ?? "");
  });
  // It points to the right end and is turned; the angle is set by script, so no inline style is needed.
  const marker = svg(
    "g",
    { class: "gauge-marker" },
    svg("circle", { cx: CENTRE + RADIUS, cy: 158, r: 12, class: "gauge-knob" }),
    svg("circle", { cx: CENTRE + RADIUS, cy: 158, r: 5, class: "gauge-dot" }),
  );
  const element = svg(
    "svg",
    { class: "gauge", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true", focusable: "false" },
    arcs,
    labels,
    marker,
  );
  return {
    element,
    set(value, band) {
      element.classList.toggle("empty", value === null);
      arcs.forEach((one, index) => one.classList.toggle("current", value !== null && index === band));
      if (value !== null) marker.style.transform = `rotate(${(-180 * (1 - places.place(value, band))).toFixed(2)}deg)`;
    },
  };
}
