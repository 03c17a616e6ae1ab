import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from './database.ts';
import { forgetSpentKeys, isSpent } from './spent-keys.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(() => pg.stop());

test('spent keys are forgotten after a day, and a look without any to forget writes nothing', async () => {
  await pg.sql(`INSERT INTO spent_keys VALUES ('Budget', 'acme', 'old', 'k', now() - interval '25 hours'),
    ('Budget', 'acme', 'new', 'k', now() - interval '23 hours')`);
  await forgetSpentKeys(db);
  const spent = (name: string) =>
    db.transaction((tx) => isSpent(tx, { kind: 'Budget', org: 'acme', name }, 'k'));
  expect([await spent('old'), await spent('new')]).toEqual([false, true]);
  const before = await pg.sql('SELECT xmin, * FROM spent_keys');
  await forgetSpentKeys(db);
  expect(await pg.sql('SELECT xmin, * FROM spent_keys')).toEqual(before);
});
