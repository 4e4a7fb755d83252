/** The Worker: an engine, and the bundles that it holds open. All scoring of the page happens here. */
import { init, Scorer, ScoreletError } from "@scorelet/core";
import type { Assessment, Calls, Failure, FromWorker, Input, Opened, SeenRequest, ToWorker } from "./protocol";
import { time } from "./timing";
import { whatIf } from "./what-if";

declare const self: DedicatedWorkerGlobalScope;

// Ahead of the first bundle, which needs it and says so if it fails.
init().catch(() => undefined);

const open = new Map<number, { scorer: Scorer; samples: readonly Input[] }>();
/** Calls under way, and whether they were cancelled. */
const running = new Map<number, boolean>();
let handles = 0;

const post = (message: FromWorker): void => self.postMessage(message);

function found(handle: number) {
  const one = open.get(handle);
  if (!one) throw new Error(`bundle ${handle} is not open`);
  return one;
}

type Handlers = { [K in keyof Calls]: (args: Calls[K][0], id: number) => Promise<Calls[K][1]> | Calls[K][1] };

const handlers: Handlers = {
  async open({ source, publicKey, language, digest }): Promise<Opened> {
    const scorer = await Scorer.open(typeof source === "string" ? new URL(source, self.location.href) : source, {
      publicKey,
      language,
      ...(digest ? { digest } : {}),
    });
    const handle = ++handles;
    // A row of self-checks stands there once for each figure that it checks.
    const samples = [...new Map((scorer.samples as readonly Input[]).map((one) => [JSON.stringify(one), one])).values()];
    open.set(handle, { scorer, samples });
    return { handle, info: scorer.info, fields: scorer.fields, samples };
  },
  close({ handle }) {
    open.get(handle)?.scorer.dispose();
    open.delete(handle);
    return null;
  },
  assess({ handle, record, language }): Assessment {
    const { scorer } = found(handle);
    const decision = scorer.score(record, { language });
    const explained = scorer.info.scores.find((score) => score.explained !== null);
    return { decision, explanation: explained ? scorer.explain(record, { score: explained.name, language }) : null };
  },
  decide({ handle, record, language }) {
    return found(handle).scorer.score(record, { language, trace: true });
  },
  async decideRow({ handle, cells, language }) {
    const { scorer } = found(handle);
    const { readCells } = await import("../developer/records");
    const read = readCells(scorer.fields, cells);
    return "record" in read ? scorer.score(read.record, { language, trace: true }) : read;
  },
  whatIf({ handle, record }) {
    const { scorer, samples } = found(handle);
    return whatIf(scorer, record, samples);
  },
  time({ handle, record }) {
    return time(found(handle).scorer, record);
  },
  local({ handle, record, language }) {
    return found(handle).scorer.localCreditData(record, { language });
  },
  seal({ handle, record, language, challenge, consent }) {
    return found(handle).scorer.seal(challenge, record, { consent, language });
  },
  async peek({ file }) {
    const { peek } = await import("../developer/table");
    return peek(file);
  },
  async batch(job, id) {
    const { batch } = await import("../developer/batch");
    return batch(found(job.handle).scorer, job, {
      progress: (progress) => post({ id, progress }),
      cancelled: () => running.get(id) === true,
    });
  },
};

/** An error in a form that a message can carry. */
function failure(error: unknown): Failure {
  if (error instanceof ScoreletError) {
    const { code, message, path, mend, field } = error;
    return { code, message, path, mend, ...(field === undefined ? {} : { field }) };
  }
  return { code: "", message: error instanceof Error ? error.message : String(error), path: "", mend: "" };
}

self.addEventListener("message", async (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if (message.kind === "cancel") {
    // One that has ended already is not remembered.
    if (running.has(message.id)) running.set(message.id, true);
    return;
  }
  running.set(message.id, false);
  try {
    const handler = handlers[message.kind] as (args: unknown, id: number) => unknown;
    post({ id: message.id, ok: await handler(message.args, message.id) });
  } catch (error) {
    post({ id: message.id, error: failure(error) });
  } finally {
    running.delete(message.id);
  }
});

// The page cannot see what a Worker fetches, so the Worker tells it.
new PerformanceObserver((list) => {
  const requests = list.getEntries().map((entry): SeenRequest => {
    const { name, startTime, transferSize, encodedBodySize } = entry as PerformanceResourceTiming;
    return { url: name, time: performance.timeOrigin + startTime, transferred: transferSize, size: encodedBodySize };
  });
  post({ requests });
}).observe({ type: "resource", buffered: true });
