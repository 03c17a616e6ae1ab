// One lane of the pool: a thread, the watch over it, and another thread after that had to be ended.
// Promise: a batch always comes back whole: after a thread was ended, the tasks behind the guilty one run on a fresh thread.
// Never: two batches at once, or a thread that outlives close().
import type { Job, PoolLimits, PoolTask } from './pool.ts';
import type { Batch, Task, TaskResult } from './protocol.ts';
import { Thread } from './thread.ts';

/** Modules that one thread keeps. */
const mostModules = 256;

/** A batch of up to this much work (bytes of input times policies) is worth waiting for without the event loop. */
const smallWork = 32 * 1024;
const waitMs = 1;

type End =
  | { readonly by: 'results'; readonly results: readonly TaskResult[] }
  | { readonly by: 'timeout' | 'memory' | 'closing'; readonly task: number }
  | { readonly by: 'crash'; readonly task: number; readonly message: string };

export class Lane {
  readonly #limits: PoolLimits;
  #thread: Thread | undefined;
  /** What the thread has loaded, oldest use first. */
  #loaded = new Set<string>();
  #closing: (() => void) | undefined;
  #closed = false;
  idle = true;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  async perform(job: Job): Promise<TaskResult[]> {
    this.idle = false;
    try {
      const results: TaskResult[] = [];
      while (results.length < job.tasks.length)
        results.push(...(await this.#attempt(job, job.tasks.slice(results.length))));
      return results;
    } finally {
      this.idle = true;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#closing?.();
    await this.#discard();
  }

  /** Results of the tasks: all of them, or those up to one that ended the thread. */
  async #attempt(job: Job, tasks: readonly PoolTask[]): Promise<readonly TaskResult[]> {
    const end = await this.#send(job, tasks);
    if (end.by === 'results') return end.results;
    await this.#discard();
    if (end.by === 'closing') throw new Error('the policy engine was closed meanwhile');
    if (end.task < 0) throw new Error(`the evaluating thread could not be started: ${this.#reason(end)}`);
    // What ran before the guilty task is lost with the thread. It ended well once, so it is done again.
    const before = end.task === 0 ? [] : await this.#attempt(job, tasks.slice(0, end.task));
    return before.length < end.task ? before : [...before, this.#failure(end)];
  }

  #failure(end: Exclude<End, { by: 'results' }>): TaskResult {
    const code =
      end.by === 'timeout' ? 'PolicyTimeout' : end.by === 'memory' ? 'PolicyOutOfMemory' : 'PolicyFailed';
    return { ok: false, code, message: this.#reason(end) };
  }

  #reason(end: Exclude<End, { by: 'results' }>): string {
    switch (end.by) {
      case 'timeout':
        return `it ran for more than ${this.#limits.timeoutMs} ms`;
      case 'memory':
        return `it needs more than ${this.#limits.memoryMb} MB`;
      case 'closing':
        return 'the policy engine was closed';
      case 'crash':
        return end.message;
    }
  }

  async #send(job: Job, tasks: readonly PoolTask[]): Promise<End> {
    const isWarm = tasks.every(({ digest }) => this.#loaded.has(digest));
    const thread = this.#readyThread();
    const batch = this.#batch(job, tasks);
    // A decision takes microseconds, the way through two event loops much longer.
    const isSmall = job.input.byteLength * tasks.length <= smallWork;
    const results = isWarm && isSmall ? thread.askAndWait(batch, waitMs) : thread.ask(batch);
    return results ? { by: 'results', results } : this.#watch(thread);
  }

  #watch(thread: Thread): Promise<End> {
    return new Promise((resolve) => {
      let release = () => {};
      const finish = (end: End) => {
        clearInterval(watch);
        release();
        this.#closing = undefined;
        resolve(end);
      };
      // A task is late when it is the one that already ran at the last look. Between tasks there is nobody to blame.
      let seen = -1;
      const watch = setInterval(() => {
        const task = thread.running;
        if (task >= 0 && task === seen) finish({ by: 'timeout', task });
        seen = task;
      }, this.#limits.timeoutMs);
      this.#closing = () => finish({ by: 'closing', task: -1 });
      release = thread.onAnswer(
        (results) => finish({ by: 'results', results }),
        (end) =>
          finish(
            end.by === 'memory'
              ? { ...end, task: Math.max(thread.running, 0) }
              : { ...end, task: thread.running },
          ),
      );
    });
  }

  #batch(job: Job, tasks: readonly PoolTask[]): Batch {
    const packed = tasks.map(({ digest, wasm, entrypoints }): Task => {
      const known = this.#loaded.delete(digest);
      this.#loaded.add(digest);
      return known ? { digest, entrypoints } : { digest, entrypoints, wasm };
    });
    const order = {
      nowNs: String(job.nowNs),
      setOrder: job.order,
      tasks: packed,
      forget: this.#leastUsed(tasks.length),
    };
    return { order, input: job.input };
  }

  /** Modules over the limit, but none of the last ones: those are of this batch. */
  #leastUsed(kept: number): string[] {
    const over = this.#loaded.size - Math.max(mostModules, kept);
    const forget = [...this.#loaded].slice(0, Math.max(over, 0));
    for (const digest of forget) this.#loaded.delete(digest);
    return forget;
  }

  #readyThread(): Thread {
    if (this.#closed) throw new Error('the policy engine is closed');
    if (!this.#thread || this.#thread.hasEnded) {
      this.#thread = new Thread(this.#limits.memoryMb);
      this.#loaded = new Set();
    }
    return this.#thread;
  }

  async #discard(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.end();
  }
}
