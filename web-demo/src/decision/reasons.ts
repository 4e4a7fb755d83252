import type { BundleInfo, Decision } from "@scorelet/core";
import { onlyBelowPolicy } from "./specific";

/** At most so many reasons are told (comment 9(b)(2)-1 of Regulation B). */
const MOST = 4;

/** A reason by its code. */
export interface Named {
  code: string;
  text: string;
}

/** The reasons of a notice, as `scorelet notice` finds them (docs/adverse-action.md). */
export interface Reasons {
  principal: Named[];
  /** Key factors of the score. */
  factors: Named[];
  /** Ids of the rules whose reasons these are. */
  rules: string[];
  /** A rule that decided and gives no reason. */
  silent: string | null;
}

const WORSE = ["approve", "refer", "decline"];

/** Rules that decided stand alone; otherwise caps, then the score that is told. A rule counts that is itself as bad as the outcome. What says nothing specific is left out. */
export function reasonsOf(decision: Decision, groups: BundleInfo["groups"]): Reasons {
  const worst = WORSE.indexOf(decision.outcome ?? "approve");
  const fired = decision.rules?.filter((rule) => rule.state === "fired" && WORSE.indexOf(rule.outcome ?? "") >= worst) ?? [];
  const deciding = fired.filter(({ kind }) => kind === "hard" || kind === "override");
  const binding = deciding.length > 0 ? deciding : fired.filter(({ kind }) => kind === "cap");
  const factors = decision.scores.find((one) => one.reasons)?.reasons ?? [];
  const all: Named[] = [...binding.flatMap((rule) => rule.reasons), ...(deciding.length > 0 ? [] : factors)];
  const vague = ({ code }: Named): boolean => Object.values(groups.find((one) => one.code === code)?.texts ?? {}).some(onlyBelowPolicy);
  const first = new Map<string, Named>();
  for (const one of all) if (!first.has(one.code) && !vague(one)) first.set(one.code, one);
  return {
    principal: [...first.values()].slice(0, MOST),
    factors: factors.slice(0, MOST),
    rules: binding.map((rule) => rule.id),
    silent: deciding.find((rule) => rule.reasons.length === 0)?.id ?? null,
  };
}
