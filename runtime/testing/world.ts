// A real Temporal with namespaces and a worker child, for one suite. Promises to end all it started, in `end`.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { type RunningTemporal, startTemporal } from '../../servers/temporal.ts';
import { forkWorker, type WorkerChild } from './worker-child.ts';

export interface World {
  readonly address: string;
  client(namespace: string): Client;
  addNamespace(namespace: string): Promise<void>;
  deleteNamespace(namespace: string): Promise<void>;
  /** A worker child; `end` kills those that still live. */
  worker(...namespaces: string[]): Promise<WorkerChild>;
  /** One that serves at most `cap` namespaces. */
  cappedWorker(cap: number, ...namespaces: string[]): Promise<WorkerChild>;
  stopTemporal(): Promise<void>;
  /** Starts it again, with its data, on the same port. */
  restartTemporal(): Promise<void>;
  end(): Promise<void>;
}

/** Kept between suites: a bundle is named by what it was made from. */
const bundles = join(tmpdir(), 'lattice-workflow-bundles');

export async function startWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-runtime-'));
  const dbFile = join(folder, 'temporal.db');
  let temporal: RunningTemporal = await startTemporal({ dbFile });
  const { address, port } = temporal;
  const connection = await Connection.connect({ address });
  const children: WorkerChild[] = [];

  async function startWorker(cap: number | undefined, namespaces: readonly string[]): Promise<WorkerChild> {
    const child = await forkWorker(address, bundles, cap);
    children.push(child);
    child.serve(namespaces);
    return child;
  }

  return {
    address,
    client: (namespace) => new Client({ connection, namespace }),
    async addNamespace(namespace) {
      await connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msToTs('1 day'),
      });
    },
    async deleteNamespace(namespace) {
      await connection.operatorService.deleteNamespace({ namespace });
    },
    worker: (...namespaces) => startWorker(undefined, namespaces),
    cappedWorker: (cap, ...namespaces) => startWorker(cap, namespaces),
    stopTemporal: () => temporal.stop(),
    async restartTemporal() {
      temporal = await startTemporal({ dbFile, port });
    },
    async end() {
      await Promise.all(children.map((child) => child.kill()));
      await connection.close();
      await temporal.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
