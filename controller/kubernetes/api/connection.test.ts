// Kubeconfigs in every form that we take, and credentials that rotate. Real servers are asked in test/e2e/kubernetes.

import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { removeFolder, temporaryFolder } from '../../../test/support/dev.ts';
import { openConnection } from './connection.ts';
import { readKubeconfig } from './kubeconfig.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder, 'config');
});

afterEach(() => removeFolder(folder));

const write = (user: object, cluster: object = {}) =>
  writeFile(
    file,
    stringify({
      'current-context': 'b',
      contexts: [
        { name: 'a', context: { cluster: 'other', user: 'other' } },
        { name: 'b', context: { cluster: 'mine', user: 'me' } },
      ],
      clusters: [
        { name: 'other', cluster: { server: 'https://other' } },
        { name: 'mine', cluster: { server: 'https://127.0.0.1:1/', ...cluster } },
      ],
      users: [
        { name: 'other', user: {} },
        { name: 'me', user },
      ],
    }),
  );
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('the current context counts, and files are found beside the kubeconfig', async () => {
  await writeFile(join(folder, 'ca.pem'), 'CA');
  await writeFile(join(folder, 'token'), 'secret\n');
  await write({ tokenFile: 'token' }, { 'certificate-authority': 'ca.pem', 'tls-server-name': 'kube' });
  expect(await readKubeconfig(file)).toEqual({
    server: 'https://127.0.0.1:1',
    skipVerification: false,
    ca: Buffer.from('CA'),
    tlsServerName: 'kube',
    token: 'secret',
  });
});

test('a client certificate may stand in the file', async () => {
  await write({ 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') });
  expect(await readKubeconfig(file)).toMatchObject({ certificate: { cert: 'CERT', key: 'KEY' } });
});

test('whom to act as goes along with each request', async () => {
  await write({ token: 't', as: 'jane', 'as-groups': ['dev', 'ops'] });
  const connection = openConnection({ kubeconfig: file });
  expect((await connection.credentials()).headers).toEqual({
    authorization: 'Bearer t',
    'impersonate-user': 'jane',
    'impersonate-group': ['dev', 'ops'],
  });
  await connection.close();
});

test.each([
  ['a way to log in that we do not know', { username: 'u', password: 'hunter2' }, 'logs in by username'],
  ['a provider of the old kind', { 'auth-provider': { name: 'gcp' } }, 'logs in by auth-provider'],
])('%s is refused by its name', async (_why, user, words) => {
  await write(user);
  const refused = readKubeconfig(file);
  await expect(refused).rejects.toThrow(words);
  await expect(refused).rejects.not.toThrow('hunter2');
});

test('a file that is no kubeconfig is refused without a word of it', async () => {
  await writeFile(file, 'token: hunter2\n  x: [');
  const error = await readKubeconfig(file).catch(String);
  expect(error).toContain(`kubeconfig ${file}`);
  expect(error).not.toContain('hunter2');
});

/** A plugin that counts its runs and prints what is in the file beside it. */
async function plugin(): Promise<string> {
  const script = join(folder, 'plugin.sh');
  await writeFile(script, '#!/bin/sh\necho run >> "$COUNTED"\ncat "$CREDENTIAL"\n');
  await chmod(script, 0o700);
  await write({
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: script,
      env: [
        { name: 'COUNTED', value: join(folder, 'runs') },
        { name: 'CREDENTIAL', value: join(folder, 'credential') },
      ],
    },
  });
  return join(folder, 'credential');
}

const credential = (token: string) => JSON.stringify({ kind: 'ExecCredential', status: { token } });

test('a plugin is run once for its credential, and again when that is refused', async () => {
  const printed = await plugin();
  await writeFile(printed, credential('first'));
  const connection = openConnection({ kubeconfig: file });
  const token = async () => (await connection.credentials()).headers.authorization;
  expect([await token(), await token()]).toEqual(['Bearer first', 'Bearer first']);
  await writeFile(printed, credential('second'));
  expect(await token()).toBe('Bearer first');
  connection.refused();
  expect(await token()).toBe('Bearer second');
  await connection.close();
});

test('a plugin that prints something else is named, and what it printed is not', async () => {
  await writeFile(await plugin(), 'hunter2');
  const connection = openConnection({ kubeconfig: file });
  const error = await connection.credentials().catch(String);
  expect(error).toContain('printed no ExecCredential');
  expect(error).not.toContain('hunter2');
  await connection.close();
});

test('a plugin that is not there is named', async () => {
  await write({ exec: { command: join(folder, 'nowhere') } });
  const connection = openConnection({ kubeconfig: file });
  await expect(connection.credentials()).rejects.toThrow(/nowhere failed \(ENOENT\)/);
  await connection.close();
});

test('a token in the file is read again after it was refused', async () => {
  await write({ token: 'old' });
  const connection = openConnection({ kubeconfig: file });
  expect((await connection.credentials()).headers.authorization).toBe('Bearer old');
  await write({ token: 'new' });
  connection.refused();
  expect((await connection.credentials()).headers.authorization).toBe('Bearer new');
  await connection.close();
});
