// The lender's server of the demo, beside the page and of its origin: it passes challenges, device bundles and receipts on, and adds
// what a bureau says of the applicant. Its secret key never reaches the page.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Papa from "papaparse";
import { api } from "./edge.mjs";

/** For each product the table of those who may apply, the rows that stand for them (of several bands), and the letter of their references. */
const APPLICANTS = {
  split: { table: "german_credit.csv", rows: [1, 2, 3, 5, 10, 18], letter: "A" },
  taiwan: { table: "taiwan_clients.csv", rows: [1, 2, 3, 4, 10, 18], letter: "C" },
};
/** A receipt with a language is far below this. */
const LARGEST = 16 << 10;

/** A cell as its field takes it. */
function value(field, text) {
  if (text === "" || text === undefined) return null;
  if (field.type === "event_list") return JSON.parse(text);
  return field.type === "number" || field.type === "integer" ? Number(text) : text;
}

/** The applicants for a product: what they enter in the page, and what the bureau knows. */
function applicants(product, folder) {
  const { table, rows, letter } = APPLICANTS[product.id];
  const { data } = Papa.parse(readFileSync(join(folder, table), "utf8"), { header: true, skipEmptyLines: true });
  return rows.map((row) => ({
    reference: `${letter}-${String(row).padStart(3, "0")}`,
    record: Object.fromEntries(product.fields.map((field) => [field.name, value(field, data[row - 1][field.name])])),
    bureau: Object.fromEntries(product.adds.map((name) => [name, data[row - 1][name]])),
  }));
}

async function bodyOf(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > LARGEST) throw Object.assign(new Error("the body is too long"), { status: 413 });
    parts.push(part);
  }
  const body = JSON.parse(Buffer.concat(parts).toString("utf8"));
  if (typeof body !== "object" || body === null) throw new SyntaxError("the body is no object");
  return body;
}

/** Routes under `/lender/`, as a middleware of the page's server; `folder` has the tables of those who apply. */
export function lender(edge, folder) {
  const products = edge.products.map((product) => ({ ...product, people: applicants(product, folder), ask: api(edge.url, product.secret) }));
  /** The product that an applicant applies for; `undefined` for a reference that is none. */
  const of = (reference) => products.find(({ people }) => people.some((one) => one.reference === reference));
  const any = Array.from({ length: 200 }, (_, index) => 400 + index);
  const known = JSON.stringify({
    publisher: edge.publisher,
    products: products.map(({ id, digest, scores, people, adds }) => ({ id, digest, scores, applicants: people.map(({ reference, record }) => ({ reference, record })), adds })),
  });

  const answer = (response, status, type, body) => response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
  const pass = async (response, given) => answer(response, given.status, given.headers.get("content-type") ?? "application/json", Buffer.from(await given.arrayBuffer()));
  const problem = (response, status, detail) => answer(response, status, "application/problem+json", JSON.stringify({ status, title: "refused by the lender's server", detail }));

  const routes = {
    "GET about": (_, response) => answer(response, 200, "application/json", known),
    "GET challenge": async (url, response) => {
      const applicant = url.searchParams.get("applicant") ?? "";
      const product = of(applicant);
      if (product === undefined) return problem(response, 404, "no applicant of that reference");
      return pass(response, await product.ask("GET", `/v1/challenge?applicant=${encodeURIComponent(applicant)}`, undefined, { also: any }));
    },
    "POST decisions": async (_, response, request) => {
      const { applicant, receipt, language } = await bodyOf(request);
      const product = of(applicant);
      if (product === undefined) return problem(response, 404, "no applicant of that reference");
      const person = product.people.find((one) => one.reference === applicant);
      return pass(response, await product.ask("POST", "/v1/decisions", { receipt, fields: person.bureau, language, reasons: true }, { also: any }));
    },
  };

  return async (request, response, next) => {
    const url = new URL(request.url, "http://127.0.0.1");
    if (!url.pathname.startsWith("/lender/")) return next();
    const name = url.pathname.slice("/lender/".length);
    try {
      const bundle = /^bundles\/([0-9a-f]{64})$/.exec(name);
      const product = bundle && products.find((one) => one.digest === bundle[1]);
      if (product && request.method === "GET") return await pass(response, await product.ask("GET", `/v1/bundles/${bundle[1]}`, undefined, { also: any }));
      const route = routes[`${request.method} ${name}`];
      if (route) return await route(url, response, request);
      problem(response, 404, "the lender's server has no such route");
    } catch (error) {
      problem(response, error.status ?? (error instanceof SyntaxError ? 400 : 502), error.message);
    }
  };
}
