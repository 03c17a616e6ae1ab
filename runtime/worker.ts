// Runs agents: one Temporal worker for each namespace in a list that changes. Promises that nothing which happens to a
// namespace, to Temporal or to the list ends the process, and that `status` says how each namespace does. Must never
// install signal handlers or exit: that is the program's part.

import { IllegalStateError } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { loadWorkflowBundle } from './bundle.ts';
import { defaultCaps, type WorkerCaps } from './caps.ts';
import { type ConnectionOptions, shareConnection } from './connection.ts';
import { asTemporalLogger, errorText, type Log } from './log.ts';
import { type NamespaceStatus, type NamespaceWorker, startNamespaceWorker } from './namespace-worker.ts';
import { type NamespaceSource, watchNamespaces } from './namespaces.ts';

export interface WorkersOptions {
  readonly connection: ConnectionOptions;
  readonly namespaces: NamespaceSource;
  readonly log: Log;
  readonly caps?: Partial<WorkerCaps>;
  /** Folder of the prebuilt workflow bundle, such as `dist`. */
  readonly bundleDirectory?: string;
}

export interface Workers {
  /** By namespace, sorted. */
  status(): readonly NamespaceStatus[];
  /** Drains and ends every worker, then the connection. */
  stop(): Promise<void>;
}

/** Resolves once the workflow code is ready; Temporal and the namespaces may come later. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const { log, namespaces } = options;
  const caps = { ...defaultCaps, ...options.caps };
  const runtime = installRuntime(log);
  const bundle = await loadWorkflowBundle({ log, directory: options.bundleDirectory });
  const connection = shareConnection(options.connection);
  const workers = new Map<string, NamespaceWorker>();
  let overCap: readonly NamespaceStatus[] = [];

  function follow(list: readonly string[]): void {
    const wanted = new Set(list);
    for (const [namespace, worker] of workers) {
      if (!wanted.has(namespace)) void end(namespace, worker);
    }
    // One that is still ending keeps its place: Temporal's core refuses a second worker for the same queue, and the
    // next list brings the namespace again.
    const missing = [...wanted].filter((namespace) => !workers.has(namespace)).sort();
    const room = Math.max(0, caps.namespaces - workers.size);
    for (const namespace of missing.slice(0, room)) {
      workers.set(namespace, startNamespaceWorker(namespace, { connection, bundle, caps, log }));
    }
    noteOverCap(missing.slice(room));
  }

  function noteOverCap(names: readonly string[]): void {
    const known = new Map(overCap.map((status) => [status.namespace, status]));
    if (names.some((name) => !known.has(name))) {
      log.warn({ cap: caps.namespaces, left: names.length }, 'more namespaces than this process may serve');
    }
    const reason = `This process serves at most ${caps.namespaces} namespaces.`;
    overCap = names.map(
      (namespace) => known.get(namespace) ?? { namespace, state: 'overCap', since: new Date(), reason },
    );
  }

  async function end(namespace: string, worker: NamespaceWorker): Promise<void> {
    await worker.stop();
    workers.delete(namespace);
  }

  const watch = watchNamespaces(namespaces, log, follow);
  return {
    status: () =>
      [...[...workers.values()].map((worker) => worker.status()), ...overCap].sort((a, b) =>
        a.namespace < b.namespace ? -1 : 1,
      ),
    async stop() {
      await watch.stop();
      await Promise.all([...workers].map(([namespace, worker]) => end(namespace, worker)));
      // A worker that had to be given up still holds the connection; the process is about to end anyway.
      const used = await connection.close().catch((error: unknown) => {
        log.warn({ error: errorText(error) }, 'connection not closed');
        return true;
      });
      // Core's threads end with the last connection; where there never was one, they would keep the process alive.
      if (!used) await runtime?.shutdown();
    },
  };
}

/** Temporal's core is one a process: whoever comes first decides where it logs. Undefined for who came later. */
function installRuntime(log: Log): Runtime | undefined {
  try {
    return Runtime.install({
      logger: asTemporalLogger(log),
      // Its default is to stop every worker on SIGINT by itself, behind the back of the program's own order of ending.
      shutdownSignals: [],
      // Without its lines about each retry: an outage is told once, by the namespace's own status.
      telemetryOptions: {
        logging: { forward: {}, filter: 'temporalio_sdk_core=WARN,temporalio_client::retry=ERROR' },
      },
    });
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
    return undefined;
  }
}
