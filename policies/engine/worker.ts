// The thread that evaluates: warm instances by digest, one task after the other.
// Promise: a task that fails is reported by code, and the next one runs; which task runs is visible to the pool meanwhile.
// Never: time limits of its own: a loop in wasm cannot be left from inside, the pool ends the thread.
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { TooLarge } from './builtins/bounds.ts';
import { PolicyAbort, PolicyInstance } from './instance.ts';
import { collect, post } from './mailbox.ts';
import {
  atPort,
  type Batch,
  cell,
  inMail,
  type Order,
  type Task,
  type TaskResult,
  type WorkerSettings,
  wantedInMail,
} from './protocol.ts';
import { spunUntilChanged } from './spin.ts';

const settings: WorkerSettings = workerData;
const { cells, mail, port } = settings;

interface Warm {
  readonly module: WebAssembly.Module;
  readonly bytes: number;
  instance?: PolicyInstance | undefined;
}

const warm = new Map<string, Warm>();

function answer({ order, input }: Batch): void {
  for (const digest of order.forget) warm.delete(digest);
  const results = order.tasks.map((task, index) => {
    Atomics.store(cells, cell.running, index);
    return perform(task, order, input);
  });
  Atomics.store(cells, cell.running, -1);
  // Decided by one side only: from here on the asker waits, or it stopped waiting and listens at the port.
  const wanted = Atomics.compareExchange(cells, cell.answer, wantedInMail, inMail) === wantedInMail;
  if (!wanted || !post(mail, JSON.stringify(results))) {
    Atomics.store(cells, cell.answer, atPort);
    port.postMessage(results);
  }
  Atomics.add(cells, cell.answered, 1);
  Atomics.notify(cells, cell.answered);
}

function perform(task: Task, order: Order, input: Uint8Array): TaskResult {
  try {
    const entry = warm.get(task.digest) ?? load(task);
    entry.instance ??= new PolicyInstance(entry.module, entry.bytes, settings.memoryBytes);
    const { instance } = entry;
    try {
      const values = instance.evaluate(
        input,
        task.entrypoints,
        { nowNs: BigInt(order.nowNs) },
        order.setOrder,
      );
      return { ok: true, values: values.map((value) => value ?? null) };
    } finally {
      // Memory never shrinks, so an instance that once needed much does not stay.
      if (instance.broken || instance.memoryBytes > settings.memoryBytes / 4) entry.instance = undefined;
    }
  } catch (error) {
    return { ok: false, ...failure(error) };
  }
}

function load(task: Task): Warm {
  if (!task.wasm) throw new Error(`the module ${task.digest} was not sent`);
  const entry: Warm = { module: new WebAssembly.Module(task.wasm), bytes: task.wasm.byteLength };
  warm.set(task.digest, entry);
  return entry;
}

const outOfMemory = /malloc|Array buffer allocation|Invalid (string|array|typed array) length|memory/i;

function failure(error: unknown): { code: 'PolicyOutOfMemory' | 'PolicyFailed'; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const memory =
    error instanceof TooLarge ||
    ((error instanceof PolicyAbort || error instanceof RangeError) && outOfMemory.test(message));
  return { code: memory ? 'PolicyOutOfMemory' : 'PolicyFailed', message };
}

// The event loop never runs again: the thread sleeps until it is asked, and is ended from outside.
for (let done = 0; ; done++) {
  // Just after an answer the next question is often near; before the first there is no hurry.
  if (done === 0 || !spunUntilChanged(cells, cell.asked, done))
    while (Atomics.load(cells, cell.asked) === done) Atomics.wait(cells, cell.asked, done);
  answer(Atomics.load(cells, cell.ask) === inMail ? fromMail() : receiveMessageOnPort(port)?.message);
}

function fromMail(): Batch {
  const { text, bytes } = collect(mail);
  return { order: JSON.parse(text), input: bytes };
}
