import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { isAlive } from './cache.ts';
import { startEtcd } from './etcd.ts';
import { listeningAddresses, temporaryFolder } from './testing.ts';

const range = z.object({ kvs: z.array(z.object({ value: z.base64() })).optional() });

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Through etcd's own JSON gateway. */
async function call(
  url: string,
  method: 'put' | 'range',
  message: Record<string, string>,
): Promise<string[]> {
  const encoded = Object.fromEntries(Object.entries(message).map(([key, value]) => [key, base64(value)]));
  const response = await fetch(`${url}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(encoded) });
  const { kvs = [] } = range.parse(await response.json());
  return kvs.map(({ value }) => Buffer.from(value, 'base64').toString());
}

test('it listens on loopback alone, and what it stored survives a stop and a SIGKILL', async () => {
  await using folder = await temporaryFolder();
  const dataDir = join(folder.path, 'etcd');
  const first = await startEtcd({ dataDir });
  const addresses = await listeningAddresses(first.pid);
  expect(addresses).toContain(`127.0.0.1:${first.port}`);
  expect(addresses.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
  await call(first.url, 'put', { key: 'kept', value: '42' });
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const second = await startEtcd({ dataDir, port: first.port });
  expect(second.url).toBe(first.url);
  expect(await call(second.url, 'range', { key: 'kept' })).toEqual(['42']);
  process.kill(second.pid, 'SIGKILL');
  expect(await second.exited).toMatchObject({ signal: 'SIGKILL', asked: false });

  const third = await startEtcd({ dataDir });
  try {
    expect(await call(third.url, 'range', { key: 'kept' })).toEqual(['42']);
  } finally {
    await third.stop();
  }
});

test('the same folder and port serve again as soon as their owner was killed', async () => {
  await using folder = await temporaryFolder();
  const dataDir = join(folder.path, 'etcd');
  const script = join(folder.path, 'owner.ts');
  await writeFile(
    script,
    `import { startEtcd } from '${join(import.meta.dirname, 'etcd.ts')}';
     const { port } = await startEtcd({ dataDir: '${dataDir}', unsafeNoFsync: true });
     process.stdout.write(port + '\\n');`,
  );
  const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(owner.stdout), 'line');
  const port = Number(line);
  await call(`http://127.0.0.1:${port}`, 'put', { key: 'kept', value: '42' });
  owner.kill('SIGKILL');
  const next = await startEtcd({ dataDir, port, unsafeNoFsync: true });
  try {
    expect(await call(next.url, 'range', { key: 'kept' })).toEqual(['42']);
  } finally {
    await next.stop();
  }
});

test('a port that is taken is an error that names it', async () => {
  await using folder = await temporaryFolder();
  const first = await startEtcd({ dataDir: join(folder.path, 'etcd'), unsafeNoFsync: true });
  try {
    await expect(startEtcd({ dataDir: join(folder.path, 'other'), port: first.port })).rejects.toThrow(
      `etcd did not start: port ${first.port} cannot be used`,
    );
  } finally {
    await first.stop();
  }
});
