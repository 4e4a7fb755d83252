import Papa from "papaparse";

/** How a CSV file is written. */
export interface Dialect {
  delimiter: string;
  newline: "\n" | "\r\n" | "\r";
}

/** The first look at a file. */
export interface Peek extends Dialect {
  header: string[];
  /** The first rows, up to {@link FIRST_ROWS}. */
  rows: string[][];
}

const FIRST_ROWS = 1000;
const PEEK_BYTES = 512 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** A row that is longer has an open quotation mark, most likely. */
const LONGEST_ROW = 8 * 1024 * 1024;

/** Finds delimiter, line ends and header from the beginning of a file. */
export async function peek(file: Blob): Promise<Peek> {
  const text = new TextDecoder().decode(await file.slice(0, PEEK_BYTES).arrayBuffer());
  const { data, meta } = Papa.parse<string[]>(text, { preview: FIRST_ROWS + 1, skipEmptyLines: true });
  const [header = [], ...rows] = data;
  // The last one may be cut off by the end of what was read.
  if (file.size > PEEK_BYTES && rows.length < FIRST_ROWS) rows.pop();
  const newline = meta.linebreak === "\r\n" || meta.linebreak === "\r" ? meta.linebreak : "\n";
  return { header, rows, delimiter: meta.delimiter || ",", newline };
}

/** Rows of a piece of the file, and how far in the file they reach. */
export interface Piece {
  rows: string[][];
  /** Rows of this piece, by index, with a misplaced quotation mark. */
  broken: Set<number>;
  /** Bytes read so far. */
  read: number;
}

/** Reads a file piece by piece; a row that a piece cuts is read with the next one. The header is the first row. */
export async function* pieces(file: Blob, dialect: Dialect): AsyncGenerator<Piece> {
  const parser = new Papa.Parser({ delimiter: dialect.delimiter, newline: dialect.newline });
  const decoder = new TextDecoder();
  let rest = "";
  for (let start = 0; start < file.size; start += CHUNK_BYTES) {
    const end = Math.min(start + CHUNK_BYTES, file.size);
    const last = end === file.size;
    const bytes = await file.slice(start, end).arrayBuffer();
    const text = rest + decoder.decode(bytes, { stream: !last });
    const result = parser.parse(text, 0, !last) as Papa.ParseResult<string[]>;
    rest = last ? "" : text.slice(result.meta.cursor);
    if (rest.length > LONGEST_ROW) throw new Error("a row is longer than 8 MB: a quotation mark may be open");
    const broken = new Set(result.errors.filter((e) => e.type === "Quotes").map((e) => e.row ?? -1));
    yield { rows: result.data, broken, read: end };
  }
}
