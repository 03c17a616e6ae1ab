// Waits until a server that was just started answers.
// Promise: returns only on a real answer; a server that ended or never answers is an error with the end of its log,
//   and is stopped.
// Never: a wait by the clock alone.
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, tailOf } from './child.ts';
import { ServerFailed } from './errors.ts';

const limitMs = 120_000;
const pollMs = 50;

/** `ask` resolves with what is still wrong, or with nothing once the server has answered. */
export async function waitUntilServing(
  name: string,
  child: Child,
  logFile: string,
  ask: () => Promise<string | undefined>,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  for (;;) {
    const problem = await ask();
    if (problem === undefined && !ended) return;
    if (ended || Date.now() > deadline) {
      await child.stop();
      const what = ended ? 'the server ended.' : `no answer within ${limitMs / 1000} s (${problem}).`;
      throw new ServerFailed(name, what, `The end of its log ${logFile}:\n${tailOf(logFile)}`);
    }
    await delay(pollMs);
  }
}
