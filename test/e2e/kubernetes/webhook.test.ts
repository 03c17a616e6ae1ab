// The admission webhook on a real API server: what a user of kubectl is told, and what is known of who asked.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { auditEventSchema } from '../../../crds/audit.ts';
import { freePorts } from '../../../servers/ports.ts';
import { eventually } from '../../support/eventually.ts';
import { webhookConfiguration } from './admission.ts';
import { NAMESPACE, resource, type Stand, startStand } from './stand.ts';

let stand: Stand;
let ports: readonly number[];

beforeAll(async () => {
  ports = await freePorts(2);
  stand = await startStand({
    controllers: ports.map((port) => ({ LATTICE_KUBERNETES_WEBHOOK_PORT: String(port) })),
  });
});

afterAll(async () => {
  await stand?.stop();
});

const refusalOf = (manifest: object, ...flags: string[]): Promise<string> =>
  stand.apply(manifest, ...flags).then(
    (said) => `accepted: ${said}`,
    (error: unknown) => String(error),
  );
const wait = (what: string, condition = 'condition=Ready') =>
  stand.kubectl('wait', what, '-n', NAMESPACE, `--for=${condition}`, '--timeout=60s');
const agent = (name: string, spec: object = {}, metadata: object = {}) =>
  resource('Agent', name, { model: { provider: 'ollama', name: 'smollm2' }, ...spec }, metadata);

/** Waits until the API server believes both controllers: each of its webhooks calls another. */
async function install(): Promise<void> {
  await stand.apply(await webhookConfiguration(ports));
  await eventually(
    'the webhooks are believed',
    () => refusalOf(agent('probe'), '--dry-run=server'),
    (said) => said.startsWith('accepted'),
  );
}

async function actorsOf(name: string) {
  const rows = await stand.fleet.world.sql(
    `SELECT convert_from(bytes, 'UTF8') AS text FROM audit_event ORDER BY id`,
  );
  return rows
    .map(({ text }) => auditEventSchema.parse(JSON.parse(String(text))))
    .filter((event) => event.name === name && event.actor.type === 'kubernetes')
    .map(({ action, actor }) => [action, actor]);
}

test('without the webhook the ledger has the field manager, as not verified', async () => {
  await stand.apply(resource('Budget', 'before', {}));
  await wait('budget/before');
  expect(await actorsOf('before')).toEqual([
    ['create', { type: 'kubernetes', id: 'kubectl-client-side-apply', verified: false }],
  ]);
});

test('with it the ledger has who asked, verified, for each thing that was asked', async () => {
  await install();
  await stand.apply(resource('Budget', 'after', {}));
  await wait('budget/after');
  await stand.apply(
    resource('Budget', 'after', { limitMicroUsd: 5 }),
    '--server-side',
    '--force-conflicts',
    '--as=ops',
    '--as-group=system:masters',
  );
  await wait('budget/after', 'jsonpath={.status.observedGeneration}=2');
  await stand.kubectl(
    'delete',
    'budget/after',
    '-n',
    NAMESPACE,
    '--timeout=60s',
    '--as=hand',
    '--as-group=system:masters',
  );
  expect(await actorsOf('after')).toEqual([
    ['create', { type: 'kubernetes', id: 'admin', verified: true }],
    ['update', { type: 'kubernetes', id: 'ops', verified: true }],
    ['delete', { type: 'kubernetes', id: 'hand', verified: true }],
  ]);
});
