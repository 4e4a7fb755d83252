// A real workerd with the built worker: started in a folder of its own, asked over HTTP, stopped by its pid, nothing left behind.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, target } from './bundles.mjs';

/** How workerd is told about the worker: by the configuration that stands beside it for those who host it themselves. */
const CONFIG = process.env.SCORELET_EDGE_CONFIG ?? join(target, 'edge/worker/workerd.capnp');
const workerd = createRequire(join(root, 'tests/browser/package.json')).resolve('workerd/bin/workerd');

/** Whatever still runs when the tests end, ends with them. */
const running = new Set();
process.on('exit', () => {
  for (const edge of running) edge.sweep();
});

/** What the worker answered. */
class Answer {
  constructor(status, headers, bytes) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
  }

  get text() {
    return this.bytes.toString('utf8');
  }

  get json() {
    return JSON.parse(this.text);
  }

  /** The stable code of a problem. */
  get code() {
    return this.json.code;
  }
}

/** A running worker with its storage. */
export class Edge {
  /** All that it wrote to its streams, over all of its lives. */
  log = '';
  operator = `operator-${randomBytes(16).toString('hex')}`;
  master = randomBytes(32).toString('hex');
  /** Is given each answer. */
  heard = () => undefined;
  #folder = mkdtempSync(join(tmpdir(), 'scorelet-edge-'));
  #config;
  #health;
  #process;
  #agent;
  #tenants = 0;

  /** `config`: a configuration with a socket `http` and a folder `state`; `health`: a path that answers 200 once it runs. */
  static async start(env = {}, config = CONFIG, health = '/healthz') {
    const edge = new Edge();
    edge.#config = config;
    edge.#health = health;
    running.add(edge);
    await edge.run(env);
    return edge;
  }

  /** Where the worker keeps its state. */
  get storage() {
    return this.#folder;
  }

  get pid() {
    return this.#process.pid;
  }

  /** Starts workerd, over whatever its storage holds, and waits until it answers. */
  async run(env = {}) {
    // A test that failed before it ended the last one must not leave it behind.
    if (this.#process !== undefined) await this.kill();
    const options = ['serve', '--control-fd=3', '--socket-addr=http=127.0.0.1:0', `--directory-path=state=${this.#folder}`, this.#config];
    this.#process = spawn(workerd, options, {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        SCORELET_MASTER_KEY: this.master,
        SCORELET_OPERATOR_KEY_SHA256: createHash('sha256').update(this.operator).digest('hex'),
        ...env,
      },
    });
    for (const stream of [1, 2]) this.#process.stdio[stream].on('data', (data) => { this.log += data; });
    const port = await new Promise((resolve, reject) => {
      let said = '';
      this.#process.stdio[3].on('data', (data) => {
        said += data;
        for (const line of said.split('\n').filter(Boolean)) {
          const message = JSON.parse(line);
          if (message.event === 'listen' && message.socket === 'http') resolve(message.port);
        }
      });
      this.#process.once('exit', (code, signal) => reject(new Error(`workerd ended with ${code ?? signal}\n${this.log}`)));
    });
    this.url = `http://127.0.0.1:${port}`;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 256 });
    const ready = await this.get(this.#health);
    if (ready.status !== 200) throw new Error(`${this.#health}: ${ready.status} ${ready.text}`);
  }

  /** One request. `body`: bytes and text go as they are, anything else as JSON. */
  request(method, path, { key, body, headers = {}, timeout = 30_000 } = {}) {
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const bytes = raw ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = send(this.url + path, {
        method,
        agent: this.#agent,
        timeout,
        headers: {
          ...(key && { authorization: `Bearer ${key}` }),
          ...(bytes !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
          ...headers,
        },
      });
      call.once('error', reject);
      call.once('timeout', () => call.destroy(new Error(`${method} ${path}: no answer`)));
      call.once('response', (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.once('error', reject);
        response.once('end', () => {
          const answer = new Answer(response.statusCode, response.headers, Buffer.concat(parts));
          this.heard(answer);
          resolve(answer);
        });
      });
      call.end(bytes);
    });
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  post(path, body, options) {
    return this.request('POST', path, { body, ...options });
  }

  /** The same as the operator; anything but success is an error. */
  async operate(method, path, body, headers) {
    const answer = await this.request(method, path, { key: this.operator, body, headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.bytes.length > 0 ? answer.json : undefined;
  }

  /** A tenant with a publishable key `pk`, a secret key `sk` of every scope, and `bundles` uploaded, the first activated. */
  async tenant({ bundles = [], settings = {}, id = `t${++this.#tenants}` } = {}) {
    await this.operate('POST', '/v1/admin/tenants', { id, name: `Tenant ${id}` });
    const tenant = new Tenant(this, id);
    const keys = [...new Set(bundles.map((bundle) => bundle.by.hex))];
    // Whatever comes from one machine is one person to a limit: the tests of limits set their own.
    const rate = { key_per_minute: 1_000_000, publishable_per_minute: 1_000_000, applicant_per_hour: 100_000 };
    await tenant.set({ publisher_keys: keys, rate, ...settings });
    tenant.pk = await tenant.key('publishable');
    tenant.sk = await tenant.key('secret', ['decide', 'read', 'audit', 'feedback', 'export', 'erase']);
    for (const bundle of bundles) await tenant.upload(bundle);
    if (bundles.length > 0) await tenant.activate(bundles[0].edge.digest);
    return tenant;
  }

  /** Ends workerd as a supervisor does. */
  stop() {
    return this.#end('SIGTERM');
  }

  /** Ends workerd as a power cut does. */
  kill() {
    return this.#end('SIGKILL');
  }

  async #end(signal) {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.exitCode === null && this.#process.signalCode === null && this.#process.kill(signal)) await ended;
    this.#agent.destroy();
  }

  /** Stops it and removes its storage. */
  async remove() {
    await this.stop();
    this.sweep();
  }

  sweep() {
    running.delete(this);
    this.#process?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A tenant of a running worker. */
class Tenant {
  constructor(edge, id) {
    this.edge = edge;
    this.id = id;
    this.path = `/v1/admin/tenants/${id}`;
  }

  set(settings) {
    return this.edge.operate('PATCH', this.path, settings);
  }

  /** A new key's text. */
  async key(kind, scopes = []) {
    return (await this.newKey(kind, scopes)).key;
  }

  /** A new key as it is answered: with its id. */
  newKey(kind, scopes = []) {
    return this.edge.operate('POST', `${this.path}/keys`, { kind, scopes, name: `${kind} of a test` });
  }

  /** Uploads the parts of a bundle that the edge needs. */
  async upload(bundle, parts = ['device', 'edge']) {
    for (const part of parts) {
      await this.edge.operate('POST', `${this.path}/bundles`, bundle[part].bytes, { 'content-type': 'application/octet-stream' });
    }
  }

  activate(digest) {
    return this.edge.operate('POST', `${this.path}/activate`, { digest });
  }

  /** A challenge: of an applicant by the secret key, as the lender's server fetches it, else by the publishable one, as a page does. */
  async challenge(applicant, { key = applicant === undefined ? this.pk : this.sk, idempotency } = {}) {
    const query = applicant === undefined ? '' : `?applicant=${encodeURIComponent(applicant)}`;
    const headers = idempotency === undefined ? {} : { 'idempotency-key': idempotency };
    const answer = await this.edge.get(`/v1/challenge${query}`, { key, headers });
    if (answer.status !== 200) throw new Error(`challenge: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  /** Posts a decision; the answer as it is. */
  decide(body, { key = this.sk, idempotency, headers = {} } = {}) {
    const repeat = idempotency === undefined ? {} : { 'idempotency-key': idempotency };
    return this.edge.post('/v1/decisions', body, { key, headers: { ...repeat, ...headers } });
  }
}

/** Runs `work` over all items, `width` at a time; results in their order. */
export async function pool(items, width, work) {
  const results = new Array(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

/** The rows of an answer in NDJSON. */
export function lines(answer) {
  return answer.text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
