// What the pool and its threads say to each other.
// Promise: plain data that can be cloned. Never: imported by anything else than the two sides.
import type { FailureCode } from './types.ts';

export interface WorkerSettings {
  /** One Int32: the index of the running task, -1 while idle. */
  readonly progress: SharedArrayBuffer;
  readonly memoryBytes: number;
}

/** The module writes sets in the order of its hashes, which is fast; in Rego's order it takes much longer. */
export type SetOrder = 'any' | 'rego';

export interface Task {
  readonly digest: string;
  /** Sent with the first task of a digest only. */
  readonly wasm?: Uint8Array;
  readonly entrypoints: readonly string[];
}

export interface Batch {
  /** UTF-8 JSON. */
  readonly input: Uint8Array;
  readonly nowNs: bigint;
  readonly order: SetOrder;
  readonly tasks: readonly Task[];
  readonly forget: readonly string[];
}

export type TaskResult =
  | { readonly ok: true; readonly values: readonly (string | undefined)[] }
  | { readonly ok: false; readonly code: FailureCode; readonly message: string };
