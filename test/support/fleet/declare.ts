// What the tests of faults begin with: an org with the foundation of mixed objects and some agents, all ready, written by a
// patient client through every controller in turn.

import { foundation } from '../load/mixed.ts';
import { type PatientClient, patientClient } from '../load/patient-client.ts';
import { untilSettled } from '../verdict/settled.ts';
import type { Fleet } from './fleet.ts';

/** A client that asks the controllers in turn, or only the one that is named. */
export function clientOf(fleet: Fleet, only?: number): PatientClient {
  let turn = 0;
  return patientClient({
    token: fleet.token,
    addresses: fleet.controllers.map(({ address }) => address),
    choose: (among) => only ?? turn++ % among,
  });
}

export const agentNamed = (name: string, spec: object = {}) => ({
  collection: 'agents',
  name,
  spec: { model: { provider: 'ollama', name: 'smollm2' }, budget: 'root', ...spec },
});

export async function declareOrg(
  fleet: Fleet,
  client: PatientClient,
  org: string,
  agents: readonly string[],
): Promise<void> {
  await client.createOrg(org);
  for (const declared of foundation) await client.create(org, declared);
  await Promise.all(agents.map((name) => client.create(org, agentNamed(name))));
  await untilSettled(fleet.world);
}
