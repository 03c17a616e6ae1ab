// What the pool and its threads say to each other.
// Promise: plain data that can be cloned. Never: imported by anything else than the two sides.
import type { MessagePort } from 'node:worker_threads';
import type { SharedMail } from './mailbox.ts';
import type { FailureCode } from './types.ts';

/** Places in the shared memory. */
export const cell = {
  /** The index of the running task; -1 = none. */
  running: 0,
  /** Batches asked for and batches answered. */
  asked: 1,
  answered: 2,
  /** Where the batch lies: `atPort` or `inMail`. */
  ask: 3,
  /** Where the answer is wanted or lies: `atPort`, `wantedInMail` until either side decides, `inMail`. */
  answer: 4,
} as const;
export const cells = 5;
export const atPort = 0;
export const inMail = 1;
export const wantedInMail = 2;

export interface WorkerSettings {
  readonly port: MessagePort;
  readonly cells: Int32Array<SharedArrayBuffer>;
  readonly mail: SharedMail;
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

/** What of a batch can be written as JSON. */
export interface Order {
  /** A 64-bit integer. */
  readonly nowNs: string;
  readonly setOrder: SetOrder;
  readonly tasks: readonly Task[];
  readonly forget: readonly string[];
}

export interface Batch {
  readonly order: Order;
  /** UTF-8 JSON. */
  readonly input: Uint8Array;
}

export type TaskResult =
  | { readonly ok: true; readonly values: readonly (string | null)[] }
  | { readonly ok: false; readonly code: FailureCode; readonly message: string };
