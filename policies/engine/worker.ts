// The thread that evaluates: warm instances by digest, one task after the other.
// Promise: a task that fails is reported by code, and the next one runs; which task runs is visible to the pool meanwhile.
// Never: time limits of its own: a loop in wasm cannot be left from inside, the pool ends the thread.
import { parentPort, workerData } from 'node:worker_threads';
import { TooLarge } from './builtins/bounds.ts';
import { PolicyAbort, PolicyInstance } from './instance.ts';
import type { Batch, Task, TaskResult, WorkerSettings } from './protocol.ts';

const settings: WorkerSettings = workerData;
const progress = new Int32Array(settings.progress);

interface Warm {
  readonly module: WebAssembly.Module;
  readonly bytes: number;
  instance?: PolicyInstance | undefined;
}

const warm = new Map<string, Warm>();

parentPort?.on('message', (batch: Batch) => {
  for (const digest of batch.forget) warm.delete(digest);
  const results = batch.tasks.map((task, index) => {
    Atomics.store(progress, 0, index);
    return perform(task, batch);
  });
  Atomics.store(progress, 0, -1);
  parentPort?.postMessage(results);
});

function perform(task: Task, batch: Batch): TaskResult {
  try {
    const entry = warm.get(task.digest) ?? load(task);
    entry.instance ??= new PolicyInstance(entry.module, entry.bytes, settings.memoryBytes);
    const { instance } = entry;
    try {
      const values = instance.evaluate(batch.input, task.entrypoints, { nowNs: batch.nowNs }, batch.order);
      return { ok: true, values };
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
