// A controller that dies in the middle of `terraform apply`: the same apply goes on when it is back, and what stands in the end
// was done once and told whole. LATTICE_FAULT_KILLS kills it more often.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NO_CHANGES } from '../../provider/testing/terraform.ts';
import { eventually } from '../support/eventually.ts';
import { type Fleet, startFleet } from '../support/fleet/fleet.ts';
import { SIXTY, sixtyObjects } from '../support/load/mixed.ts';
import { terraformIn } from '../support/terraform-world.ts';
import { untilSettled } from '../support/verdict/settled.ts';
import { judge, SPOTLESS } from '../support/verdict/verdict.ts';

const KILLS = Number(process.env.LATTICE_FAULT_KILLS ?? 2);

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ controllers: [{}, {}], workers: 1 });
});

afterAll(() => fleet.stop());

test('a controller killed during an apply of sixty objects loses nothing and does nothing twice', async () => {
  const { world } = fleet;
  const inTerraform = await terraformIn(fleet.folder, world.state);
  await inTerraform(async (workspace) => {
    await workspace.configure(sixtyObjects('acme'));
    let applying = true;
    const applied = workspace.apply().finally(() => {
      applying = false;
    });
    for (let kill = 1; kill <= KILLS; kill++) {
      const stored = () => world.sql('SELECT FROM objects');
      const wanted = Math.floor((kill * SIXTY) / (KILLS + 1));
      await eventually(`${wanted} objects are stored`, stored, (rows) => rows.length >= wanted);
      expect(applying).toBe(true);
      // The one that Terraform talks to first; then in turn.
      const victim = fleet.controllers[(kill + 1) % 2];
      await victim?.kill();
      await victim?.start();
    }
    const { exitCode, diagnostics } = await applied;
    expect({ exitCode, diagnostics }).toEqual({ exitCode: 0, diagnostics: [] });
    expect(await world.sql('SELECT count(*)::int AS count FROM objects')).toEqual([{ count: SIXTY }]);
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
  await untilSettled(world);
  expect(await judge(fleet)).toEqual(SPOTLESS);
});
