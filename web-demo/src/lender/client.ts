import type { Challenge, Decision, ScoreInfo } from "@scorelet/core";
import type { Input } from "../engine/protocol";

/** A sample applicant: what the lender calls them, and what they would enter. */
export interface Applicant {
  reference: string;
  record: Input;
}

/** What can be applied for. */
export interface Product {
  id: string;
  /** Digest of the device bundle in use. */
  digest: string;
  /** The scores of a decision, with the names of their bands. */
  scores: ScoreInfo[];
  applicants: Applicant[];
  /** Fields that the lender's server adds, from a bureau: names only. */
  adds: string[];
}

/** What the lender's server says of itself. */
export interface Lender {
  /** The public key of its bundles' publisher. */
  publisher: string;
  products: Product[];
}

/** What the edge answers to a receipt. */
export interface Answer {
  id: string | null;
  created: string;
  bundle: string;
  decision: Decision;
  assurance: { level: "full" | "committed" | "reduced"; unverified: { code: string; detail: string }[] };
}

/** An error that the edge worker described (RFC 9457). */
export class EdgeProblem extends Error {
  readonly code: string;
  readonly path: string;
  readonly mend: string;

  constructor(status: number, said: { code?: string; title?: string; detail?: string; place?: string; mend?: string }) {
    super(said.detail ?? said.title ?? `HTTP ${status}`);
    this.name = "EdgeProblem";
    this.code = said.code ?? String(status);
    this.path = said.place ?? "";
    this.mend = said.mend ?? "";
  }
}

async function json<T>(response: Response): Promise<T> {
  const said: unknown = await response.json().catch(() => ({}));
  if (!response.ok) throw new EdgeProblem(response.status, said as object);
  return said as T;
}

/** The lender's server, if this page is served by one; a file `lender/about` that says nothing stands there otherwise. */
export async function lender(): Promise<Lender | null> {
  // Without a network there is no lender either, and a request would only be an error in the console.
  if (!navigator.onLine) return null;
  try {
    const response = await fetch("/lender/about", { headers: { accept: "application/json" } });
    const found = response.ok && response.headers.get("content-type")?.startsWith("application/json");
    return found ? ((await response.json()) as Lender) : null;
  } catch {
    return null;
  }
}

/** A challenge for an applicant. */
export async function challenge(reference: string): Promise<Challenge> {
  return json(await fetch(`/lender/challenge?applicant=${encodeURIComponent(reference)}`));
}

/** Sends a body, as it was made, and gives the decision. */
export async function decide(body: string): Promise<Answer> {
  return json(await fetch("/lender/decisions", { method: "POST", headers: { "content-type": "application/json" }, body }));
}
