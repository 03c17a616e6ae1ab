// Events until they are linked, beside the same bytes in a plain table.

import pg from 'pg';
import { eventually } from '../../test/support/eventually.ts';
import type { Measured } from '../report.ts';
import { type Bench, CLIENTS, inParallel, ORG } from './load.ts';

const EVENTS = 8_000;

/** 16 writers append events; beside them, before and after, the same bytes go into a plain table. */
export async function linking({ world, say }: Bench): Promise<Measured> {
  say(`${EVENTS} events by ${CLIENTS} writers, and as many plain inserts`);
  await world.sql(
    'CREATE TABLE IF NOT EXISTS bench_plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, bytes bytea)',
  );
  const pool = new pg.Pool({ connectionString: world.state.databaseUrl, max: CLIENTS });
  const event = Buffer.from(
    JSON.stringify({ actor: { type: 'controller' }, org: ORG, filler: 'x'.repeat(300) }),
  );
  const perSecond = async (write: () => Promise<unknown>, done: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await inParallel(EVENTS, write);
    await done();
    return EVENTS / ((performance.now() - began) / 1000);
  };
  const plain = () =>
    perSecond(
      () =>
        pool.query({ name: 'plain', text: 'INSERT INTO bench_plain (bytes) VALUES ($1)', values: [event] }),
      async () => {},
    );
  const append = () =>
    pool.query({ name: 'append', text: `SELECT audit_append('bench', $1, NULL, NULL)`, values: [event] });
  const linkedAll = () =>
    eventually(
      'all events are linked',
      () => world.sql('SELECT 1 FROM audit_pending LIMIT 1'),
      (rows) => rows.length === 0,
    );
  await plain();
  const before = await plain();
  const linked = await perSecond(append, linkedAll);
  const after = await plain();
  await pool.end();
  return {
    work: `events appended and linked, ${CLIENTS} writers`,
    figure: linked,
    unit: 'events/s',
    peer: { name: 'plain INSERT', figure: (before + after) / 2 },
    reach: { atLeast: 0.5 },
  };
}
