// Thousands of requests made from the API's own document, right ones and wrong ones: each is answered, none by a failure of
// the controller, and all as the document says.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kinds } from '../crds/kinds.ts';
import { apiOf } from './support/api.ts';
import { lattice } from './support/cli.ts';
import { type OwnController, startOwnController } from './support/controller.ts';
import { fuzz, narrowed } from './support/schemathesis.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let controller: OwnController;
const org = uniqueName('fuzz');

beforeAll(async () => {
  world = await sharedWorld();
  // Its org and no other: each org is a namespace in Temporal, and the system org rules over the other tests.
  controller = await startOwnController(world, {
    fuzz: { orgs: [org], verbs: ['*'], managers: ['terraform'] },
  });
  const api = apiOf({ address: controller.address, token: controller.tokens.fuzz ?? '' });
  await api.create('/v1/orgs', { metadata: { name: org } });
  for (const name of ['root', 'one'])
    await api.create(`/v1/orgs/${org}/budgets`, { metadata: { name }, spec: {} });
});

afterAll(async () => {
  await controller.stop();
  await world.close();
});

test('no request makes the controller fail, hang or say what its document does not', async () => {
  const { address, tokens } = controller;
  const document: unknown = await (await fetch(`${address}/openapi.json`)).json();
  const names = { orgs: [org], objects: ['root', 'one', 'two'], kinds: kinds.map(({ name }) => name) };
  const found = await fuzz({
    address,
    token: tokens.fuzz ?? '',
    document: narrowed(document, names),
    examples: Number(process.env.LATTICE_FUZZ_EXAMPLES ?? 12),
    seed: Number(process.env.LATTICE_FUZZ_SEED ?? 1),
  });
  expect(found.failed ? found.report : '').toBe('');
  expect(found.requests).toBeGreaterThan(1_000);

  // It serves as before, said nothing of a failure, and what was written stands in a whole ledger.
  expect((await fetch(`${address}/readyz`)).status).toBe(200);
  expect(controller.log()).not.toContain('"level":"error"');
  const audited = await lattice(world.state, ['audit', 'verify', '--org', org]);
  expect([audited.code, audited.stderr]).toEqual([0, '']);
}, 300_000);
