// The admission webhook when its certificate is renewed, when the process that acts on the cluster dies, and when none is left.

import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { collectionPath } from '../../../controller/kubernetes/api/resource.ts';
import { budget } from '../../../crds/budget.ts';
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
    settings: { LATTICE_KUBERNETES_WEBHOOK_CERTIFICATE_MS: '15000' },
  });
  await stand.apply(await webhookConfiguration(ports));
  await eventually('both webhooks are believed', create, ({ status }) => status === 201);
});

afterAll(async () => {
  await stand?.stop();
});

/** In a dry run; the API server asks both controllers. */
const create = () =>
  stand.api.send('POST', `${collectionPath(budget, NAMESPACE)}?dryRun=All`, resource('Budget', 'probe', {}));

/** The certificate that the webhook on the port serves with, in the form in which it stands in the bundle. */
const servedOn = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.toString().trim() ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
  });

const configurationSchema = z.object({
  webhooks: z.array(z.object({ clientConfig: z.object({ caBundle: z.string() }) })),
});

async function bundles(): Promise<string[]> {
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/lattice';
  const { webhooks } = configurationSchema.parse((await stand.api.send('GET', path)).body);
  return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle, 'base64').toString());
}

test('certificates are renewed again and again, and no request fails over it', async () => {
  const seen = ports.map(() => new Set<string>());
  const failures: unknown[] = [];
  await eventually(
    'each has served with three',
    async () => {
      const { status, body } = await create();
      if (status !== 201) failures.push(body);
      for (const [index, port] of ports.entries()) {
        const served = await servedOn(port);
        seen[index]?.add(served);
        // Connections that are there go on, so requests alone would not show that a new one is served too early.
        for (const bundle of await bundles())
          if (!bundle.includes(served)) failures.push('served before it is believed');
      }
      return seen.map(({ size }) => size);
    },
    (sizes) => sizes.every((size) => size >= 3),
  );
  expect(failures).toEqual([]);
});

test('while Postgres is away, changes are refused with a hint, and taken again when it is back', async () => {
  await stand.fleet.postgres.stop();
  const { status, body } = await create();
  expect([status, body]).toEqual([
    503,
    expect.objectContaining({
      reason: 'ServiceUnavailable',
      message: expect.stringContaining('Postgres does not answer; try again'),
      details: expect.objectContaining({ retryAfterSeconds: 1 }),
    }),
  ]);
  await stand.fleet.postgres.start();
  await eventually('changes are taken', create, (answer) => answer.status === 201);
});

test('when the process that acts dies, the other one keeps the bundle', async () => {
  const acting = await stand.fleet.holderOf(`kubernetes/${stand.clusterId}`);
  if (acting === undefined) throw new Error('no process acts on the cluster');
  const index = stand.fleet.controllers.indexOf(acting);
  await acting.kill();
  const left = ports.filter((_, other) => other !== index);
  await stand.apply(await webhookConfiguration(left), '--server-side', '--force-conflicts');
  const before = await servedOn(left[0] ?? 0);
  await eventually(
    'it serves with the next',
    () => servedOn(left[0] ?? 0),
    (now) => now !== before,
  );
  expect((await create()).status).toBe(201);
});

test('while no controller runs, changes are refused by name; what declares nothing, and deletions, go on', async () => {
  await stand.apply(resource('Budget', 'last', {}));
  await stand.kubectl('wait', 'budget/last', '-n', NAMESPACE, '--for=condition=Ready', '--timeout=60s');
  await Promise.all(stand.fleet.controllers.map((each) => each.stop()));
  await expect(stand.apply(resource('Budget', 'last', { limitMicroUsd: 1 }))).rejects.toThrow(
    'failed calling webhook "objects',
  );
  const on = ['budget/last', '-n', NAMESPACE];
  await stand.kubectl('delete', ...on, '--wait=false');
  await stand.kubectl('patch', ...on, '--type=merge', '--patch={"metadata":{"finalizers":[]}}');
  await stand.kubectl('wait', ...on, '--for=delete', '--timeout=60s');
});
