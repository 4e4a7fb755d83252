import "../../styles/graph.css";
import type { Decision } from "@scorelet/core";
import type { App } from "../../app";
import { h, replace, svg } from "../../dom";
import type { Opened } from "../../engine/protocol";
import { items } from "../../engine/graph";
import { type Box, HEIGHT, layout, type Link, WIDTH } from "./layout";

/** Letters of a box's two lines. */
const [NAME, KIND] = [19, 25];

type Mark = "hit" | "passed";

const short = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** What a decision took and what it passed over. */
function marksOf({ fallback = [], rules = [], trace = [], sources = [] }: Decision): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  for (const { used, passed } of fallback) {
    for (const { model } of passed) marks.set(model, "passed");
    if (used !== null) marks.set(used, "hit");
  }
  for (const { node } of trace) marks.set(node, "hit");
  for (const { id, state } of rules) if (state === "fired") marks.set(`rules.${id}`, "hit");
  for (const { name, present } of sources) marks.set(`sources.${name}`, present ? "hit" : "passed");
  return marks;
}

/** The picture of a bundle's graph. */
export interface Graph {
  element: HTMLElement;
  /** Marks what a decision took and what it passed over. */
  mark(decision: Decision): void;
}

/** The score graph of a bundle as a picture, and as a table that says the same. */
export function graph(app: App, bundle: Opened): Graph {
  const { t, f } = app;
  const texts = t.graph;
  const all = items(bundle.info, bundle.fields);
  const nodes = all.filter((one) => one.kind !== null);
  const title = (box: Box): string => (box.kind === null && box.members.length > 1 ? texts.fields : box.name);
  const under = ({ kind, members }: Box): string => {
    const name = kind === null ? texts.field : members.every((one) => one.kind === kind) ? kind : texts.mixed;
    return members.length > 1 ? `${f.whole(members.length)} × ${name}` : name;
  };
  const content = h("div");
  let marks = new Map<string, Mark>();
  let show = (): void => undefined;

  const draw = (together: boolean): void => {
    const { boxes, links, width, height, cut } = layout(all, together);
    let chosen: Box | null = null;
    const bend = ({ from, to }: Link): string => {
      const [x0, y0, x1, y1] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
      const half = Math.max(26, (x1 - x0) / 2);
      return `M${x0} ${y0}C${x0 + half} ${y0} ${x1 - half} ${y1} ${x1} ${y1}`;
    };
    const lines = links.map((link) => svg("path", { class: link.crosses ? "link crosses" : "link", d: bend(link) }));
    const shapes = boxes.map((box) => {
      const shape = svg(
        "g",
        { class: `box ${box.kind === null ? "of-fields" : ""} ${box.stage}`, transform: `translate(${box.x} ${box.y})`, "data-name": box.name },
        svg("title", null, box.members.map((one) => one.name).join("\n")),
        svg("rect", { width: WIDTH, height: HEIGHT, rx: 8 }),
        svg("text", { x: 10, y: 17, class: "name" }, short(title(box), NAME)),
        svg("text", { x: 10, y: 32 }, short(under(box), KIND)),
      );
      shape.addEventListener("click", () => choose(chosen === box ? null : box));
      return shape;
    });
    const lane = (y: number, name: string): SVGElement => svg("text", { x: 10, y, class: "lane" }, name);
    const art = svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": texts.says(f.whole(nodes.length), f.whole(Math.max(...boxes.map((box) => box.layer)))) },
      cut !== null && [svg("rect", { class: "lane-device", width, height: cut }), lane(20, texts.device), lane(cut + 24, texts.edge), svg("line", { class: "cut", x2: width, y1: cut, y2: cut })],
      lines,
      shapes,
    );

    const names = (list: readonly Box[]): string => list.map(title).join(", ") || "–";
    const buttons = boxes.map((box) => {
      const button = h("button", { type: "button", class: "link", "aria-pressed": "false" }, title(box));
      button.addEventListener("click", () => choose(chosen === box ? null : box));
      return button;
    });
    const notes = boxes.map(() => h("span"));
    show = () =>
      boxes.forEach(({ members }, index) => {
        const found = members.flatMap((one) => marks.get(one.name) ?? []);
        for (const mark of ["hit", "passed"] as const) shapes[index]?.classList.toggle(mark, found.includes(mark));
        replace(notes[index] as Element, [...new Set(found)].sort().map((mark) => [" ", h("span", { class: `chip ${mark}` }, texts.marks[mark])]));
      });
    /** Brings out a box and what it reads and is read by. */
    const choose = (box: Box | null): void => {
      chosen = box;
      const near = new Set<Box | null>([box]);
      links.forEach((link, index) => {
        const on = box !== null && (link.from === box || link.to === box);
        if (on) near.add(link.from).add(link.to);
        lines[index]?.classList.toggle("on", on);
      });
      art.classList.toggle("choosing", box !== null);
      boxes.forEach((one, index) => {
        shapes[index]?.classList.toggle("on", near.has(one));
        buttons[index]?.setAttribute("aria-pressed", String(one === box));
      });
      if (!box) return;
      const picture = art.parentElement;
      picture?.scrollTo({ left: box.x - picture.clientWidth / 2, top: box.y - picture.clientHeight / 2, behavior: "smooth" });
    };
    const row = (box: Box, index: number): HTMLElement =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, buttons[index], notes[index], box.members.length > 1 && h("span", { class: "members" }, box.members.map((one) => one.name).join(", "))),
        h("td", null, under(box)),
        cut !== null && h("td", null, texts[box.stage]),
        h("td", null, names(links.flatMap((link) => (link.to === box ? [link.from] : [])))),
      );
    const over = all.flatMap(({ stage, reads }) => (stage === "edge" ? reads.flatMap((index) => all[index] ?? []) : []));
    const crossing = [...new Set(over.flatMap((one) => (one.stage === "device" ? [one.name] : [])))];
    const head = (text: string): HTMLElement => h("th", { scope: "col" }, text);
    replace(
      content,
      h("div", { class: "scroll graph", tabindex: "0", role: "region", "aria-label": texts.picture }, art),
      h("p", { class: "quiet", id: "graph-cut" }, cut === null ? texts.whole : crossing.length > 0 ? texts.crosses(crossing.join(", ")) : texts.apart),
      h(
        "details",
        null,
        h("summary", null, t.developer.asTable),
        h(
          "div",
          { class: "scroll", tabindex: "0", role: "region", "aria-label": `${texts.title}: ${t.developer.asTable}` },
          h("table", { id: "graph-table" }, h("thead", null, h("tr", null, head(texts.node), head(texts.kind), cut !== null && head(texts.runs), head(texts.reads))), h("tbody", null, boxes.map(row))),
        ),
      ),
    );
    show();
  };
  const every = h("input", { type: "checkbox", id: "graph-every", on: { change: () => draw(!every.checked) } });
  draw(true);
  const element = h(
    "section",
    { class: "card", id: "graph", "aria-labelledby": "graph-title" },
    h("div", { class: "card-head" }, h("h2", { id: "graph-title" }, texts.title), h("label", { class: "radio" }, every, h("span", null, texts.every(f.whole(nodes.length))))),
    h("p", { class: "lead" }, texts.lead),
    content,
  );
  return {
    element,
    mark(decision) {
      marks = marksOf(decision);
      show();
    },
  };
}
