import type { BundleInfo, Field } from "@scorelet/core";

/** A field or a node of a score graph. */
export interface Item {
  name: string;
  /** `null` of a field. */
  kind: string | null;
  stage: "device" | "edge";
  /** Indices of the items that it reads, each once. */
  reads: readonly number[];
}

/** All fields, then all nodes: the order of their columns. */
export function items(info: BundleInfo, fields: readonly Field[]): Item[] {
  const owner: number[] = fields.map((_, index) => index);
  const all: Item[] = fields.map(({ name, stage }) => ({ name, kind: null, stage, reads: [] }));
  for (const { name, kind, stage, inputs, outputs } of info.nodes) {
    const reads = [...new Set(inputs.map((column) => owner[column] ?? 0))];
    for (let i = 0; i < outputs; i++) owner.push(all.length);
    all.push({ name, kind, stage, reads });
  }
  return all;
}

/** Names of the fields that the items named `names` are computed from; an output, `node.2`, is its node. */
export function fieldsBehind(all: readonly Item[], names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const seen = new Set<number>();
  const follow = (index: number): void => {
    const item = all[index];
    if (!item || seen.has(index)) return;
    seen.add(index);
    if (item.kind === null) found.add(item.name);
    item.reads.forEach(follow);
  };
  for (const name of names) {
    const exact = all.findIndex((one) => one.name === name);
    follow(exact < 0 ? all.findIndex((one) => name.startsWith(`${one.name}.`)) : exact);
  }
  return found;
}
