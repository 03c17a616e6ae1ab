// The worker program: serves the namespace of every org in lattice_orgs. Any number of them may run.

import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/definition.ts';
import type { Log } from '../config/log.ts';
import { temporalConnection } from '../config/temporal.ts';
import { openDatabase } from '../store/database.ts';
import { listen } from '../store/listen.ts';
import { startWorkers } from './worker.ts';

export interface WorkerProgram {
  stop(): Promise<void>;
}

export async function startWorkerProgram(config: Config, log: Log): Promise<WorkerProgram> {
  const db = openDatabase({
    url: config.databaseUrl,
    applicationName: 'lattice-worker',
    connections: 4,
    onError: (error) => log.warn({ error: String(error) }, 'a Postgres connection broke'),
  });
  const watchers = new Set<() => void>();
  const listener = listen({
    url: config.databaseUrl,
    applicationName: 'lattice-worker-listen',
    channels: {
      lattice_orgs: () => {
        for (const look of watchers) look();
      },
    },
    onError: (error) => log.warn({ error: String(error) }, 'the listening connection broke; reconnecting'),
  });
  const workers = await startWorkers({
    connection: await temporalConnection(config),
    bundleDirectory: join(import.meta.dirname, '../dist'),
    log,
    namespaces: {
      listNamespaces: async () => {
        const rows = await db.rows(z.object({ namespace: z.string() }), 'SELECT namespace FROM lattice_orgs');
        return rows.map(({ namespace }) => namespace);
      },
      onChange: (look) => {
        watchers.add(look);
        return () => watchers.delete(look);
      },
    },
  });
  log.info({}, 'the worker is up');
  return {
    stop: async () => {
      await workers.stop();
      await listener.stop();
      await db.close();
      log.info({}, 'the worker has stopped');
    },
  };
}
