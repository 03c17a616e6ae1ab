// Credentials from a plugin that somebody else wrote.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeKubeconfig } from '../../../servers/kubernetes/kubeconfig.ts';
import { type Connection, openConnection } from './connection.ts';

let folder: string;
let connection: Connection;
const script = (): string => join(folder, 'plugin.sh');
const plugin = (text: string) => writeFile(script(), text);
const prints = (token: string): string => `echo '{"kind":"ExecCredential","status":{"token":"${token}"}}'`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lattice-connection-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const server = { url: 'https://127.0.0.1:1', caPem: '' };
  await writeKubeconfig(kubeconfig, {
    server,
    credentials: { exec: { command: '/bin/sh', args: [script()] } },
  });
  connection = openConnection({ kubeconfig }, 2_000);
});

afterEach(async () => {
  await connection.close();
  await rm(folder, { recursive: true });
});

const authorization = async () => (await connection.credentials()).headers.authorization;

test('a plugin that hangs is given up, and asked again', async () => {
  await plugin('exec sleep 30');
  await expect(authorization()).rejects.toThrow('gave no credentials within 2000 ms');
  await plugin(prints('late'));
  expect(await authorization()).toBe('Bearer late');
});

test('what was refused is asked for anew', async () => {
  await plugin(prints('one'));
  expect(await authorization()).toBe('Bearer one');
  await plugin(prints('two'));
  expect(await authorization()).toBe('Bearer one');
  connection.refused();
  expect(await authorization()).toBe('Bearer two');
});
