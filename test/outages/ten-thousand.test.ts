// Ten thousand objects: everything that looks at all of them ends, and does each of them once. How fast is the bench's question.
// Runs with `npm run test:full` only: it takes minutes.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { objectSchema } from '../../crds/api.ts';
import { lattice } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { type Stand, startStand } from './stand.ts';

// Fewer show the same where time is short.
const OBJECTS = Number(process.env.LATTICE_TEST_OBJECTS ?? 10_000);
const ORG = 'acme';
const BUDGETS = `/v1/orgs/${ORG}/budgets`;
const LIMIT_MS = 20 * 60_000;

const full = process.env.LATTICE_TEST_FULL === undefined ? test.skip : test;
let stand: Stand;

beforeAll(async () => {
  if (process.env.LATTICE_TEST_FULL === undefined) return;
  stand = await startStand({ sweepIntervalMs: 2_000 });
  await stand.api.create('/v1/orgs', { metadata: { name: ORG } });
  await stand.api.ready(`/v1/orgs/${ORG}`);
});

afterAll(async () => {
  await stand?.close();
});

const names = Array.from({ length: OBJECTS }, (_, index) => `b-${String(index).padStart(5, '0')}`);

async function inParallel(items: readonly string[], act: (item: string) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await act(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

const count = async (query: string): Promise<number> => Number((await stand.world.sql(query))[0]?.n);
/** Waits as long as there is progress, however slow the machine is. */
async function until(what: string, query: string, wanted: number): Promise<void> {
  for (let last = -1; ; ) {
    const before = last;
    last = await eventually(
      `${what} (was ${before})`,
      () => count(query),
      (n) => n === wanted || n !== before,
    );
    if (last === wanted) return;
  }
}
const passes = async (): Promise<number> => {
  const { text } = await stand.api.send('GET', '/metrics');
  const found = text.matchAll(/^lattice_reconcile_passes_total\{[^}]*\} (\d+)$/gm);
  return [...found].reduce((sum, [, number]) => sum + Number(number), 0);
};
const sweeps = async (): Promise<number> =>
  Number(/^lattice_sweep_seconds_count (\d+)$/m.exec((await stand.api.send('GET', '/metrics')).text)?.[1]);
const WORK = 'SELECT count(*) AS n FROM work';
const DIFFERENT = `SELECT count(*) AS n FROM desired_ai_budgets d FULL JOIN lattice_ai_budgets t USING (uid)
  WHERE d.* IS DISTINCT FROM t.*`;

full(
  'ten thousand are created, each with one pass',
  async () => {
    await stand.api.create(BUDGETS, { metadata: { name: 'root' }, spec: {} });
    await inParallel(names, async (name) => {
      const answer = await stand.api.send('POST', BUDGETS, { metadata: { name }, spec: { parent: 'root' } });
      expect(answer.status).toBe(201);
    });
    await until('nothing is left to do', WORK, 0);
    expect(await count(DIFFERENT)).toBe(0);
    expect(await passes()).toBeLessThan(1.1 * OBJECTS);
  },
  LIMIT_MS,
);

full(
  'a list in pages shows each once, in order',
  async () => {
    const seen: string[] = [];
    let next = '';
    do {
      const page = JSON.parse((await stand.api.send('GET', `${BUDGETS}?limit=1000${next}`)).text);
      seen.push(...page.items.map((item: unknown) => objectSchema.parse(item).metadata.name));
      next = page.continue === undefined ? '' : `&continue=${page.continue}`;
    } while (next !== '');
    expect(seen).toEqual([...names, 'root']);
  },
  LIMIT_MS,
);

full(
  'a controller that starts finds all as declared and does nothing',
  async () => {
    await stand.controller.stop();
    await stand.controller.start();
    await eventually('three sweeps went by', sweeps, (made) => made >= 3);
    expect(await passes()).toBe(0);
  },
  LIMIT_MS,
);

full(
  'when all have drifted, the sweep puts all right, each with one pass and one event',
  async () => {
    const EVENTS = 'SELECT count(*) AS n FROM audit_event';
    const before = await count(EVENTS);
    await stand.world.sql(`UPDATE lattice_ai_budgets SET shadow = true WHERE name <> 'root'`);
    await until('all are as declared', DIFFERENT, 0);
    await until('nothing is left to do', WORK, 0);
    expect(await passes()).toBeLessThan(1.1 * OBJECTS);
    expect((await count(EVENTS)) - before).toBe(OBJECTS);
  },
  LIMIT_MS,
);

full(
  'all are deleted at once, with the budget above them and the org: it ends, and the ledger is no longer than it must be',
  async () => {
    const EVENTS = 'SELECT count(*) AS n FROM audit_event';
    const [eventsBefore, passesBefore] = [await count(EVENTS), await passes()];
    for (const path of [`/v1/orgs/${ORG}`, `${BUDGETS}/root`]) await stand.api.send('DELETE', path);
    await inParallel(names, async (name) => {
      expect((await stand.api.send('DELETE', `${BUDGETS}/${name}`)).status).toBe(202);
    });
    await until('nothing is left', 'SELECT count(*) AS n FROM objects', 0);
    await until('nothing is left to do', WORK, 0);
    expect(await count('SELECT count(*) AS n FROM lattice_ai_budgets')).toBe(0);
    // One for the wish and one for the end of each, and a few of the org and the budget above that waited for them.
    expect((await count(EVENTS)) - eventsBefore).toBeLessThan(2.1 * OBJECTS);
    expect((await passes()) - passesBefore).toBeLessThan(1.5 * OBJECTS);
    expect(await lattice(stand.world.state, ['audit', 'verify'])).toMatchObject({ code: 0 });
  },
  LIMIT_MS,
);
