// The real systems as tests see them: Postgres and Temporal asked directly, never the controller about them.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { type DevState, devStateSchema, STATE_FILE } from '../../cli/dev/state.ts';
import { AGENT_WORKFLOW_TYPE, namespaceOf } from '../../crds/agent-workflow.ts';

export interface World {
  readonly state: DevState;
  /** Rows of a query as the superuser. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  temporal(namespace: string): Client;
  /** Ids of the running agent workflows of an org. */
  running(org: string): Promise<string[]>;
  close(): Promise<void>;
}

/** The environment that the global set-up started. */
export async function sharedWorld(): Promise<World> {
  const folder = process.env.LATTICE_TEST_STATE;
  if (folder === undefined) throw new Error('the global set-up has not run');
  return await openWorld(devStateSchema.parse(JSON.parse(await readFile(join(folder, STATE_FILE), 'utf8'))));
}

export async function openWorld(state: DevState): Promise<World> {
  const pool = new pg.Pool({ connectionString: state.databaseUrl, max: 4 });
  // A test that restarts Postgres breaks idle connections; the pool makes new ones.
  pool.on('error', () => {});
  const connection = await Connection.connect({ address: state.temporalAddress });
  const temporal = (namespace: string) => new Client({ connection, namespace });
  return {
    state,
    temporal,
    sql: async (text, values = []) => (await pool.query<Record<string, unknown>>(text, [...values])).rows,
    running: async (org) => {
      const ids: string[] = [];
      const query = `WorkflowType = '${AGENT_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
      for await (const found of temporal(namespaceOf(org)).workflow.list({ query }))
        ids.push(found.workflowId);
      return ids.sort();
    },
    close: async () => {
      await Promise.all([pool.end(), connection.close()]);
    },
  };
}

/** A name that no other test uses. */
export const uniqueName = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`;
