// The admission webhook on a real API server: what a user of kubectl is told, and what is known of who asked.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { auditEventSchema } from '../../../crds/audit.ts';
import { freePorts } from '../../../servers/ports.ts';
import { eventually } from '../../support/eventually.ts';
import { webhookConfiguration } from './admission.ts';
import { NAMESPACE, ORG, resource, type Stand, startStand } from './stand.ts';

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
/** kubectl ends with 1 when it has something to show. */
async function diffOf(manifest: object): Promise<string> {
  const file = join(stand.fleet.folder, 'diff.yaml');
  await writeFile(file, stringify(manifest));
  return await stand.kubectl('diff', '-f', file).catch(String);
}
const wait = (what: string, condition = 'condition=Ready') =>
  stand.kubectl('wait', what, '-n', NAMESPACE, `--for=${condition}`, '--timeout=60s');
const agent = (name: string, spec: object = {}, metadata: object = {}) =>
  resource('Agent', name, { model: { provider: 'ollama', name: 'smollm2' }, ...spec }, metadata);

const requests = () => stand.fleet.world.sql('SELECT * FROM kubernetes_requests ORDER BY 1, 2, 3');

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

const rules = resource('Policy', 'rules', {
  rego: `package lattice.policy.rules
deny contains finding if {
  some change in input.changes
  change.kind == "Agent"
  change.after.spec.model.name == "huge"
  finding := {"message": "that model is too large", "object": change, "pointer": "/spec/model/name"}
}
deny contains finding if {
  some change in input.changes
  change.action == "delete"
  change.before.metadata.labels.keep
  finding := {"message": "it is kept", "object": change, "pointer": ""}
}`,
});

test('what a policy refuses is refused at apply, in its words and with its field', async () => {
  await stand.apply(rules);
  await wait('policy/rules');
  const huge = agent('huge', { model: { provider: 'ollama', name: 'huge' } });
  const said = await refusalOf(huge);
  expect(said).toContain('spec.model.name: that model is too large (acme:rules/deny)');
  const { status, body } = await stand.api.send(
    'POST',
    `/apis/lattice.dev/v1alpha1/namespaces/${NAMESPACE}/agents`,
    huge,
  );
  expect([status, body]).toEqual([
    422,
    expect.objectContaining({
      message: expect.stringMatching(
        /objects(-1)?\.lattice\.dev" denied the request: spec\.model\.name: that model/,
      ),
      details: expect.objectContaining({
        causes: [expect.objectContaining({ reason: 'PolicyViolation', field: 'spec.model.name' })],
      }),
    }),
  ]);
});

test('a namespace of no org is named at once', async () => {
  await stand.kubectl('create', 'namespace', 'stray');
  expect(await refusalOf(resource('Budget', 'lost', {}, { namespace: 'stray' }))).toContain(
    'no org lists namespace "stray"',
  );
});

test('a dry run and a diff work and note nothing', async () => {
  const before = await requests();
  const dry = resource('Budget', 'dry', {});
  expect(await stand.apply(dry, '--dry-run=server')).toContain('created (server dry run)');
  expect(await stand.apply(dry, '--dry-run=server', '--server-side')).toContain('serverside-applied');
  const shown = await diffOf(dry);
  expect(shown).toContain('+  name: dry');
  const huge = agent('dry', { model: { provider: 'ollama', name: 'huge' } });
  expect(await diffOf(huge)).toContain('that model is too large');
  expect(await requests()).toEqual(before);
});

test('what is waited for is accepted, and kubectl prints the warning', async () => {
  const said = await refusalOf(agent('early', { budget: 'late' }), '--warnings-as-errors');
  expect(said).toContain('Warning: spec.budget: budget acme/late does not exist; it is waited for');
  await stand.apply(resource('Budget', 'late', {}), '--server-side');
  await wait('agent/early');
  expect(await actorsOf('late')).toEqual([['create', { type: 'kubernetes', id: 'admin', verified: true }]]);
});

test('a status, a finalizer and a note are written without a question', async () => {
  await stand.apply(resource('Budget', 'noted', {}));
  await wait('budget/noted');
  const before = await requests();
  await stand.kubectl('annotate', 'budget/noted', '-n', NAMESPACE, 'lattice.dev/paused=true');
  await wait('budget/noted', 'condition=Synced=false');
  await stand.kubectl('annotate', 'budget/noted', '-n', NAMESPACE, 'lattice.dev/paused-');
  await wait('budget/noted', 'condition=Ready');
  expect(await requests()).toEqual(before);
});

test('a deletion that a policy refuses is refused, but a namespace still ends: the object stays', async () => {
  await stand.kubectl('create', 'namespace', 'brief');
  const { clusterId: cluster } = stand;
  const namespaces = [NAMESPACE, 'brief'].map((namespace) => ({ cluster, namespace }));
  await stand.apply(resource('Org', ORG, { namespaces }));
  const kept = resource('Budget', 'kept', {}, { namespace: 'brief', labels: { keep: 'always' } });
  await stand.apply(kept);
  await stand.kubectl('wait', 'budget/kept', '-n', 'brief', '--for=condition=Ready', '--timeout=60s');
  await expect(stand.kubectl('delete', 'budget/kept', '-n', 'brief', '--timeout=30s')).rejects.toThrow(
    'it is kept',
  );
  await stand.kubectl('delete', 'namespace', 'brief', '--timeout=60s');
  const left = await stand.fleet.world.sql(
    `SELECT name, deletion_timestamp FROM objects WHERE name = 'kept'`,
  );
  expect(left).toEqual([{ name: 'kept', deletion_timestamp: null }]);
  const controller = 'system:serviceaccount:kube-system:namespace-controller';
  expect((await actorsOf('kept')).at(-1)).toEqual([
    'deny',
    { type: 'kubernetes', id: controller, verified: true },
  ]);
  // Who declares it again has it back.
  await stand.apply({ ...kept, metadata: { ...kept.metadata, namespace: NAMESPACE } });
  await wait('budget/kept');
});
