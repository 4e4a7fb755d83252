import type { Band, BundleInfo, Cut, EventMember, EventMembers, Field, MissingState, NodeInfo, Policy, Record_, ScoreInfo, Special, Texts } from './types.js';

type Localized = readonly { lang: string; text: string }[];

/** A column of an event list, of which only what a record says is told here. */
interface EventColumn {
  name: string;
  type: Field['type'];
  values?: string[];
  unit: string;
  min: number | null;
  max: number | null;
  specials: Special[];
  policies: Record<MissingState, Policy>;
  labels: Localized;
  member: boolean;
}

/** The engine's description of a bundle, as its JSON has it (docs/abi.md). */
export interface Description {
  name: string;
  version: string;
  description: string;
  languages: string[];
  built_with: string;
  digest: string;
  signer: string | null;
  fields: {
    name: string;
    type: Field['type'];
    values?: string[];
    date?: string;
    as_of?: string;
    after?: 'refuse' | 'ignore';
    texts?: string[];
    columns?: EventColumn[];
    unit: string;
    stage: Field['stage'];
    leaves_device: boolean;
    min: number | null;
    max: number | null;
    specials: Special[];
    policies: Record<MissingState, Policy>;
    labels: Localized;
    help?: Localized;
    value_labels?: Localized[];
    immutable?: boolean;
  }[];
  nodes: { name: string; kind: string; stage: NodeInfo['stage']; first_column: number; outputs: number; inputs: number[]; output_names?: string[] }[];
  scores: {
    name: string;
    kind: string;
    margin: number | null;
    pd: number | null;
    score: number | null;
    band: number | null;
    bands: { name: string; from: number | null; labels: Localized }[];
    explained: string | null;
    points?: { offset: number; factor: number };
  }[];
  groups: { code: string; texts: Localized }[];
  columns: number;
  checks: number;
  cut?: Cut & { device?: string };
  samples?: Record_[];
}

/** Names of the figures of a score that can be asked for as `score.figure`. */
const FIGURES = ['score', 'pd', 'margin', 'band'] as const;

function byLanguage(list: Localized | undefined): Texts {
  // Without a prototype: a language tag is whatever the bundle says.
  const texts: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { lang, text } of list ?? []) texts[lang] ??= text;
  return texts;
}

/**
 * The text for a BCP 47 tag: that tag, else its shorter forms, else another form of its base language, else the first.
 * The same look-up that the engine makes for reasons.
 */
export function textFor(texts: Texts, tag: string): string | undefined {
  const known = Object.keys(texts);
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  let range = tag;
  for (;;) {
    const found = known.find((lang) => same(lang, range));
    if (found !== undefined) return texts[found];
    const cut = range.lastIndexOf('-');
    if (cut < 0) break;
    range = range.slice(0, cut);
  }
  const near = known.find((lang) => same(lang.split('-')[0]!, range)) ?? known[0];
  return near === undefined ? undefined : texts[near];
}

function field(given: Description['fields'][number], language: string): Field {
  const labels = byLanguage(given.labels);
  const values = given.values ?? [];
  const valueLabels: Record<string, Texts> = Object.create(null) as Record<string, Texts>;
  given.value_labels?.forEach((list, index) => {
    const value = values[index];
    if (value !== undefined && list.length > 0) valueLabels[value] = byLanguage(list);
  });
  return {
    name: given.name,
    type: given.type,
    unit: given.unit,
    min: given.min,
    max: given.max,
    values,
    specials: given.specials,
    policies: given.policies,
    stage: given.stage,
    leavesDevice: given.leaves_device,
    label: textFor(labels, language) ?? given.name,
    labels,
    help: byLanguage(given.help),
    valueLabels,
    immutable: given.immutable ?? false,
    events: events(given),
  };
}

function events(given: Description['fields'][number]): EventMembers | null {
  if (given.type !== 'event_list') return null;
  // The engine gives all of these for an event list.
  const { date, as_of: asOf, after, texts, columns } = given as Required<typeof given>;
  const text = { type: 'text', values: [], unit: '', min: null, max: null, specials: [], policies: null, labels: {} } as const;
  const members: EventMember[] = [
    ...texts.map((name) => ({ name, ...text })),
    ...columns.filter(({ member }) => member).map((column) => ({ values: [], ...column, labels: byLanguage(column.labels) })),
  ];
  return { date, asOf, after, members };
}

/** Fields for a form. */
export function fields(given: Description, language: string): readonly Field[] {
  return given.fields.map((one) => field(one, language));
}

/** What the bundle says about itself. */
export function info(given: Description): BundleInfo {
  const band = ({ name, from, labels }: Description['scores'][number]['bands'][number]): Band =>
    ({ name, from, labels: byLanguage(labels) });
  const scores = given.scores.map(({ name, kind, bands, explained, points }): ScoreInfo =>
    ({ name, kind, bands: bands.map(band), explained, points: points ?? null }));
  return {
    name: given.name,
    version: given.version,
    description: given.description,
    digest: given.digest,
    signer: given.signer,
    builtWith: given.built_with,
    languages: given.languages,
    scores,
    groups: given.groups.map(({ code, texts }) => ({ code, texts: byLanguage(texts) })),
    nodes: given.nodes.map(({ name, kind, stage, outputs, inputs }) => ({ name, kind, stage, outputs, inputs })),
    outputs: [...outputs(given).keys()],
    columns: given.columns,
    checks: given.checks,
    cut: given.cut ?? null,
  };
}

/** Column ids of everything that can be asked for, by name: figures of scores first, then nodes. */
export function outputs(given: Description): Map<string, number> {
  const all = new Map<string, number>();
  const add = (name: string, column: number) => {
    if (!all.has(name)) all.set(name, column);
  };
  for (const score of given.scores) {
    for (const figure of FIGURES) {
      const column = score[figure];
      if (column !== null) add(`${score.name}.${figure}`, column);
    }
  }
  for (const node of given.nodes) {
    if (node.outputs === 1) add(node.name, node.first_column);
    for (let index = 0; index < node.outputs; index++) add(`${node.name}.${index}`, node.first_column + index);
    node.output_names?.forEach((name, index) => add(`${node.name}.${name}`, node.first_column + index));
  }
  return all;
}

/** Names of the figures that the bundle's scores have: what is given when nothing else is asked for. */
export function figures(given: Description): string[] {
  return given.scores.flatMap((score) =>
    FIGURES.filter((figure) => score[figure] !== null).map((figure) => `${score.name}.${figure}`));
}
