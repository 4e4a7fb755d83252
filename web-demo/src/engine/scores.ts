import type { BundleInfo } from "@scorelet/core";

/** A score of a bundle. */
export type Score = BundleInfo["scores"][number];

/** 1 if a higher score is better for the applicant, −1 if it is worse. */
export function direction(score: Pick<Score, "kind">): 1 | -1 {
  return score.kind === "fraud" ? -1 : 1;
}

const FIGURES = ["score", "pd", "band", "margin"] as const;

/** Names of the outputs that a bundle computes for a score, its own figure first. */
export function outputs(info: BundleInfo, score: Score): string[] {
  return FIGURES.map((figure) => `${score.name}.${figure}`).filter((name) => info.outputs.includes(name));
}
