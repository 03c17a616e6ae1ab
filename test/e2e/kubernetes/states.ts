// Objects in every state that a tool may meet them in, each on the real stand, for tests of what tools make of them.
// Promise: each is as the API server returned it while it was in that state.

import { z } from 'zod';
import { eventually } from '../../support/eventually.ts';
import { NAMESPACE, resource, type Stand } from './stand.ts';

const observed = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ generation: z.int(), annotations: z.record(z.string(), z.string()).optional() }),
  status: z
    .looseObject({
      observedGeneration: z.int().optional(),
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string() }))
        .optional(),
    })
    .optional(),
});
export type Observed = z.infer<typeof observed>;

export type State =
  /** Created, and nobody has looked at it. */
  | 'fresh'
  /** Ready, as it is declared. */
  | 'ready'
  /** Changed since it was ready, and nobody has looked. */
  | 'changed'
  /** Refused, and waiting would not help. */
  | 'refused'
  /** It refers to what is not there yet. */
  | 'waiting'
  /** Deleted, and its finalizer is there. */
  | 'leaving'
  /** Ready when it was paused. */
  | 'paused'
  /** Changed since it was paused. */
  | 'pausedChanged'
  /** Paused before anybody looked at it. */
  | 'pausedFresh';

const PAUSED = 'lattice.dev/paused';
const model = { provider: 'ollama', name: 'smollm2' };

/** Those that nobody has looked at are made while the only controller is stopped; it runs again in the end. */
export async function everyState(stand: Stand): Promise<Record<State, Observed>> {
  const get = async (kind: string, name: string): Promise<Observed> =>
    observed.parse(JSON.parse(await stand.kubectl('get', kind, name, '-n', NAMESPACE, '-o', 'json')));
  const refusedWith = (kind: string, name: string, reason: string) =>
    eventually(
      `${kind} ${name} is refused`,
      () => get(kind, name),
      ({ status }) => status?.conditions?.some((condition) => condition.reason === reason) ?? false,
    );
  const budget = (name: string, limitMicroUsd: number, metadata: object = {}, spec: object = {}) =>
    stand.apply(resource('Budget', name, { limitMicroUsd, ...spec }, metadata));
  const ready = (...names: string[]) =>
    stand.kubectl(
      ...['wait', ...names.map((name) => `budget/${name}`)],
      ...['-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s'],
    );

  const paused = ['paused', 'paused-changed'];
  for (const name of ['ready', 'changed', 'leaving', ...paused]) await budget(name, 5);
  await ready('ready', 'changed', 'leaving', ...paused);
  for (const name of paused)
    await stand.kubectl('annotate', 'budget', name, '-n', NAMESPACE, `${PAUSED}=true`);
  await budget('paused-changed', 6, { annotations: { [PAUSED]: 'true' } });
  await budget('paused-fresh', 5, { annotations: { [PAUSED]: 'true' } });
  await budget('refused', 6, {}, { parent: 'ready' });
  await stand.apply(resource('Agent', 'waiting', { model, budget: 'not-there' }));
  await refusedWith('budget', 'refused', 'BudgetExceedsParent');
  await refusedWith('agent', 'waiting', 'ReferenceNotFound');
  // Later than those that are paused, so these were seen.
  await budget('probe', 5);
  await ready('probe');

  const [controller] = stand.fleet.controllers;
  await controller?.stop();
  await budget('fresh', 5);
  await budget('changed', 6);
  await stand.kubectl('delete', 'budget', 'leaving', '-n', NAMESPACE, '--wait=false');
  const states = {
    fresh: await get('budget', 'fresh'),
    ready: await get('budget', 'ready'),
    changed: await get('budget', 'changed'),
    refused: await get('budget', 'refused'),
    waiting: await get('agent', 'waiting'),
    leaving: await get('budget', 'leaving'),
    paused: await get('budget', 'paused'),
    pausedChanged: await get('budget', 'paused-changed'),
    pausedFresh: await get('budget', 'paused-fresh'),
  };
  await controller?.start();
  return states;
}
