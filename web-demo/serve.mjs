// Serves the built page on 127.0.0.1 until it is stopped: `node serve.mjs [PORT] [--until-stdin-ends]`. The first free port
// from PORT (4173) is taken; 0 takes any. The address is the first line of the output. With `--until-stdin-ends` it ends
// with whoever holds the other end of its input, also when that one is killed.
import { fileURLToPath } from "node:url";
import { preview } from "vite";

const [given, ...options] = process.argv.slice(2);
const port = Number(given ?? 4173);
if (options.includes("--until-stdin-ends")) process.stdin.on("end", () => process.exit(0)).resume();
const server = await preview({
  root: fileURLToPath(new URL(".", import.meta.url)),
  logLevel: "error",
  preview: { host: "127.0.0.1", port, strictPort: false, open: false },
});
const address = server.httpServer.address();
console.log(`http://127.0.0.1:${typeof address === "object" && address ? address.port : port}/`);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(0));
