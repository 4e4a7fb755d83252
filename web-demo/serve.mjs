// Serves the built page on 127.0.0.1 until it is stopped: `node serve.mjs [PORT] [--until-stdin-ends] [--lender FOLDER WORKER]`.
// The first free port from PORT (4173) is taken; 0 takes any. The address is the first line of the output. With
// `--until-stdin-ends` it ends with whoever holds the other end of its input, also when that one is killed. With `--lender` it also
// plays a lender: it starts the edge worker in WORKER over the bundles and the state in FOLDER, and ends it when it ends.
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { preview } from "vite";
import { startEdge } from "./edge.mjs";
import { lender } from "./lender.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [given, ...options] = process.argv.slice(2);
const port = Number(given ?? 4173);
const plugins = [];
const at = options.indexOf("--lender");
let edge;
process.on("exit", () => edge?.stop());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(0));
if (options.includes("--until-stdin-ends")) process.stdin.on("end", () => process.exit(0)).resume();
if (at >= 0) {
  edge = await startEdge(options[at + 1], options[at + 2]).catch((error) => {
    console.error(`the edge worker could not be started: ${error.message}`);
    process.exit(1);
  });
  edge.process.once("exit", (code, signal) => {
    console.error(`the edge worker ended (${code ?? signal})`);
    process.exit(1);
  });
  const routes = lender(edge, here("public/bundles/"));
  plugins.push({ name: "scorelet-lender", configurePreviewServer: (server) => void server.middlewares.use(routes) });
}
const server = await preview({
  root: here("."),
  logLevel: "error",
  plugins,
  preview: { host: "127.0.0.1", port, strictPort: false, open: false },
});
const address = server.httpServer.address();
console.log(`http://127.0.0.1:${typeof address === "object" && address ? address.port : port}/`);
if (edge) console.log(`edge worker: ${edge.url}/ (its state: ${relative(process.cwd(), join(options[at + 1], "edge-state"))})`);
