import { defineConfig } from "vite";
import { licenceList, offlineList, policyInPage, serverHeaders } from "./vite/plugins.ts";

export default defineConfig({
  plugins: [policyInPage(), serverHeaders(), licenceList(), offlineList()],
  build: {
    target: ["chrome123", "firefox121", "safari17.5"],
    // A data: URL would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { main: "index.html", sw: "src/sw.ts" },
      // The service worker's name stays the same; everything else carries a digest.
      output: { entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
  worker: { format: "es" },
});
