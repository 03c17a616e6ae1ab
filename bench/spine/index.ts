// The main path under load, on a controller and a worker as processes of their own: objects through the API until ready, an
// idle minute, drift, events until they are linked, and then the same system with ten thousand objects.

import { apiOf } from '../../test/support/api.ts';
import { startFleet } from '../../test/support/fleet/fleet.ts';
import type { Measured } from '../report.ts';
import { drift } from './drift.ts';
import { idleMinute } from './idle.ts';
import { oneChange } from './latency.ts';
import { linking } from './linking.ts';
import { type Bench, ORG } from './load.ts';
import { size } from './size.ts';
import { agents, budgetsAndRoles, fill } from './throughput.ts';

/** That of `lattice dev`: the default of a deployment is longer, and idles more. */
const SWEEP_MS = 5_000;

export async function spine(say: (line: string) => void): Promise<Measured[]> {
  const fleet = await startFleet({
    controllers: [{}],
    workers: 1,
    sweepIntervalMs: SWEEP_MS,
    witness: false,
  });
  try {
    const api = apiOf(fleet.world.state);
    await api.create('/v1/orgs', { metadata: { name: ORG } });
    await api.ready(`/v1/orgs/${ORG}`);
    const bench: Bench = { fleet, api, world: fleet.world, sweepMs: SWEEP_MS, say };
    const measured = [await budgetsAndRoles(bench), await agents(bench)];
    measured.push(...(await idleMinute(bench)), await drift(bench), await linking(bench));
    await fill(bench);
    measured.push(...(await oneChange(bench)), ...(await size(bench)));
    return measured;
  } finally {
    await fleet.stop();
  }
}
