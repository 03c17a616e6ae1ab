// One evaluating thread, and how it is spoken to: a port for the data, and cells in shared memory for who waits for whom.
// Promise: the thread sleeps on its cell, so that it wakes in microseconds; an event loop takes ten times as long.
// Never: a thread that keeps the process alive while nobody waits for it.
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { collect, post, sharedMail } from './mailbox.ts';
import {
  atPort,
  type Batch,
  cell,
  cells,
  inMail,
  type TaskResult,
  type WorkerSettings,
  wantedInMail,
} from './protocol.ts';
import { spunUntilChanged } from './spin.ts';

const mb = 1024 * 1024;

export type ThreadEnd = { readonly by: 'memory' } | { readonly by: 'crash'; readonly message: string };

export class Thread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #cells = new Int32Array(new SharedArrayBuffer(cells * Int32Array.BYTES_PER_ELEMENT));
  readonly #mail = sharedMail();
  #asked = 0;
  #end: ThreadEnd | undefined;
  #onEnd: ((end: ThreadEnd) => void) | undefined;

  constructor(memoryMb: number) {
    const { port1, port2 } = new MessageChannel();
    Atomics.store(this.#cells, cell.running, -1);
    const settings: WorkerSettings = {
      port: port2,
      cells: this.#cells,
      mail: this.#mail,
      memoryBytes: memoryMb * mb,
    };
    this.#port = port1;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: settings,
      transferList: [port2],
      // Values are several times larger here than in the module; what a builtin may make is bounded by count, so that this
      // limit is a last resort.
      resourceLimits: { maxOldGenerationSizeMb: Math.max(512, memoryMb * 4), maxYoungGenerationSizeMb: 32 },
      // Policies have no business with the environment, and the options of this process (of a test runner) none with them.
      env: {},
      execArgv: ['--no-warnings'],
    });
    this.#worker.unref();
    this.#worker.on('error', (error) =>
      this.#ended(isOutOfMemory(error) ? { by: 'memory' } : { by: 'crash', message: String(error) }),
    );
    this.#worker.on('exit', () => this.#ended({ by: 'crash', message: 'the thread ended' }));
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** The index of the task that runs, or -1. */
  get running(): number {
    return Atomics.load(this.#cells, cell.running);
  }

  /** The answer comes to `onAnswer`. */
  ask(batch: Batch): void {
    this.#port.postMessage(batch);
    this.#wake(atPort, atPort);
  }

  /** Blocks this thread for the answer, but no longer than `ms`; after that it comes to `onAnswer`. */
  askAndWait({ order, input }: Batch, ms: number): readonly TaskResult[] | undefined {
    if (post(this.#mail, JSON.stringify(order), input)) this.#wake(inMail, wantedInMail);
    else {
      this.ask({ order, input });
      return undefined;
    }
    const before = this.#asked - 1;
    if (!spunUntilChanged(this.#cells, cell.answered, before))
      Atomics.wait(this.#cells, cell.answered, before, ms);
    if (Atomics.compareExchange(this.#cells, cell.answer, wantedInMail, atPort) === wantedInMail)
      return undefined;
    // The thread has decided where its answer goes, so it is about to be there; unless it dies of just that.
    Atomics.wait(this.#cells, cell.answered, before, 1_000);
    if (Atomics.load(this.#cells, cell.answered) === before) return undefined;
    return Atomics.load(this.#cells, cell.answer) === inMail
      ? JSON.parse(collect(this.#mail).text)
      : receiveMessageOnPort(this.#port)?.message;
  }

  #wake(ask: number, answer: number): void {
    this.#asked++;
    Atomics.store(this.#cells, cell.ask, ask);
    Atomics.store(this.#cells, cell.answer, answer);
    Atomics.store(this.#cells, cell.asked, this.#asked);
    Atomics.notify(this.#cells, cell.asked);
  }

  /** Calls one of the two once; the function returned takes that back. */
  onAnswer(answered: (results: readonly TaskResult[]) => void, ended: (end: ThreadEnd) => void): () => void {
    this.#port.on('message', answered);
    this.#worker.ref();
    this.#onEnd = ended;
    if (this.#end) ended(this.#end);
    return () => {
      this.#port.off('message', answered);
      this.#worker.unref();
      this.#onEnd = undefined;
    };
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
    this.#port.close();
  }

  #ended(end: ThreadEnd): void {
    this.#end ??= end;
    this.#onEnd?.(end);
  }
}

/** By shape, not by class: under jest an error of Node comes from another realm than this file's `Error`. */
function isOutOfMemory(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  );
}
