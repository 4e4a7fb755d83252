/** Lets the browser paint, and answer whoever types, before the rest of a long piece of work goes on. */
export function pause(): Promise<void> {
  // `scheduler.yield` goes on before other work that waits; not every browser has it yet.
  const { scheduler } = globalThis as { scheduler?: { yield?: () => Promise<void> } };
  return scheduler?.yield ? scheduler.yield() : new Promise((resolve) => setTimeout(resolve, 0));
}
