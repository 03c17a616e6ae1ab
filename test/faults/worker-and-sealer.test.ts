// A worker that dies with updates of workflows in hand, and a sealer that dies in the middle of a batch: others go on.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { agentNamed, clientOf, declareOrg } from '../support/fleet/declare.ts';
import { type Fleet, startFleet } from '../support/fleet/fleet.ts';
import { holdLinks } from '../support/fleet/hold.ts';
import { untilSettled } from '../support/verdict/settled.ts';
import { judge, SPOTLESS } from '../support/verdict/verdict.ts';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ controllers: [{}, {}], workers: 2 });
});

afterAll(() => fleet.stop());

const names = Array.from({ length: 12 }, (_, index) => `agent-${index}`);

test('a worker killed with workflow updates in hand: each is applied once, by the other', async () => {
  const { world } = fleet;
  const client = clientOf(fleet);
  await declareOrg(fleet, client, 'workers', names);
  const [victim] = fleet.workers;
  // Frozen first, so that it surely has in hand what was handed to it.
  victim?.freeze();
  await Promise.all(
    names.map((name) => client.update('workers', agentNamed(name, { desiredState: 'paused' }))),
  );
  const told = () =>
    world.sql(`SELECT FROM lattice_agents WHERE org = 'workers' AND desired_state = 'paused'`);
  await eventually('every agent is told', told, (rows) => rows.length === names.length);
  await victim?.kill();
  await untilSettled(world);
  expect(await judge(fleet, client.acknowledged)).toEqual(SPOTLESS);
  await victim?.start();
});

test('a sealer killed in the middle of a batch: another seals, and no chain forks', async () => {
  const { world } = fleet;
  const client = clientOf(fleet);
  await declareOrg(fleet, client, 'sealers', names);
  const links = await holdLinks(world);
  await Promise.all(
    names.map((name) => client.update('sealers', agentNamed(name, { limits: { maxTurns: 5 } }))),
  );
  await links.sealing();
  const sealer = await fleet.holderOf('sealer');
  await sealer?.kill();
  await links.release();
  await untilSettled(world);
  expect(await fleet.holderOf('sealer')).not.toBe(sealer);
  // The verdict asks the API of the first controller, which may be the one that was killed.
  await sealer?.start();
  expect(await judge(fleet, client.acknowledged)).toEqual(SPOTLESS);
});
