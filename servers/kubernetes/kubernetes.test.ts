import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isAlive } from '../cache.ts';
import { eventually, listeningAddresses, temporaryFolder } from '../testing.ts';
import { askReady } from './answers.ts';
import { createAuthority, issueClientCertificate } from './certificates.ts';
import { type Credentials, writeKubeconfig } from './kubeconfig.ts';
import { type Kubectl, kubectlFor } from './kubectl.ts';
import { type RunningKubernetes, startKubernetes } from './kubernetes.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningKubernetes;
let admin: Kubectl;

beforeAll(async () => {
  folder = await temporaryFolder();
  running = await startKubernetes({ folder: join(folder.path, 'shared'), unsafeNoFsync: true });
  admin = await kubectlFor(running.apiServer.kubeconfig);
});

afterAll(async () => {
  await running?.stop();
  await folder?.[Symbol.asyncDispose]();
});

/** kubectl as somebody else. */
async function as(name: string, credentials: Credentials): Promise<Kubectl> {
  const file = join(folder.path, `${name}.kubeconfig`);
  await writeKubeconfig(file, { server: running.apiServer, credentials });
  return kubectlFor(file);
}

function pids({ etcd, apiServer, controllerManager }: RunningKubernetes): number[] {
  return [etcd.pid, apiServer.pid, controllerManager.pid];
}

test('the admin sees the namespaces of a server of the pinned version', async () => {
  expect(await admin('get', 'namespaces', '-o', 'name')).toContain('namespace/kube-system');
  expect(JSON.parse(await admin('version', '-o', 'json'))).toMatchObject({
    serverVersion: { major: '1', minor: '37', gitVersion: 'v1.37.2' },
  });
});

test('every process listens on loopback alone', async () => {
  const addresses = (await Promise.all(pids(running).map(listeningAddresses))).flat();
  expect(addresses).toContain(`127.0.0.1:${running.apiServer.port}`);
  expect(addresses.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
});

test('keys, tokens and kubeconfigs are for their owner alone', async () => {
  const root = join(folder.path, 'shared');
  const files = [...(await readdir(join(root, 'pki'))).map((name) => join('pki', name)), 'admin.kubeconfig'];
  for (const file of files) expect([file, (await stat(join(root, file))).mode & 0o077]).toEqual([file, 0]);
  expect(await readFile(running.apiServer.logFile, 'utf8')).not.toContain(running.apiServer.token);
});

test('who brings no credential, or one that is not of this cluster, is nobody', async () => {
  const { url, caPem } = running.apiServer;
  expect(await askReady({ url, caPem }, '/readyz')).toContain('401');
  const token = await as('made-up', { token: 'made-up' });
  await expect(token('get', 'namespaces')).rejects.toThrow('must be logged in');
  const elsewhere = await createAuthority('lattice-kubernetes');
  const certificate = await issueClientCertificate(elsewhere, { user: 'admin', groups: ['system:masters'] });
  const stranger = await as('stranger', { certificate });
  await expect(stranger('get', 'namespaces')).rejects.toThrow('must be logged in');
});

test('a deleted namespace goes, and takes what is in it along', async () => {
  await admin('create', 'namespace', 'brief');
  await admin('create', 'configmap', 'inside', '-n', 'brief');
  await admin('delete', 'namespace', 'brief', '--timeout=60s');
  expect(await admin('get', 'namespaces', '-o', 'name')).not.toContain('brief');
});

test('what only a deleted object owned is collected', async () => {
  await admin('create', 'configmap', 'owner');
  const uid = await admin('get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}');
  await admin('create', 'configmap', 'owned');
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid };
  await admin(
    'patch',
    'configmap',
    'owned',
    '-p',
    JSON.stringify({ metadata: { ownerReferences: [owner] } }),
  );
  await admin('delete', 'configmap', 'owner');
  await eventually('the owned object is gone', async () => {
    return !(await admin('get', 'configmaps', '-o', 'name')).includes('owned');
  });
});

test('a service account gets a token by request, and may do what RBAC grants it and no more', async () => {
  await admin('create', 'serviceaccount', 'robot');
  const robot = await as('robot', { token: (await admin('create', 'token', 'robot')).trim() });
  expect(await robot('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toBe(
    'system:serviceaccount:default:robot',
  );
  await expect(robot('get', 'configmaps')).rejects.toThrow('Forbidden');
  await admin('create', 'role', 'reader', '--verb=list', '--resource=configmaps');
  await admin('create', 'rolebinding', 'reader', '--role=reader', '--serviceaccount=default:robot');
  await eventually('the binding is in force', () =>
    robot('get', 'configmaps').then(
      () => true,
      () => false,
    ),
  );
  await expect(robot('get', 'secrets')).rejects.toThrow('Forbidden');
});

test('a client certificate is the user and the groups that it names', async () => {
  const certificate = await running.apiServer.pki.issue({ user: 'alice', groups: ['ops', 'dev'] });
  const alice = await as('alice', { certificate });
  expect(JSON.parse(await alice('auth', 'whoami', '-o', 'json'))).toMatchObject({
    status: { userInfo: { username: 'alice', groups: ['ops', 'dev', 'system:authenticated'] } },
  });
  await expect(alice('get', 'namespaces')).rejects.toThrow('Forbidden');
});

test('a program may give the credential', async () => {
  const { token } = running.apiServer;
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token },
  };
  const exec = {
    command: '/bin/sh',
    args: ['-c', 'echo "$CREDENTIAL"'],
    env: { CREDENTIAL: JSON.stringify(credential) },
  };
  const viaProgram = await as('program', { exec });
  expect(await viaProgram('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toBe('admin');
});

test('a control plane that cannot start says why and leaves nothing running', async () => {
  const root = join(folder.path, 'broken');
  const flags = { 'authorization-mode': 'Nonsense' };
  await expect(startKubernetes({ folder: root, flags, unsafeNoFsync: true })).rejects.toThrow(
    /The Kubernetes API server did not start: the server ended\..*Nonsense/s,
  );
  for (const file of ['etcd.pid', 'api-server.pid'])
    expect(isAlive(Number(await readFile(join(root, file), 'utf8')))).toBe(false);
});

test('the same folder and port are the same cluster after a stop, and after their owner was killed', async () => {
  const root = join(folder.path, 'restarted');
  await mkdir(root);
  const first = await startKubernetes({ folder: root });
  const { port } = first.apiServer;
  const kubectl = await kubectlFor(first.apiServer.kubeconfig);
  await kubectl('create', 'serviceaccount', 'robot');
  const token = (await kubectl('create', 'token', 'robot')).trim();
  await writeKubeconfig(join(root, 'robot'), { server: first.apiServer, credentials: { token } });
  const robot = await kubectlFor(join(root, 'robot'));
  await first.stop();
  expect(pids(first).filter(isAlive)).toEqual([]);

  const script = join(root, 'owner.ts');
  await writeFile(
    script,
    `import { startKubernetes } from '${join(import.meta.dirname, 'kubernetes.ts')}';
     await startKubernetes({ folder: '${root}', port: ${port} });
     process.stdout.write('ready\\n');`,
  );
  const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface(owner.stdout), 'line');
  await kubectl('create', 'configmap', 'kept');
  owner.kill('SIGKILL');

  const third = await startKubernetes({ folder: root, port });
  try {
    expect(await kubectl('get', 'configmaps', '-o', 'name')).toContain('configmap/kept');
    expect(await robot('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toBe(
      'system:serviceaccount:default:robot',
    );
  } finally {
    await third.stop();
  }
  expect(pids(third).filter(isAlive)).toEqual([]);
});
