// The load through HTTP: clients that each create, change and delete objects of their own, one write after the other, so that
// the last acknowledged state of every object is known.

import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../support/fleet/fleet.ts';
import { foundation, mixedObject } from '../support/load/mixed.ts';
import { type PatientClient, pathOf, patientClient } from '../support/load/patient-client.ts';
import type { Random } from '../support/load/random.ts';

const CLIENTS = 4;
const SLOTS = 30;
const DELETED = 0.25;

export interface Clients {
  /** Resolves when every client has the answer to its last write. */
  readonly ended: Promise<void>;
  readonly each: readonly PatientClient[];
}

/** Each client works in one of the orgs until the signal comes. */
export async function startClients(
  fleet: Fleet,
  random: Random,
  orgs: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<Clients> {
  const makeClient = () => {
    const choices = random.fork();
    return patientClient({
      token: fleet.token,
      addresses: fleet.controllers.map(({ address }) => address),
      choose: choices.below,
    });
  };
  const founder = makeClient();
  for (const org of orgs) {
    await founder.createOrg(org);
    for (const declared of foundation) await founder.create(org, declared);
  }
  const clients = Array.from({ length: CLIENTS }, makeClient);
  const loops = clients.map((client, index) =>
    work(client, orgs[index % orgs.length] ?? orgs[0], `c${index}`, random.fork(), signal),
  );
  const ended = Promise.allSettled(loops).then((all) => {
    for (const each of all) if (each.status === 'rejected') throw each.reason;
  });
  return { ended, each: [founder, ...clients] };
}

async function work(
  client: PatientClient,
  org: string,
  name: string,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const declared = mixedObject(name, random.below(SLOTS), random);
    const known = client.acknowledged.get(pathOf(org, declared));
    if (known === undefined || known === 'gone') await client.create(org, declared);
    else if (random.next() < DELETED) await client.remove(org, declared);
    else await client.update(org, declared);
    await delay(random.between(20, 150));
  }
}
