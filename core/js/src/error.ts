/** What an error of the engine or of this package says, as plain data. */
export interface ErrorDetails {
  /** Stable code, `SCL-` and four digits. Test this, not the message. */
  code: string;
  /** What is wrong. */
  message: string;
  /** Where: a field, a row, a section of the bundle. */
  place: string;
  /** What to do about it. */
  mend: string;
  /** Row within the call, from 0, where the error is about one. */
  row?: number | null;
  /** Field, where the error is about one. */
  field?: string | null;
}

/**
 * Any failure of this package. `code` is stable; `path` is where; `mend` is what to do.
 *
 * `SCL-01xx` bundle, `SCL-02xx` record, `SCL-04xx` call, `SCL-08xx` this package (loading, fetching, life cycle).
 */
export class ScoreletError extends Error {
  /** Stable code, `SCL-` and four digits. */
  readonly code: string;
  /** Where it is wrong. */
  readonly path: string;
  /** What to do about it. */
  readonly mend: string;
  /** Row within the call, from 0. */
  readonly row?: number;
  /** Name of the field. */
  readonly field?: string;

  constructor(details: ErrorDetails, cause?: unknown) {
    super(details.message, cause === undefined ? undefined : { cause });
    this.name = 'ScoreletError';
    this.code = details.code;
    this.path = details.place;
    this.mend = details.mend;
    if (details.row != null) this.row = details.row;
    if (details.field != null) this.field = details.field;
  }
}

/** The errors that are this package's own: code, place, mend. The engine has its own words for the rest. */
const OWN = {
  unloaded: ['SCL-0801', 'engine', 'call `await init(wasm)` first: the slim entry does not know where the wasm is'],
  unloadable: ['SCL-0802', 'engine', 'serve the package\'s scorelet_bg.wasm of the same version, or pass it to `init`'],
  stopped: ['SCL-0803', 'engine', 'call `init()` again and open the bundle anew; please report what led here'],
  disposed: ['SCL-0804', 'scorer', 'open the bundle again'],
  unfetched: ['SCL-0805', 'bundle', 'check the address and the connection, or pass the bytes'],
  unreadable: ['SCL-0806', 'record', 'pass a plain object'],
  argument: ['SCL-0807', 'call', 'see the documentation of the call'],
  digest: ['SCL-0808', 'bundle', 'fetch the bundle again, or pin the digest of this one'],
  other: ['SCL-0809', 'challenge, bundle.digest', 'fetch that bundle (GET /v1/bundles/DIGEST), open it and seal with it'],
  expired: ['SCL-0810', 'challenge, expires', 'fetch a new challenge'],
} as const;

/** An error of this package. */
export function own(
  kind: keyof typeof OWN,
  message: string,
  more: { cause?: unknown; mend?: string; place?: string } = {},
): ScoreletError {
  const [code, place, mend] = OWN[kind];
  return new ScoreletError({ code, message, place: more.place ?? place, mend: more.mend ?? mend }, more.cause);
}

/** What the engine throws when it refuses is plain data with a code; anything else is none of its refusals. */
export function refusal(thrown: unknown): ScoreletError | undefined {
  try {
    const details = thrown as ErrorDetails | null;
    const known = typeof details === 'object' && details !== null && /^SCL-\d{4}$/.test(details.code);
    return known ? new ScoreletError(details) : undefined;
  } catch {
    // A proxy or a getter of somebody else's.
    return undefined;
  }
}

/** Whether a thrown value is an error of this package. A revoked proxy throws at the question itself. */
export function isOwn(thrown: unknown): thrown is ScoreletError {
  try {
    return thrown instanceof ScoreletError;
  } catch {
    return false;
  }
}

/** The error for a value of the caller that cannot be read: a getter or a proxy threw. */
export function unreadable(row: number | undefined, field: string | undefined, cause: unknown): ScoreletError {
  if (isOwn(cause)) return cause;
  const at = [row === undefined ? [] : `row ${row}`, field === undefined ? [] : `field \`${field}\``].flat();
  const error = own('unreadable', `the ${row === undefined ? 'columns' : 'record'} could not be read: ${words(cause)}`, {
    cause,
    place: at.join(', ') || 'columns',
  });
  return Object.assign(error, { ...(row !== undefined && { row }), ...(field !== undefined && { field }) });
}

/** A text that the caller may leave out. */
export function optionalText(given: unknown, name: string): string | undefined {
  if (given === undefined || typeof given === 'string') return given;
  throw own('argument', `options.${name} must be a text`);
}

/** A thrown value in words. */
export function words(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'something that has no text';
  }
}
