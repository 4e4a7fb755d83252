const words = (text: string): Set<string> => new Set(text.split(" "));

/** Words of which texts are made that say no more than that a policy or a score was not met (12 CFR 1002.9(b)(2)). */
const EMPTY = words(
  "a achieve an and application bank based below company credit creditor criteria cut cutoff did do does failed for guidelines insufficient internal is lender lending low meet met minimum not of off on or our policies policy qualifying required requirement requirements rules s score scores scoring standard standards system the threshold to too under underwriting was with your",
);
/** One of these must be among them. */
const SUBJECTS = words("criteria guidelines policies policy requirements rules score scores standard standards threshold");
/** The same in Chinese, which has no spaces. */
const CHINESE = "综合 信用 评分 分数 得分 不足 过低 较低 偏低 太低 低于 未达到 未达 没有 达到 不符合 未满足 不满足 我行 本行 银行 内部 政策 标准 要求 最低 准入 条件 规定 贷款 审批 您的 的 线 门槛".split(" ");
const CHINESE_SUBJECTS = /评分|分数|得分|政策|标准|要求|准入|规定/;

/** Whether a text says no more than that a policy or a score was not met: such a reason is none. As `scorelet notice` tells it. */
export function onlyBelowPolicy(text: string): boolean {
  const letters = text.toLowerCase().match(/[\p{Alphabetic}\p{N}]+/gu) ?? [];
  if (letters.every((word) => EMPTY.has(word))) return letters.some((word) => SUBJECTS.has(word));
  const joined = letters.join("");
  return CHINESE_SUBJECTS.test(joined) && CHINESE.reduce((rest, part) => rest.replaceAll(part, ""), joined) === "";
}
