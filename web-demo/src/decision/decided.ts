import type { Decision } from "@scorelet/core";

/** Whether a decision is of a bundle with a policy. */
export function decided(decision: Decision): boolean {
  const { outcome, rules, sources, fallback } = decision;
  return outcome !== undefined || [rules, sources, fallback].some((one) => one !== undefined);
}
