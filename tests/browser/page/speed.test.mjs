// Nothing that shifts, and no task of the main thread over 50 ms.
import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./harness.mjs";
import { browser, server } from "./running.mjs";

/** Records a trace; the function that it gives ends it and gives the events. */
async function trace(page) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "blink.user_timing"] },
  });
  return async () => {
    const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
    await session.send("Tracing.end");
    await complete;
    return events;
  };
}

/**
 * Tasks of the page's main thread: `cpu` is what the thread itself computed, `wall` the time by the clock. Only the first
 * says something of the page where other programs take the processor away in the middle of a task.
 */
function mainTasks(events) {
  // Other pages of the browser have threads of the same name: the page is where its own mark was set.
  const { pid, tid } = events.find((event) => event.name === "scorelet-ready" && event.cat.includes("user_timing")) ?? {};
  const tasks = events.filter((one) => one.ph === "X" && one.pid === pid && one.tid === tid && one.name.includes("RunTask"));
  // Where a task has no time of its thread, the clock's is an upper bound.
  return tasks.map(({ dur = 0, tdur = dur }) => ({ cpu: tdur / 1000, wall: dur / 1000 }));
}

/** A session as a person has it: load, sample, typing, what-if, events, a forecast, views, language, a table. */
async function session(page) {
  await page.waitForFunction(() => performance.getEntriesByName("scorelet-ready").length > 0);
  await page.click("#sample");
  await page.waitForSelector(".changes li");
  const amount = page.locator('[name="credit_amount"]');
  for (const digits of ["12000", "900", "45210"]) {
    await amount.fill("");
    await amount.pressSequentially(digits, { delay: 40 });
  }
  await page.locator(".changes button").first().click();
  await page.waitForFunction(() => document.querySelector("#time-fast")?.textContent?.match(/\d/));
  await page.locator(".choice:has(input[value=taiwan])").click();
  await page.waitForSelector("#field-statements-label");
  await page.evaluate(() => document.querySelector("#sample").click());
  await page.waitForSelector("#leaves-size");
  await page.locator(".events-table tbody input").nth(5).pressSequentially("1", { delay: 40 });
  await page.locator(".choice:has(input[value=decision])").click();
  await page.waitForSelector("#field-loans-label");
  await page.evaluate(() => document.querySelector("#sample").click());
  await page.waitForSelector(".decision .outcome");
  await page.click('a[href="#/forecast"]');
  await page.waitForSelector("#forecast-table");
  await page.locator('[name="asset_scale"]').fill("");
  await page.locator('[name="asset_scale"]').pressSequentially("120.5", { delay: 40 });
  await page.waitForSelector("#forecast-table");
  await page.click('a[href="#/privacy"]');
  await page.waitForSelector("#log tr");
  await page.click('a[href="#/applicant"]');
  await page.waitForSelector("#sample");
  await page.locator(".choice:has(input[value=scorecard])").click();
  await page.waitForSelector(".changes li");
  await page.click("#language");
  await page.waitForFunction(() => document.documentElement.lang === "zh" && document.querySelector(".changes li"));
  await page.click('a[href="#/developer"]');
  await page.click("#example-table");
  await page.waitForSelector("#run:not([disabled])");
  await page.click("#run");
  await page.waitForSelector(".chart path");
  await page.locator("#bundle-file").evaluate((input) => input.closest(".card").querySelector(".drop .buttons button:last-child").click());
  await page.waitForSelector("#graph .lane-device");
  await page.click("#graph-every");
  await page.waitForTimeout(300);
}

test("a whole session: no shift, no task that computes for over 50 ms", async (t) => {
  const { page, profile, done } = await visit(browser, "about:blank", { own: server.url });
  const end = await trace(page);
  await page.goto(server.url);
  await session(page);
  const { ready, shift } = await page.evaluate(() => ({
    ready: performance.getEntriesByName("scorelet-ready")[0].startTime,
    shift: window.seen.shift,
  }));
  const tasks = mainTasks(await end());
  assert.ok(tasks.length > 100 && tasks.some((task) => task.cpu < task.wall), `a trace with ${tasks.length} tasks`);
  const most = (of) => Math.max(...tasks.map((task) => task[of]));
  t.diagnostic(`longest task ${most("cpu").toFixed(1)} ms of the processor, ${most("wall").toFixed(1)} ms by the clock`);
  t.diagnostic(`interactive after ${ready.toFixed(0)} ms by the clock, layout shift ${shift.toFixed(4)}`);
  assert.equal(profile.pages().length, 1);
  assert.ok(most("cpu") <= 50, `a task of ${most("cpu")} ms`);
  assert.ok(shift < 0.01, `layout shift ${shift}`);
  await done();
});
