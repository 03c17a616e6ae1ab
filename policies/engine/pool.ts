// A pool of threads that evaluate policies under limits.
// Promise: every task gets a result; one that loops or eats memory fails by name, its thread is replaced, others go on.
// Never: a thread that keeps the process alive while it is idle, or a result for a task that was not run to its end.
import { Lane } from './lane.ts';
import type { SetOrder, TaskResult } from './protocol.ts';

export interface PoolLimits {
  readonly threads: number;
  /** For one policy; what has not ended is ended after at most twice as long. */
  readonly timeoutMs: number;
  /** Of one instance. */
  readonly memoryMb: number;
}

export interface PoolTask {
  readonly digest: string;
  readonly wasm: Uint8Array;
  readonly entrypoints: readonly string[];
}

export interface Job {
  readonly input: Uint8Array;
  readonly nowNs: bigint;
  readonly order: SetOrder;
  readonly tasks: readonly PoolTask[];
}

interface Waiting {
  readonly job: Job;
  readonly resolve: (results: TaskResult[]) => void;
  readonly reject: (error: Error) => void;
}

/** Below this much work (bytes of input times policies) a second thread costs more than it saves. */
const worthSplitting = 256 * 1024;

export class Pool {
  readonly #lanes: readonly Lane[];
  readonly #waiting: Waiting[] = [];
  #closed = false;

  constructor(limits: PoolLimits) {
    this.#lanes = Array.from({ length: Math.max(1, limits.threads) }, () => new Lane(limits));
  }

  /** Results in the order of the tasks. */
  async run(job: Job): Promise<TaskResult[]> {
    const shares = job.input.byteLength * job.tasks.length < worthSplitting ? 1 : this.#lanes.length;
    const size = Math.ceil(job.tasks.length / shares);
    const parts: Promise<TaskResult[]>[] = [];
    for (let at = 0; at < job.tasks.length; at += size)
      parts.push(this.#enqueue({ ...job, tasks: job.tasks.slice(at, at + size) }));
    return (await Promise.all(parts)).flat();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closed());
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #enqueue(job: Job): Promise<TaskResult[]> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    const lane = this.#lanes.find(({ idle }) => idle);
    if (!lane) return;
    const next = this.#waiting.shift();
    if (!next) return;
    lane
      .perform(next.job)
      .then(next.resolve, next.reject)
      .finally(() => this.#dispatch());
  }
}

function closed(): Error {
  return new Error('the policy engine is closed');
}
