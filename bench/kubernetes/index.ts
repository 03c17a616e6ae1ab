// The Kubernetes source under load: custom resources on a real API server until they are Ready, beside what that server takes
// from a client that only creates the same objects and patches a status into each. Controller, worker, API server, etcd and
// this client share the machine.

import { setTimeout as delay } from 'node:timers/promises';
import { startStand } from '../../test/e2e/kubernetes/stand.ts';
import type { Measured } from '../report.ts';
import { usage } from '../spine/load.ts';
import { openClient } from './client.ts';
import { enforced } from './enforced.ts';
import { untilQuiet, writesSoFar } from './idle.ts';
import { agents, budgetsAndRoles, fill, raw } from './throughput.ts';

const OBJECTS = 1_000;
const AGENTS = 200;
const FULL = 2_000;
const IDLE_MS = 60_000;

export async function kubernetes(say: (line: string) => void): Promise<Measured[]> {
  say('etcd, an API server, Postgres, Temporal, a controller and a worker');
  const stand = await startStand();
  const client = openClient(stand);
  try {
    const [controller] = stand.fleet.controllers;
    if (controller === undefined) throw new Error('the stand has no controller');
    say(`${OBJECTS} objects created and patched, without a controller`);
    await controller.stop();
    const rawRate = await raw(client, OBJECTS);
    await controller.start();
    say(`${OBJECTS} budgets and roles`);
    const rate = await budgetsAndRoles(client, OBJECTS);
    say(`${AGENTS} agents`);
    const agentRate = await agents(client, AGENTS);
    say(`more of them, until there are ${FULL} objects`);
    await fill(client, OBJECTS, FULL - OBJECTS - AGENTS);
    const latency = await enforced(stand, client);
    say('an idle minute');
    await untilQuiet(stand.api);
    const { residentMib } = await usage(controller.pid);
    const before = await writesSoFar(stand.api);
    await delay(IDLE_MS);
    const written = (await writesSoFar(stand.api)) - before;
    return [
      {
        work: `${OBJECTS} budgets and roles, 16 at once, until all are Ready`,
        figure: rate,
        unit: 'objects/s',
        peer: { name: 'create and patch', figure: rawRate },
        reach: { atLeast: 0.5 },
      },
      {
        work: `${AGENTS} agents until all are Ready`,
        figure: agentRate,
        unit: 'objects/s',
        reach: { atLeast: 20 },
      },
      { work: `declared to enforced at ${FULL} objects, median`, figure: latency.median, unit: 'ms' },
      {
        work: `declared to enforced at ${FULL} objects, p95`,
        figure: latency.p95,
        unit: 'ms',
        reach: { atMost: 1_000 },
      },
      {
        work: `memory of the controller at ${FULL} objects`,
        figure: residentMib,
        unit: 'MiB',
        reach: { atMost: 300 },
      },
      {
        work: `idle minute at ${FULL} objects: writes to the API server`,
        figure: written,
        unit: 'writes',
        reach: { atMost: 0 },
      },
    ];
  } finally {
    await client.close();
    await stand.stop();
  }
}
