// One thread of the pool and the watch over it.
// Promise: a batch always comes back whole: after a thread was ended, the tasks behind the guilty one run on a fresh thread.
// Never: two batches at once, or a thread that outlives close().
import { Worker } from 'node:worker_threads';
import type { Job, PoolLimits, PoolTask } from './pool.ts';
import type { Batch, Task, TaskResult, WorkerSettings } from './protocol.ts';

const mb = 1024 * 1024;
/** Modules that one thread keeps. */
const mostModules = 256;

type End =
  | { readonly by: 'results'; readonly results: readonly TaskResult[] }
  | { readonly by: 'timeout' | 'memory' | 'closing'; readonly task: number }
  | { readonly by: 'crash'; readonly task: number; readonly message: string };

export class Lane {
  readonly #limits: PoolLimits;
  readonly #progress = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;
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
      while (results.length < job.tasks.length) results.push(...(await this.#attempt(job, results.length)));
      return results;
    } finally {
      this.idle = true;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#closing?.();
    await this.#worker?.terminate();
  }

  /** Results of the tasks from `from` on: all of them, or those up to one that ended the thread. */
  async #attempt(job: Job, from: number): Promise<readonly TaskResult[]> {
    const tasks = job.tasks.slice(from);
    const end = await this.#send(job, tasks);
    if (end.by === 'results') return end.results;
    await this.#discard();
    if (end.by === 'closing') throw new Error('the policy engine was closed meanwhile');
    if (end.task < 0)
      throw new Error(
        `the evaluating thread could not be started: ${'message' in end ? end.message : end.by}`,
      );
    // What ran before the guilty task is lost with the thread. It ended well once, so it is done again.
    const before = end.task === 0 ? [] : await this.#attempt({ ...job, tasks: tasks.slice(0, end.task) }, 0);
    return before.length < end.task ? before : [...before, this.#failure(end)];
  }

  #failure(end: Exclude<End, { by: 'results' }>): TaskResult {
    switch (end.by) {
      case 'timeout':
        return {
          ok: false,
          code: 'PolicyTimeout',
          message: `it ran for more than ${this.#limits.timeoutMs} ms`,
        };
      case 'memory':
        return {
          ok: false,
          code: 'PolicyOutOfMemory',
          message: `it needs more than ${this.#limits.memoryMb} MB`,
        };
      default:
        return { ok: false, code: 'PolicyFailed', message: 'message' in end ? end.message : end.by };
    }
  }

  #send(job: Job, tasks: readonly PoolTask[]): Promise<End> {
    const worker = this.#worker ?? this.#start();
    return new Promise((resolve) => {
      const running = () => Atomics.load(this.#progress, 0);
      const finish = (end: End) => {
        clearInterval(watch);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        this.#closing = undefined;
        worker.unref();
        resolve(end);
      };
      const onMessage = (results: readonly TaskResult[]) => finish({ by: 'results', results });
      const onError = (error: unknown) =>
        finish(
          isOutOfMemory(error)
            ? { by: 'memory', task: Math.max(running(), 0) }
            : { by: 'crash', task: running(), message: String(error) },
        );
      const onExit = () => finish({ by: 'crash', task: running(), message: 'the thread ended' });
      // A task is late when it is the one that already ran at the last look. Between tasks there is nobody to blame.
      let seen = -1;
      const watch = setInterval(() => {
        const task = running();
        if (task >= 0 && task === seen) finish({ by: 'timeout', task });
        seen = task;
      }, this.#limits.timeoutMs);
      this.#closing = () => finish({ by: 'closing', task: -1 });
      worker.ref();
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(this.#batch(job, tasks));
    });
  }

  #batch(job: Job, tasks: readonly PoolTask[]): Batch {
    const packed = tasks.map(({ digest, wasm, entrypoints }): Task => {
      const known = this.#loaded.delete(digest);
      this.#loaded.add(digest);
      return known ? { digest, entrypoints } : { digest, entrypoints, wasm };
    });
    const needed = new Set(tasks.map(({ digest }) => digest));
    const forget = [...this.#loaded]
      .filter((digest) => !needed.has(digest))
      .slice(0, Math.max(0, this.#loaded.size - mostModules));
    for (const digest of forget) this.#loaded.delete(digest);
    return { input: job.input, nowNs: job.nowNs, order: job.order, tasks: packed, forget };
  }

  #start(): Worker {
    if (this.#closed) throw new Error('the policy engine is closed');
    Atomics.store(this.#progress, 0, -1);
    const settings: WorkerSettings = {
      progress: this.#progress.buffer as SharedArrayBuffer,
      memoryBytes: this.#limits.memoryMb * mb,
    };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: settings,
      // Values are several times larger here than in the module; what a builtin may make is bounded by count, so that this
      // limit is a last resort.
      resourceLimits: {
        maxOldGenerationSizeMb: Math.max(512, this.#limits.memoryMb * 4),
        maxYoungGenerationSizeMb: 32,
      },
      // Policies have no business with the environment, and the options of this process (of a test runner) none with them.
      env: {},
      execArgv: ['--no-warnings'],
    });
    worker.unref();
    // Without a listener an error between two batches would end the process; the next batch starts another thread.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    this.#worker = worker;
    this.#loaded = new Set();
    return worker;
  }

  async #discard(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  );
}
