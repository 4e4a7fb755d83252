// The edge worker of the demo: a real workerd on 127.0.0.1 with its state in a folder, and on it a tenant for each bundle that is cut.
// Started again, it finds all of that where it was.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Scorer } from "@scorelet/core";

/** What the lender offers: the bundle's name in files, and the tenant in whose name it is decided, since a tenant has one bundle active. */
const PRODUCTS = [
  { id: "split", tenant: "demo" },
  { id: "taiwan", tenant: "demo-cards" },
];
const workerd = createRequire(new URL("../tests/browser/package.json", import.meta.url)).resolve("workerd/bin/workerd");

/** The keys that the demo made for itself: of the worker, of its operator, of the tenants' servers. Readable by its owner only. */
class Keys {
  #file;
  constructor(file) {
    this.#file = file;
    const made = () => ({ master: randomBytes(32).toString("hex"), operator: `demo-${randomBytes(16).toString("hex")}`, tenants: {} });
    Object.assign(this, made(), existsSync(file) && JSON.parse(readFileSync(file, "utf8")));
    this.keep();
  }

  keep() {
    writeFileSync(this.#file, JSON.stringify(this, null, 2), { mode: 0o600 });
  }
}

/** What a process was started as; empty if there is none of that id, or this is no Linux. */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Two workers may not share a state: one that its server has left behind is ended, one that is in use is left alone. */
function alone(file, state) {
  if (!existsSync(file)) return;
  const { server, worker } = JSON.parse(readFileSync(file, "utf8"));
  if (!commandOf(worker).includes(state)) return;
  if (server !== process.pid && commandOf(server).includes("node")) throw new Error(`the demo is running already (process ${server})`);
  process.kill(worker, "SIGKILL");
}

/** Starts workerd over `worker` (a folder that `cargo xtask edge` has built) and waits for its port. */
async function start(worker, state, keys) {
  const options = ["serve", "--control-fd=3", "--socket-addr=http=127.0.0.1:0", `--directory-path=state=${state}`, join(worker, "workerd.capnp")];
  const child = spawn(workerd, options, {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
    // Not in the terminal's group: Ctrl-C is for the server, which ends it.
    detached: true,
    env: {
      ...process.env,
      SCORELET_MASTER_KEY: keys.master,
      SCORELET_OPERATOR_KEY_SHA256: createHash("sha256").update(keys.operator).digest("hex"),
    },
  });
  const port = await new Promise((resolve, reject) => {
    let said = "";
    child.stdio[3].on("data", (data) => {
      said += data;
      for (const line of said.split("\n").slice(0, -1)) {
        const message = JSON.parse(line);
        if (message.event === "listen" && message.socket === "http") resolve(message.port);
      }
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`workerd ended with ${code ?? signal}`)));
  });
  return { url: `http://127.0.0.1:${port}`, child };
}

/** A caller of the worker's API with a key. Anything but success is an error, but for the statuses in `also`. */
export function api(url, key) {
  return async (method, path, body, { also = [], headers = {} } = {}) => {
    const raw = body === undefined || body instanceof Uint8Array;
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { "content-type": raw ? "application/vnd.scorelet.bundle" : "application/json" }), ...headers },
      body: raw ? body : JSON.stringify(body),
    });
    if (!response.ok && !also.includes(response.status)) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
}

/** A tenant, its publisher, its keys, its bundles: made where they are not there yet. Gives the digest of the device bundle and the key. */
async function setUp(url, keys, id, bundles, publisher) {
  const operate = api(url, keys.operator);
  const tenant = `/v1/admin/tenants/${id}`;
  await operate("POST", "/v1/admin/tenants", { id, name: "Demo lender" }, { also: [409] });
  // Whoever tries the demo is one applicant after another, and impatient.
  await operate("PATCH", tenant, { publisher_keys: [publisher], rate: { key_per_minute: 0, applicant_per_hour: 10_000 } });
  const secret = keys.tenants[id]?.secret;
  const known = secret && (await api(url, secret)("GET", "/v1/challenge", undefined, { also: [401, 403, 404, 409, 503] })).status !== 401;
  if (!known) {
    const make = async (body) => (await (await operate("POST", `${tenant}/keys`, body)).json()).key;
    keys.tenants[id] = {
      publishable: await make({ kind: "publishable", name: "the page" }),
      secret: await make({ kind: "secret", scopes: ["decide", "read"], name: "the lender's server" }),
    };
    keys.keep();
  }
  const digests = new Map();
  for (const stage of ["device", "edge"]) {
    const bytes = bundles[stage];
    const { digest } = await (await operate("POST", `${tenant}/bundles`, bytes)).json();
    digests.set(stage, digest);
  }
  const { active } = await (await operate("GET", tenant)).json();
  if (active?.digest !== digests.get("edge")) await operate("POST", `${tenant}/activate`, { digest: digests.get("edge") });
  return { digest: digests.get("device"), secret: keys.tenants[id].secret };
}

/** Fields and scores of a bundle. */
async function about(bytes, publisher) {
  const scorer = await Scorer.open(bytes, { publicKey: publisher });
  const { fields, info } = scorer;
  scorer.dispose();
  return { fields, info };
}

/**
 * Starts the worker with the demo's tenants. `folder` has the device and the edge bundle of each product, and `publisher.pub`; state
 * and keys are kept in `edge-state` there.
 */
export async function startEdge(folder, worker) {
  const state = join(folder, "edge-state");
  mkdirSync(join(state, "storage"), { recursive: true, mode: 0o700 });
  const keys = new Keys(join(state, "keys.json"));
  const publisher = readFileSync(join(folder, "publisher.pub"), "utf8").trim().split(":").at(-1);
  const storage = join(state, "storage");
  const running = join(state, "running.json");
  alone(running, storage);
  const { url, child } = await start(worker, storage, keys);
  writeFileSync(running, JSON.stringify({ server: process.pid, worker: child.pid }));
  try {
    const products = [];
    for (const { id, tenant } of PRODUCTS) {
      const bundles = Object.fromEntries(["device", "edge"].map((stage) => [stage, readFileSync(join(folder, `${id}.${stage}.sclb`))]));
      const { digest, secret } = await setUp(url, keys, tenant, bundles, publisher);
      const [device, edge] = [await about(bundles.device, publisher), await about(bundles.edge, publisher)];
      const adds = edge.fields.filter((field) => field.stage === "edge").map((field) => field.name);
      products.push({ id, digest, secret, fields: device.fields, adds, scores: edge.info.scores });
    }
    return { url, publisher, products, process: child, stop: () => child.kill() };
  } catch (error) {
    child.kill();
    throw error;
  }
}
