// Made-up applicants of the tests' bundle: as many as asked for, the same ones each time.

/** A generator of numbers in [0, 1) from a seed (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const HOUSING = ['own', 'rent', 'with family', 'a boat'];
const REGIONS = ['north', 'south', 'islands', 'abroad'];

/** One applicant: `device` fields, of which only some cross, and `edge` fields, which the lender's server adds. */
export function applicant(next) {
  const within = (low, high) => low + next() * (high - low);
  const whole = (low, high) => Math.floor(within(low, high + 1));
  const pick = (list) => list[whole(0, list.length - 1)];
  const day = (from, to) => new Date(within(Date.UTC(from, 0), Date.UTC(to, 0))).toISOString().slice(0, 10);
  const sometimes = (share, value) => (next() < share ? undefined : value);
  const device = {
    income: next() < 0.02 ? 0 : within(400, 30_000),
    expenses: sometimes(0.1, within(0, 9000)),
    volatility: sometimes(0.1, within(-4, 12)),
    drift: sometimes(0.1, within(-0.003, 0.003)),
    housing: sometimes(0.1, pick(HOUSING)),
    opened: sometimes(0.1, day(2015, 2026)),
    applied: day(2026, 2027),
    overdrawn: sometimes(0.1, next() < 0.2),
    age: sometimes(0.1, whole(16, 125)),
  };
  const edge = {
    bureau_score: sometimes(0.1, next() < 0.1 ? -9 : whole(0, 999)),
    open_loans: sometimes(0.1, whole(0, 12)),
    past_due: sometimes(0.3, next() < 0.5 ? 0 : within(0, 20_000)),
    region: sometimes(0.1, pick(REGIONS)),
    bureau_age: sometimes(0.3, next() < 0.1 || device.age === undefined ? whole(16, 99) : device.age),
  };
  return { device: known(device), edge: known(edge) };
}

function known(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** `count` applicants. */
export function applicants(count, seed = 1) {
  const next = random(seed);
  return Array.from({ length: count }, () => applicant(next));
}

/** Somebody whom every part of the graph has an answer for. */
export const ORDINARY = {
  device: {
    income: 3150.5, expenses: 1200.25, volatility: 0.5, drift: 0.0001, housing: 'own', opened: '2019-03-04', applied: '2026-02-11',
    overdrawn: false, age: 37,
  },
  edge: { bureau_score: 640, open_loans: 2, past_due: 0, region: 'south', bureau_age: 37 },
};
