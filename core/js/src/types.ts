/** A text by BCP 47 language tag. */
export type Texts = Readonly<Record<string, string>>;

/** What happens to an absent value of a field. */
export type Policy = 'refuse' | 'own_bin' | 'native' | { readonly impute: number | null };

/** Why a value is absent. */
export type MissingState = 'missing' | 'special' | 'unseen' | 'out_of_range';

/** A value that is a code, not a quantity. */
export interface Special {
  /** The code of a field of numbers. */
  readonly value?: number | null;
  /** The code of a category field. */
  readonly text?: string;
  /** What it means. */
  readonly name: string;
}

/** A typed input of the record: enough to build a form control. */
export interface Field {
  /** Name: the key in the record. */
  readonly name: string;
  /** Type of its values. A date is a text `YYYY-MM-DD`. */
  readonly type: 'number' | 'integer' | 'boolean' | 'category' | 'date' | 'event_list' | 'hash';
  /** Unit in words or by symbol; empty if none. */
  readonly unit: string;
  /** Least allowed value, inclusive (a date: days since 1970-01-01); `null` if open. */
  readonly min: number | null;
  /** Greatest allowed value, inclusive; `null` if open. */
  readonly max: number | null;
  /** Categories in the bundle's order; empty for other types. */
  readonly values: readonly string[];
  /** Values that are codes. */
  readonly specials: readonly Special[];
  /** What happens to absent values. */
  readonly policies: Readonly<Record<MissingState, Policy>>;
  /** Where it is read. */
  readonly stage: 'device' | 'edge';
  /** Whether its value may leave the device. */
  readonly leavesDevice: boolean;
  /** Label in the language that the scorer was opened with; the name if there is none. */
  readonly label: string;
  /** Labels by language. */
  readonly labels: Texts;
  /** Help texts by language; empty if there are none. */
  readonly help: Texts;
  /** Labels of the categories by language, by category; empty where there are none. */
  readonly valueLabels: Readonly<Record<string, Texts>>;
  /** Whether the applicant cannot change it (a what-if leaves it alone). */
  readonly immutable: boolean;
  /** What the events of an event list hold; `null` for other types. */
  readonly events: EventMembers | null;
}

/** What an event of an event-list field holds: an object with these members. */
export interface EventMembers {
  /** The member with the event's date, `YYYY-MM-DD`: every event has one. */
  readonly date: string;
  /** The field of the record with the reference time. */
  readonly asOf: string;
  /** What happens to an event after the reference time: the record is refused, or the event is left out and counted. */
  readonly after: 'refuse' | 'ignore';
  /** The other members; `null`, or none at all, says that a value is not known. */
  readonly members: readonly EventMember[];
}

/** A member of an event: what a {@link Field} says of a value, as far as it is said of an event's. */
export interface EventMember extends Pick<Field, 'name' | 'values' | 'unit' | 'min' | 'max' | 'specials' | 'labels'> {
  readonly type: Field['type'] | 'text';
  /** What happens to absent values; `null` for a text, which has no states of its own. */
  readonly policies: Field['policies'] | null;
}

/** A band of a score. */
export interface Band {
  /** Name, as in a decision. */
  readonly name: string;
  /** Labels by language. */
  readonly labels: Texts;
  /** The score at which it begins, inclusive; `null` for the lowest, and where bands are cut by another figure. */
  readonly from: number | null;
}

/** A score that the bundle gives. */
export interface ScoreInfo {
  /** Name, as in a decision. */
  readonly name: string;
  /** `standard`, `credit`, `income` or `fraud`. */
  readonly kind: string;
  /** Bands, best or worst first as the bundle declares them. */
  readonly bands: readonly Band[];
  /** The node that its reasons explain; `null` if it gives none. */
  readonly explained: string | null;
  /**
   * Where the score is `offset - factor * explained output`, but for rounding and limits: by them contributions in
   * log-odds are told in points. `null` where it is not, or where the explained output is in points already.
   */
  readonly points: { readonly offset: number; readonly factor: number } | null;
}

/** A node of the score graph. */
export interface NodeInfo {
  /** Name. */
  readonly name: string;
  /** Kind. */
  readonly kind: string;
  /** Where it runs. */
  readonly stage: 'device' | 'edge';
  /** Number of its outputs. */
  readonly outputs: number;
  /** Columns that it reads: fields first, in their order, then the outputs of all nodes, in theirs. */
  readonly inputs: readonly number[];
}

/** What a bundle says about itself. */
export interface BundleInfo {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** SHA-256 of the content, 64 hexadecimal digits. */
  readonly digest: string;
  /** Public key of the publisher, 64 hexadecimal digits; `null` if the bundle is not signed. */
  readonly signer: string | null;
  /** Engine that built it. */
  readonly builtWith: string;
  /** BCP 47 tags, the main language first. */
  readonly languages: readonly string[];
  readonly scores: readonly ScoreInfo[];
  /** Reason groups: code and texts by language. */
  readonly groups: readonly { readonly code: string; readonly texts: Texts }[];
  readonly nodes: readonly NodeInfo[];
  /** Names of all outputs that `scoreColumns` and `batch` can give. */
  readonly outputs: readonly string[];
  /** Columns of the score graph. */
  readonly columns: number;
  /** Self-check rows. */
  readonly checks: number;
  /** What leaves the device, where the bundle is one of the two that a whole one was cut into; else `null`. */
  readonly cut: Cut | null;
}

/** Where a bundle was cut. */
export interface Cut {
  /** The stage that this bundle is for. */
  readonly stage: 'device' | 'edge';
  /** Digest of the whole bundle: decisions carry it. */
  readonly whole: string;
  /** Every value that leaves the device: its name, its range (`null` if open), how many values it can take (0: any). */
  readonly values: readonly {
    readonly name: string;
    readonly min: number | null;
    readonly max: number | null;
    readonly distinct: number;
  }[];
  /** Names of the scores whose ranked reasons leave with them. */
  readonly reasons: readonly string[];
}

/** What leaves the device of one record, and nothing else. */
export interface LocalCreditData {
  /** Digest of the device bundle that computed it. */
  bundle: string;
  /** The values that leave, in the order of `info.cut.values`; `null` with the state why there is none. */
  values: { name: string; value: number | null; state: 'present' | MissingState; special?: string }[];
  /** Fields that were absent, and in which state. */
  absent: { field: string; state: MissingState; special?: string }[];
  /** Event lists of which events were left out, since they are after the reference time; not there if there are none. */
  ignored_events?: { field: string; events: number }[];
  /** Ranked reasons of each score of `info.cut.reasons`; `null` where there is nothing to explain. */
  reasons: { score: string; reasons: Reason[] | null }[];
  /** The bytes that are sealed (docs/receipt-format.md). */
  bytes: Uint8Array;
}

/** A sealed receipt. */
export interface Sealed {
  /** What is sent: base64url, as `POST /v1/decisions` takes it. */
  receipt: string;
  /** The same as bytes. */
  bytes: Uint8Array;
  /** The salt of the commitment, 32 bytes in base64url. It stays on the device: an audit needs it. */
  salt: string;
  /** What is inside, to show the person. */
  local: LocalCreditData;
}

/** An event of an event list: its date and other members; not known as `null` or left out. */
export type Event_ = { readonly [member: string]: number | string | boolean | null | undefined };

/** A value of a record: category and date as text, an event list as a list of objects; not known as `null` or left out. */
export type Value = number | string | boolean | readonly Event_[] | null | undefined;

/** One applicant's input: field by name. Only own, enumerable members are read; other names are refused. */
export type Record_ = { readonly [field: string]: Value };

/** A ranked reason. */
export interface Reason {
  /** Stable code. */
  code: string;
  /** Text in the language asked for. */
  text: string;
  /** What the reason's inputs moved the explained output by. */
  contribution: number;
}

/** One score of a decision; a figure is `null` if the bundle does not compute it or a value that it needs is absent. */
export interface Score {
  name: string;
  kind: string;
  score: number | null;
  pd: number | null;
  margin: number | null;
  band: string | null;
  /** Worst first; left out if they were not asked for or there is nothing to explain. */
  reasons?: Reason[];
}

/** A calendar month of a forecast: a figure a quantile level, under the level's name, such as `p10`, `p50` or `p2.5`. */
export type ForecastMonth = { month: string } & { [level: `p${number}`]: number };

/** What a forecast came to: quantiles of an amount, month by month. */
export interface Forecast {
  name: string;
  /** Unit of its figures; empty if none. */
  unit: string;
  /**
   * Months in order as `YYYY-MM`, the first after that of the reference time; levels ascending. `null` if the reference time or
   * a figure is absent.
   */
  months: ForecastMonth[] | null;
}

/** What is done with an application. */
export type Outcome = 'approve' | 'refer' | 'decline';

/** A term of the offer; `null` if a value that it needs is absent. */
export interface Term {
  name: string;
  label?: string;
  value: number | null;
  /** Unit of its value; empty if none. */
  unit: string;
}

/** A rule that fired, or that could not be decided since a value that it needs is absent. */
export interface FiredRule {
  id: string;
  kind: 'hard' | 'override' | 'floor' | 'cap' | 'indicator';
  state: 'fired' | 'undecided';
  /** The outcome that it sets or limits to; left out if it is about terms only. */
  outcome?: Outcome;
  /** What it says, in the language asked for. */
  text?: string;
  author?: string;
  /** The last day that it holds, `YYYY-MM-DD`. */
  expires?: string;
  /** Its reason codes. */
  reasons: { code: string; text: string }[];
}

/** A source of data, and what its absence did. */
export interface Source {
  name: string;
  label?: string;
  need: 'required' | 'optional' | 'refer';
  present: boolean;
  effect?: string;
}

/** Which model of a fallback gave a score. */
export interface Fallback {
  score: string;
  /** Name of the model; `null` if none gave it. */
  used: string | null;
  /** Models that were passed over, in order. */
  passed: {
    model: string;
    cause: 'no_output' | 'refused' | 'out_of_bounds' | 'disagreement' | 'condition' | 'missing_source';
    /** The source that is missing. */
    source?: string | null;
  }[];
}

/** What a tree or table hit. */
export interface TraceStep {
  node: string;
  kind: 'tree' | 'table';
  /** Index of the leaf, from 0; number of the rule, from 1 (0: none). */
  hit: number | null;
  id?: string;
  text?: string;
}

/** The final result for one record. */
export interface Decision {
  /** Digest of the bundle. */
  bundle: string;
  /** Result digest: equal digests prove equal results, in whatever runtime. */
  digest: string;
  scores: Score[];
  /** Values that were absent, with the state before imputation. */
  absent: { field: string; state: MissingState; special?: string }[];
  /** Event lists of which events were left out, since they are after the reference time; not there if there are none. */
  ignored_events?: { field: string; events: number }[];
  /** Forecasts, in the bundle's order; not there if the bundle has none. */
  forecasts?: Forecast[];
  /** Of these, those are there that the bundle has any of. */
  outcome?: Outcome | null;
  terms?: Term[];
  rules?: FiredRule[];
  sources?: Source[];
  fallback?: Fallback[];
  /** Only if it was asked for. */
  trace?: TraceStep[];
}

/** What one input moved the explained output by. */
export interface Contribution {
  /** Name of the explained node's input: a field, a node, or `node.2`. */
  input: string;
  /** The field that the input is made from alone; `null` if there are several. */
  field: string | null;
  /** Code of its reason group. */
  group: string;
  /** Text of the group in the language asked for. */
  text: string;
  contribution: number;
  /** Of an estimate (`method = "permutation"`): its standard error. */
  standard_error?: number;
}

/** A waterfall: `baseline` + all contributions, added from the left, = `total`, to the last bit. */
export interface Explanation {
  /** Name of the score. */
  score: string;
  /** Where contributions start: the reference applicant's output. `null` if the output is absent. */
  baseline: number | null;
  /** The explained output (of a scorecard: before rounding). `null` if it is absent. */
  total: number | null;
  /** Unit of all figures: points of a scorecard, or the model's margin. */
  unit: 'points' | 'margin';
  /** Whether a higher output is worse for the applicant. */
  higher_is_worse: boolean;
  /**
   * One an input, in the model's order; empty if the output is absent. Where groups play as one (`shapley`,
   * `permutation`), a group's stands at its first input and the others have 0.
   */
  contributions: Contribution[];
}

/** A column: numbers (NaN is missing; a category is its index, a date its days since 1970-01-01), or texts. */
export type Column = Float64Array | Float32Array | Int32Array | readonly Value[];
