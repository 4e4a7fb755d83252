// The browser of all tests.
import { chromium } from "playwright-core";

/** Debian's Chromium, or the one that `SCORELET_CHROMIUM` names, with nothing of its own on the network. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.SCORELET_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
