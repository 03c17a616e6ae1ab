// How the controllers get at a cluster and with how little: the roles that a deployment applies, credentials of every kind, and
// credentials that change.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { writeKubeconfig } from '../../../servers/kubernetes/kubeconfig.ts';
import { type Kubectl, kubectlFor } from '../../../servers/kubernetes/kubectl.ts';
import { eventually } from '../../support/eventually.ts';
import { kubernetesApi } from '../../support/kubernetes-api.ts';
import { type Looks, looksAt } from './looks.ts';
import { NAMESPACE, resource, type Stand, startStand } from './stand.ts';

let stand: Stand;
let looks: Looks;
let kubeconfig: string;
let credentialFile: string;
let token: string;

const ACCOUNT = ['serviceaccount', 'lattice-controller', '-n', 'lattice-system'] as const;
const ROLES = join(import.meta.dirname, '../../../deploy/kustomize/generated/cluster-roles.yaml');
/** The user of the client certificate. */
const USER = 'lattice-by-certificate';

beforeAll(async () => {
  stand = await startStand({
    kubeconfig: async ({ apiServer }, folder) => {
      const kubectl = await kubectlFor(apiServer.kubeconfig);
      await kubectl('create', 'namespace', 'lattice-system');
      await kubectl('create', ...ACCOUNT);
      await applyRoles(kubectl, folder, (plural) => plural !== 'guardrails');
      await kubectl(
        ...['create', 'clusterrolebinding', 'lattice', '--clusterrole=lattice-controller'],
        ...['--serviceaccount=lattice-system:lattice-controller', `--user=${USER}`],
      );
      kubeconfig = join(folder, 'plugin.kubeconfig');
      credentialFile = join(folder, 'credential.json');
      await issueToken(kubectl);
      const exec = { command: '/bin/cat', args: [credentialFile] };
      await writeKubeconfig(kubeconfig, { server: apiServer, credentials: { exec } });
      return kubeconfig;
    },
  });
  looks = looksAt(stand);
});

afterAll(async () => {
  await stand?.stop();
});

/** The roles of a deployment, with the kinds that are accepted. */
async function applyRoles(
  kubectl: Kubectl,
  folder: string,
  accept: (plural: string) => boolean,
): Promise<void> {
  const roles = parseAllDocuments(await readFile(ROLES, 'utf8')).map((role) =>
    JSON.stringify(role, (key, value: unknown) =>
      key === 'resources' && Array.isArray(value)
        ? value.filter((each) => accept(String(each).split('/')[0] ?? ''))
        : value,
    ),
  );
  const file = join(folder, 'roles.yaml');
  await writeFile(file, roles.join('\n---\n'));
  await kubectl('apply', '-f', file);
}

/** What the exec plugin prints from now on. */
async function issueToken(kubectl: Kubectl): Promise<void> {
  token = (await kubectl('create', 'token', 'lattice-controller', '-n', 'lattice-system')).trim();
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token },
  };
  await writeFile(credentialFile, JSON.stringify(credential), { mode: 0o600 });
}

const log = (): string => stand.fleet.controllers[0]?.log() ?? '';
const model = { provider: 'ollama', name: 'smollm2' };

test('the roles of a deployment suffice for what a user does', async () => {
  await stand.apply(resource('Agent', 'least', { model, budget: 'least' }));
  await looks.told('agent', 'least', 'Ready', 'ReferenceNotFound');
  await stand.apply(resource('Budget', 'least', { limitMicroUsd: 1 }));
  await looks.wait('agent/least');
  await stand.apply(resource('Budget', 'least', { limitMicroUsd: 2 }));
  await looks.wait('budget/least');
  expect(await looks.limitOf('least')).toBe(2);
  expect(await looks.events('least')).toContainEqual(expect.objectContaining({ type: 'Normal' }));
  // An event that is told again.
  await stand.apply(resource('Agent', 'least', { model, budget: 'absent' }));
  await looks.told('agent', 'least', 'Ready', 'ReferenceNotFound');
  await stand.apply(resource('Agent', 'least', { model, budget: 'least' }));
  await looks.wait('agent/least');
  expect(await looks.events('least')).toContainEqual(
    expect.objectContaining({ type: 'Normal', reason: 'Running', count: 2 }),
  );
  await stand.kubectl('delete', 'agent/least', 'budget/least', '-n', NAMESPACE, '--timeout=60s');
  expect(await looks.objects('least')).toEqual([]);
  expect(log()).not.toMatch(/could not be (synced|recorded)/);
});

test('a kind that may not be watched is named with what is missing, and taken up once it may', async () => {
  await stand.apply(resource('Guardrail', 'unseen', { tools: ['search'] }));
  await stand.apply(resource('Budget', 'seen', {}));
  await looks.wait('budget/seen');
  expect(log()).toMatch(/"kind":"Guardrail".*give the controller the verbs list and watch on guardrails/);
  // An API server that has just begun may put a kind off for other reasons.
  expect(log()).not.toMatch(/"kind":"(?!Guardrail)\w+".*give the controller the verbs/);
  expect((await looks.get('guardrail', 'unseen')).status).not.toHaveProperty('conditions');
  await applyRoles(stand.kubectl, stand.fleet.folder, () => true);
  await looks.wait('guardrail/unseen');
});

test('a token that is refused is replaced by a new one without a restart', async () => {
  const [{ pid } = { pid: 0 }] = stand.fleet.controllers;
  const old = kubernetesApi({ ...stand.kubernetes.apiServer, token });
  await stand.kubectl('delete', ...ACCOUNT);
  await stand.kubectl('create', ...ACCOUNT);
  await eventually(
    'the old token is refused',
    () => old.send('GET', '/api/v1/namespaces/kube-system'),
    ({ status }) => status === 401,
  );
  old.close();
  await stand.apply(resource('Budget', 'rotated', {}));
  await eventually(
    'the controller is refused',
    async () => log(),
    (text) => text.includes('Unauthorized'),
  );
  await issueToken(stand.kubectl);
  await looks.wait('budget/rotated');
  expect(stand.fleet.controllers[0]?.pid).toBe(pid);
  expect(log()).not.toContain(token);
});

test('a client certificate is as good', async () => {
  const [controller] = stand.fleet.controllers;
  const { apiServer } = stand.kubernetes;
  await controller?.stop();
  const certificate = await apiServer.pki.issue({ user: USER });
  await writeKubeconfig(kubeconfig, { server: apiServer, credentials: { certificate } });
  await controller?.start();
  await stand.apply(resource('Budget', 'certified', {}));
  await looks.wait('budget/certified');
  expect(stand.fleet.crashes()).toEqual([]);
});
