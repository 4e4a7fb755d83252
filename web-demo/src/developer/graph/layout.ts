import type { Item } from "../../engine/graph";

/** A box of the picture: an item, or several of one name or kind that stand in one layer. */
export interface Box {
  name: string;
  kind: string | null;
  stage: Item["stage"];
  /** How many steps from the fields. */
  layer: number;
  members: readonly Item[];
  x: number;
  y: number;
}

/** What flows from a box to another. */
export interface Link {
  from: Box;
  to: Box;
  /** Whether it goes from the device to the edge. */
  crosses: boolean;
}

/** A drawn graph; lengths in pixels. */
export interface Layout {
  boxes: readonly Box[];
  links: readonly Link[];
  width: number;
  height: number;
  /** Where the cut is drawn; `null` where all runs in one stage. */
  cut: number | null;
}

export const [WIDTH, HEIGHT] = [158, 40];
const [ACROSS, DOWN, TOP, SIDE] = [52, 12, 34, 10];
/** So many boxes of one prefix, or of one kind, become one. */
const MANY = { prefix: 2, kind: 4 };
const SWEEPS = 4;

/** Depth of each item: 0 for fields, else one more than what it reads. Items stand after what they read. */
function depths(all: readonly Item[]): number[] {
  const found: number[] = [];
  for (const { kind, reads } of all) found.push(kind === null ? 0 : 1 + Math.max(0, ...reads.map((index) => found[index] ?? 0)));
  return found;
}

/** Puts items of one stage and layer together whose names begin alike, or that are of one kind. */
function group(all: readonly Item[], layers: readonly number[], together: boolean): { box: Box; of: number[] }[] {
  const made: { box: Box; of: number[] }[] = [];
  const left = new Set(all.keys());
  const make = (of: number[], name: string, kind: string | null): void => {
    const [first = 0] = of;
    const members = of.flatMap((index) => all[index] ?? []);
    const stage = members[0]?.stage ?? "edge";
    made.push({ box: { name, kind, stage, layer: layers[first] ?? 0, members, x: 0, y: 0 }, of });
    for (const index of of) left.delete(index);
  };
  const gather = (least: number, by: (item: Item) => string | null): void => {
    const groups = new Map<string, number[]>();
    for (const index of left) {
      const item = all[index];
      const key = item && by(item);
      if (key === null || key === undefined) continue;
      const place = `${item?.stage} ${layers[index]} ${key}`;
      const known = groups.get(place);
      if (known) known.push(index);
      else groups.set(place, [index]);
    }
    for (const of of groups.values()) {
      const item = all[of[0] ?? 0];
      if (item && of.length >= least) make(of, by(item) ?? "", item.kind);
    }
  };
  if (together) {
    gather(2, ({ kind }) => (kind === null ? "" : null));
    gather(MANY.prefix, ({ kind, name }) => (kind !== null && name.includes(".") ? `${name.slice(0, name.indexOf("."))}.*` : null));
    gather(MANY.kind, ({ kind }) => kind);
  }
  for (const index of [...left]) make([index], all[index]?.name ?? "", all[index]?.kind ?? null);
  return made;
}

/** Lays a graph out in layers from left to right, the device's part above the edge's. `together`: boxes of many. */
export function layout(all: readonly Item[], together: boolean): Layout {
  const layers = depths(all);
  const groups = group(all, layers, together);
  const boxOf = new Map<number, Box>();
  for (const { box, of } of groups) for (const index of of) boxOf.set(index, box);
  const boxes = groups.map(({ box }) => box);
  const links: Link[] = [];
  const near = { before: new Map<Box, Box[]>(), after: new Map<Box, Box[]>(boxes.map((box) => [box, []])) };
  for (const { box, of } of groups) {
    const sources = new Set(of.flatMap((index) => (all[index]?.reads ?? []).flatMap((read) => boxOf.get(read) ?? [])));
    near.before.set(box, [...sources]);
    for (const from of sources) near.after.get(from)?.push(box);
    for (const from of sources) links.push({ from, to: box, crosses: from.stage === "device" && box.stage === "edge" });
  }

  const stages = (["device", "edge"] as const).filter((stage) => boxes.some((box) => box.stage === stage));
  const last = Math.max(0, ...boxes.map((box) => box.layer));
  const place = new Map<Box, number>();
  let top = 0;
  let cut: number | null = null;
  for (const stage of stages) {
    const columns: Box[][] = Array.from({ length: last + 1 }, () => []);
    for (const box of boxes) if (box.stage === stage) columns[box.layer]?.push(box);
    const rows = Math.max(...columns.map((column) => column.length));
    const put = (column: readonly Box[]): void => {
      // Each column stands in the middle of its lane.
      const free = (rows - column.length) / 2;
      column.forEach((box, row) => place.set(box, row + free));
    };
    columns.forEach(put);
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const forth = sweep % 2 === 0;
      for (const column of forth ? columns : columns.toReversed()) {
        const middle = new Map(column.map((box) => {
          const known = (near[forth ? "before" : "after"].get(box) ?? []).flatMap((one) => (one.stage === stage ? (place.get(one) ?? []) : []));
          return [box, known.length > 0 ? known.reduce((a, b) => a + b) / known.length : (place.get(box) ?? 0)] as const;
        }));
        column.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
        put(column);
      }
    }
    if (stage === "edge" && top > 0) cut = top;
    for (const box of columns.flat()) {
      box.x = SIDE + box.layer * (WIDTH + ACROSS);
      box.y = top + TOP + (place.get(box) ?? 0) * (HEIGHT + DOWN);
    }
    top += TOP + rows * (HEIGHT + DOWN) + DOWN;
  }
  boxes.sort((a, b) => a.layer - b.layer || a.y - b.y);
  return { boxes, links, width: 2 * SIDE + last * (WIDTH + ACROSS) + WIDTH, height: top, cut };
}
