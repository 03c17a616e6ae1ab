// Several controllers on the same servers, one of them with its clock an hour off: they divide the work, and one that slept past
// its leases changes nothing when it wakes.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { agentNamed, clientOf, declareOrg } from '../support/fleet/declare.ts';
import { type Fleet, startFleet } from '../support/fleet/fleet.ts';
import { holdLinks } from '../support/fleet/hold.ts';
import { takers } from '../support/fleet/witness.ts';
import { mixedObject } from '../support/load/mixed.ts';
import { randomFrom } from '../support/load/random.ts';
import { untilSettled } from '../support/verdict/settled.ts';
import { judge, SPOTLESS } from '../support/verdict/verdict.ts';

const HOUR_MS = 3_600_000;

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ controllers: [{}, {}, { clockShiftMs: HOUR_MS }], workers: 1 });
});

afterAll(() => fleet.stop());

test('three controllers at once reconcile nothing twice at the same time, and fork no chain', async () => {
  const client = clientOf(fleet);
  const random = randomFrom(1);
  await declareOrg(fleet, client, 'together', []);
  const slots = Array.from({ length: 20 }, (_, slot) => slot);
  await Promise.all(slots.map((slot) => client.create('together', mixedObject('x', slot, random))));
  for (let round = 0; round < 3; round++)
    await Promise.all(slots.map((slot) => client.update('together', mixedObject('x', slot, random))));
  await untilSettled(fleet.world);
  expect(await takers(fleet.world)).toEqual(['controller-0.1', 'controller-1.1', 'controller-2.1']);
  expect(await judge(fleet, client.acknowledged)).toEqual(SPOTLESS);
});

test('a controller whose clock is an hour off holds no lease longer and dates no event otherwise', async () => {
  const client = clientOf(fleet, 2);
  const [before] = await fleet.world.sql('SELECT max(id) AS id, now()::text AS at FROM audit_event');
  await declareOrg(fleet, client, 'late', ['one', 'two', 'three']);
  expect(
    await fleet.world.sql(`SELECT * FROM leases WHERE lease_until > now() + interval '15 seconds'`),
  ).toEqual([]);
  expect(
    await fleet.world.sql(`SELECT * FROM witness_take WHERE until > at + interval '15 seconds'`),
  ).toEqual([]);
  const dated = await fleet.world.sql(
    `SELECT (convert_from(bytes, 'UTF8')::jsonb ->> 'time')::timestamptz BETWEEN $2 AND now() AS right, count(*)::int > 0 AS any
     FROM audit_event WHERE id > $1 GROUP BY 1`,
    [before?.id, before?.at],
  );
  expect(dated).toEqual([{ right: true, any: true }]);
  expect(await judge(fleet, client.acknowledged)).toEqual(SPOTLESS);
});

test('a controller frozen past its leases wakes up and can write nothing', async () => {
  const { world, controllers } = fleet;
  const names = Array.from({ length: 9 }, (_, index) => `agent-${index}`);
  const client = clientOf(fleet);
  await declareOrg(fleet, client, 'frozen', names);
  const sealer = await eventually(
    'one seals',
    () => fleet.holderOf('sealer'),
    (found) => found !== undefined,
  );
  const victim = controllers.find((each) => each !== sealer);
  if (victim === undefined) throw new Error('there is no other controller');

  const links = await holdLinks(world);
  const throughVictim = clientOf(fleet, controllers.indexOf(victim));
  await Promise.all(
    names.map((name) => throughVictim.update('frozen', agentNamed(name, { limits: { maxTurns: 7 } }))),
  );
  // It has declared its intents, and waits for their links with the leases in hand.
  const held = await eventually(
    'it has agents in hand',
    () =>
      world.sql(
        `SELECT o.name FROM work w JOIN objects o ON o.uid = w.object_uid JOIN witness_event e ON e.fence = w.fence
         WHERE e.writer = $1 AND w.lease_until > now()`,
        [victim.incarnation],
      ),
    (rows) => rows.length > 0,
  );
  victim.freeze();
  const others = clientOf(fleet, controllers.indexOf(sealer ?? victim));
  // What it is about to tell to a running workflow must not start one that has been ended since.
  await Promise.all(
    held.map(({ name }) => others.update('frozen', agentNamed(String(name), { desiredState: 'stopped' }))),
  );
  await links.release();
  await untilSettled(world);
  const before = await world.sql('SELECT max(id) AS id FROM audit_event');

  victim.thaw();
  const log = () => readFile(join(fleet.folder, `${victim.incarnation}.log`), 'utf8');
  await eventually('it gives up every pass', log, (text) => {
    const givenUp = text.split('\n').filter((line) => line.includes('the pass was given up'));
    return givenUp.length >= held.length;
  });
  await untilSettled(world);
  expect(await world.sql('SELECT max(id) AS id FROM audit_event')).toEqual(before);
  expect((await world.running('frozen')).length).toBe(names.length - held.length);
  expect(
    await judge(
      fleet,
      new Map([...client.acknowledged, ...throughVictim.acknowledged, ...others.acknowledged]),
    ),
  ).toEqual(SPOTLESS);
});
