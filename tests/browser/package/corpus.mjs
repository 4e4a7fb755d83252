// The corpus through the package, in any runtime of JavaScript: results compared by their digests.
// `load(name)` gives a file of the corpus as an ArrayBuffer.

const text = new TextDecoder();

/** Runs every case; what was compared, and every difference with its place. */
export async function run({ Scorer, ScoreletError }, load) {
  const json = async (name) => JSON.parse(text.decode(await load(name)));
  const index = await json('index.json');
  const found = { bundles: 0, records: 0, rows: 0, explained: 0, differences: [] };
  for (const name of index.cases) {
    const about = await json(`${name}.json`);
    const scorer = await Scorer.open(await load(`${name}.sclb`), { publicKey: null });
    const differ = (where, got, expected) => {
      if (JSON.stringify(got) !== JSON.stringify(expected)) found.differences.push({ name, where, got, expected });
    };
    differ('bundle', scorer.info.digest, about.bundle);
    scorer.scoreAll(about.records).forEach((answer, row) => differ(`record ${row}`, short(answer), about.answers[row]));
    about.explained.forEach(({ record, score, bits }, row) => {
      const where = `explanation ${row}`;
      try {
        const { baseline, contributions, total } = scorer.explain(record, { score });
        const moved = contributions.map(({ contribution }) => contribution);
        differ(where, baseline === null ? null : [...moved, baseline].map(hex), bits);
        if (bits !== null) differ(`${where}, total`, hex(moved.reduce((sum, x) => sum + x, baseline)), hex(total));
        found.explained += bits === null ? 0 : 1;
      } catch (error) {
        if (!(error instanceof ScoreletError)) throw error;
        differ(where, short(error), bits);
      }
    });
    const values = new Float64Array(await load(`${name}.f64`));
    for (let block = 0; block * about.block < about.rows; block++) {
      const from = block * about.block;
      const rows = Math.min(about.block, about.rows - from);
      const column = (field) => values.subarray(field * about.rows + from, field * about.rows + from + rows);
      const columns = Object.fromEntries(scorer.fields.map((field, k) => [field.name, column(k)]));
      const expected = about.blocks[block];
      differ(`block ${block}, columns`, await attempt(() => {
        const out = scorer.scoreColumns(columns, { outputs: about.outputs }).columns;
        return joined(about.outputs.map((output) => out[output]));
      }), expected);
      differ(`block ${block}, batch`, await attempt(() => {
        const batch = scorer.batch(rows, { outputs: about.outputs });
        scorer.fields.forEach((_, k) => batch.values.set(column(k), k * rows));
        try {
          return batch.run().slice();
        } finally {
          batch.dispose();
        }
      }), expected);
    }
    found.bundles += 1;
    found.records += about.records.length;
    found.rows += about.rows;
    scorer.dispose();
  }
  return found;

  function short(answer) {
    return answer instanceof ScoreletError
      ? { code: answer.code, mend: answer.mend, message: answer.message, place: answer.path }
      : answer.digest;
  }

  async function attempt(work) {
    try {
      return await sha256(work());
    } catch (error) {
      if (error instanceof ScoreletError) return short(error);
      throw error;
    }
  }
}

/** The bits of a number. */
function hex(x) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

function joined(columns) {
  const all = new Float64Array(columns.reduce((sum, column) => sum + column.length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}

async function sha256(values) {
  // A copy: WebCrypto takes no view of a wasm memory in every runtime.
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', values.slice()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
