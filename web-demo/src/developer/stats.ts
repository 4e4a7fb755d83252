/** Figures of a scored table, gathered row by row. */

/** A histogram of bins of equal width, which grows with what comes. */
export interface Histogram {
  width: number;
  /** Ascending; bins without rows between them are there too. */
  bins: { from: number; good: number; bad: number }[];
}

/** Widths that read well: 1, 2, 5 times a power of ten. */
function nice(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const step = [1, 2, 5, 10].find((one) => one * power >= width * 0.999) ?? 10;
  return step * power;
}

/** Counts values in fine bins, and gives them in about `wanted` readable ones. */
export class Counter {
  static readonly #LIMIT = 4096;
  readonly #counts = new Map<number, [number, number]>();
  #width = 0;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  /** Adds a value; `bad` is 0 or 1. The first block of values decides how fine the bins are. */
  add(value: number, bad: 0 | 1): void {
    if (this.#width === 0) this.#width = Math.abs(value) >= 20 ? 1 : 0.001;
    if (value < this.#low) this.#low = value;
    if (value > this.#high) this.#high = value;
    const bin = Math.floor(value / this.#width);
    const known = this.#counts.get(bin);
    if (known) known[bad]++;
    else {
      this.#counts.set(bin, bad ? [0, 1] : [1, 0]);
      if (this.#counts.size > Counter.#LIMIT) this.#coarsen();
    }
  }

  #coarsen(): void {
    this.#width *= 10;
    const old = [...this.#counts];
    this.#counts.clear();
    for (const [bin, [good, bad]] of old) {
      const into = Math.floor(bin / 10);
      const known = this.#counts.get(into);
      if (known) {
        known[0] += good;
        known[1] += bad;
      } else this.#counts.set(into, [good, bad]);
    }
  }

  /** The value from which on the shares of good and bad so far are furthest apart. */
  furthestApart(): number | null {
    const bins = [...this.#counts].sort(([a], [b]) => a - b);
    const goods = bins.reduce((sum, [, [good]]) => sum + good, 0);
    const bads = bins.reduce((sum, [, [, bad]]) => sum + bad, 0);
    let [good, bad, most] = [0, 0, -1];
    let at: number | null = null;
    for (const [bin, counts] of bins) {
      good += counts[0] / goods;
      bad += counts[1] / bads;
      if (Math.abs(good - bad) > most) [most, at] = [Math.abs(good - bad), bin * this.#width];
    }
    return at;
  }

  /** The counts in about `wanted` bins. */
  histogram(wanted = 36): Histogram {
    if (this.#counts.size === 0) return { width: 1, bins: [] };
    const width = Math.max(this.#width, nice((this.#high - this.#low) / wanted || this.#width));
    const per = Math.max(1, Math.round(width / this.#width));
    const first = Math.floor(Math.floor(this.#low / this.#width) / per);
    const last = Math.floor(Math.floor(this.#high / this.#width) / per);
    const real = per * this.#width;
    const bins = Array.from({ length: last - first + 1 }, (_, i) => ({ from: (first + i) * real, good: 0, bad: 0 }));
    for (const [bin, [good, bad]] of this.#counts) {
      const into = bins[Math.floor(bin / per) - first];
      if (!into) continue;
      into.good += good;
      into.bad += bad;
    }
    return { width: real, bins };
  }
}

/** Numbers without a bound on how many: 8 bytes each. */
export class Numbers {
  #values = new Float64Array(1024);
  #length = 0;

  /** Adds a number; what is none has no place in an order, so it is left out. */
  push(value: number): void {
    if (Number.isNaN(value)) return;
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  get length(): number {
    return this.#length;
  }

  /** Sorted ascending, in place. */
  sorted(): Float64Array {
    return this.#values.subarray(0, this.#length).sort();
  }
}

/** How well a risk tells bad from good. */
export interface Discrimination {
  auc: number;
  ks: number;
  /** The risk at which the two distributions are furthest apart. */
  ksAt: number;
  /** Cut-offs from the riskiest on, thinned out: shares of good and bad that are at least as risky. */
  points: { risk: number; good: number; bad: number }[];
}

const POINTS = 240;

/** Exact AUC (ties count half), KS and the ROC curve; `null` if one of the two outcomes is not there. */
export function discrimination(good: Numbers, bad: Numbers): Discrimination | null {
  if (good.length === 0 || bad.length === 0) return null;
  const goods = good.sorted();
  const bads = bad.sorted();
  let g = goods.length - 1;
  let b = bads.length - 1;
  let [pairs, ks, ksAt] = [0, 0, 0];
  const points = [{ risk: Number.POSITIVE_INFINITY, good: 0, bad: 0 }];
  let lastShown = 0;
  while (g >= 0 || b >= 0) {
    const risk = Math.max(goods[g] ?? Number.NEGATIVE_INFINITY, bads[b] ?? Number.NEGATIVE_INFINITY);
    const goodsBefore = goods.length - 1 - g;
    let tiedGoods = 0;
    let tiedBads = 0;
    for (; g >= 0 && goods[g] === risk; g--) tiedGoods++;
    for (; b >= 0 && bads[b] === risk; b--) tiedBads++;
    // Each of these bads is riskier than the goods that are still to come, and as risky as those that are tied.
    pairs += tiedBads * (goods.length - goodsBefore - tiedGoods + tiedGoods / 2);
    const point = { risk, good: (goods.length - 1 - g) / goods.length, bad: (bads.length - 1 - b) / bads.length };
    const apart = Math.abs(point.bad - point.good);
    if (apart > ks) [ks, ksAt] = [apart, risk];
    const along = point.good + point.bad;
    if (along - lastShown >= 2 / POINTS || (g < 0 && b < 0)) {
      points.push(point);
      lastShown = along;
    }
  }
  return { auc: pairs / (goods.length * bads.length), ks, ksAt, points };
}
