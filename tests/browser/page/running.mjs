// One browser and one server for the tests of a file.
import { after, before } from "node:test";
import { launch } from "../chromium.mjs";
import { serve } from "./harness.mjs";

/** Both are there once a test runs. */
export let browser, server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  server?.stop();
});
