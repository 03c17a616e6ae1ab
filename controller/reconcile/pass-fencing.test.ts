// What is outside Postgres is touched when the intent is linked and while the lease holds, and else not.

import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { objectByUid } from '../../store/objects.ts';
import { LEASE_MS, LostLeaseError } from '../../store/work.ts';
import { type PassStage, startPassStage } from './testing/pass-stage.ts';

let stage: PassStage;

beforeAll(async () => {
  stage = await startPassStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.clear());

test('an effect outside Postgres happens when its intent is linked, and not before', async () => {
  const org = await stage.declare('Org', 'acme');
  const seen: unknown[] = [];
  stage.instead = async () => {
    seen.push(
      ...(await stage.sql(
        'SELECT count(l.seq)::int AS linked, count(e.id)::int AS told FROM audit_event e LEFT JOIN audit_link l ON l.event_id = e.id WHERE position($1::bytea IN e.bytes) > 0',
        [Buffer.from(org.uid)],
      )),
    );
    seen.push(...(await stage.sql('SELECT uid FROM lattice_orgs')));
  };
  await stage.pass(org.uid);
  expect(seen).toEqual([{ linked: 1, told: 1 }, { uid: org.uid }]);
  expect(await stage.told(org.uid)).toEqual(['reconcile intent pending', 'reconcile outcome pending']);
  expect(await stage.ready(org.uid)).toBe('False NamespacePending');
});

test('an effect whose intent is never linked never happens', async () => {
  const org = await stage.declare('Org', 'acme');
  stage.context = {
    ...stage.context,
    links: { wake: () => {}, linked: async () => Promise.reject(new Error('never linked')) },
  };
  await expect(stage.pass(org.uid)).rejects.toThrow('never linked');
  expect(stage.namespaces.size).toBe(0);
});

test('who loses the lease during an effect records nothing', async () => {
  const org = await stage.declare('Org', 'acme');
  stage.instead = async () => {
    await stage.sql(
      `UPDATE work SET fence = nextval('fences'), lease_owner = 'other' WHERE object_uid = $1`,
      [org.uid],
    );
  };
  await expect(stage.pass(org.uid)).rejects.toThrow(LostLeaseError);
  expect(await stage.told(org.uid)).toEqual(['reconcile intent pending']);
  expect((await objectByUid(stage.db, org.uid))?.status.conditions).toEqual([]);
  expect(await stage.sql('SELECT lease_owner FROM work')).toEqual([{ lease_owner: 'other' }]);
});

test('who slept past the lease while the intent was linked touches nothing outside', async () => {
  const org = await stage.declare('Org', 'acme');
  const { links } = stage.context;
  const clock = jest.spyOn(performance, 'now');
  stage.context = {
    ...stage.context,
    links: {
      ...links,
      linked: async (id, signal) => {
        await links.linked(id, signal);
        const woken = performance.now() + LEASE_MS;
        clock.mockReturnValue(woken);
      },
    },
  };
  await expect(stage.pass(org.uid)).rejects.toThrow(LostLeaseError);
  clock.mockRestore();
  expect(stage.namespaces.size).toBe(0);
  expect(await stage.told(org.uid)).toEqual(['reconcile intent pending']);
});
