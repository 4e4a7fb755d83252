import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Plugin } from "vite";
import { HEADERS, META } from "./csp.ts";

/** Puts the policy into the built page. Not in development, where Vite itself adds inline styles. */
export function policyInPage(): Plugin {
  return {
    name: "scorelet-csp",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: META }, injectTo: "head-prepend" },
    ],
  };
}

/** Serves the built page with its headers; the page and the service worker are asked for anew each time. */
export function serverHeaders(): Plugin {
  return {
    name: "scorelet-headers",
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
        const path = (request.url ?? "/").split("?")[0] ?? "/";
        // Files under assets/ have a digest in their names.
        const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-store";
        const set = response.setHeader.bind(response);
        set("Cache-Control", cache);
        // The file server behind this has an opinion of its own on caching.
        response.setHeader = (name, value) => (name.toLowerCase() === "cache-control" ? response : set(name, value));
        next();
      });
    },
  };
}

/** What the page carries along: this project itself, then what its `package.json` depends on. */
function licences(root: string): string {
  const read = (path: string): string => readFileSync(path, "utf8").trim();
  const { dependencies } = JSON.parse(read(join(root, "package.json"))) as { dependencies: Record<string, string> };
  const others = Object.keys(dependencies).filter((name) => !name.startsWith("@scorelet/"));
  const parts = others.map((name) => {
    // A workspace's packages stand beside it or above.
    const folder = [root, join(root, "..")].map((base) => join(base, "node_modules", name)).find((path) => existsSync(path));
    if (!folder) throw new Error(`${name} is not installed`);
    const { version, license } = JSON.parse(read(join(folder, "package.json"))) as { version: string; license: string };
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (!file) throw new Error(`${name} brings no licence text`);
    return `${name} ${version} (${license})\n\n${read(join(folder, file))}`;
  });
  const own = `Scorelet (Apache-2.0 OR MIT)\n\n${read(join(root, "../LICENSE-MIT"))}`;
  return `${[own, ...parts].join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

/** Puts the licences of all that is built in beside the page, since the built scripts no longer have them. */
export function licenceList(): Plugin {
  let root = "";
  return {
    name: "scorelet-licences",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences.txt", source: licences(root) });
    },
  };
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.split(sep).join("/"))
    .sort();
}

/** Writes the list of all files, and a version made of their content, into the finished service worker. */
export function offlineList(): Plugin {
  let folder = "";
  return {
    name: "scorelet-offline",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      const worker = join(folder, "sw.js");
      // Whether a lender stands behind the page is asked of the server each time.
      const kept = (path: string): boolean => !path.endsWith(".map") && !path.startsWith("lender/") && path !== relative(folder, worker);
      const files = filesUnder(folder).filter(kept);
      const hash = createHash("sha256");
      for (const path of files) hash.update(path).update(readFileSync(join(folder, path)));
      const list = files.map((path) => (path === "index.html" ? "/" : `/${path}`));
      const text = readFileSync(worker, "utf8")
        .replace("__SCORELET_VERSION__", hash.digest("hex").slice(0, 16))
        .replace(/(["'`])__SCORELET_FILES__\1/, () => JSON.stringify(list));
      writeFileSync(worker, text);
    },
  };
}
