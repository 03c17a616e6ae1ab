import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isAlive } from './cache.ts';
import { answersGrpc } from './grpc.ts';
import { startTemporal } from './temporal.ts';
import { eventually, listeningAddresses, temporaryFolder } from './testing.ts';

const service = '/temporal.api.workflowservice.v1.WorkflowService';

/** Protobuf: field 1, a string. */
function firstField(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x0a, value.length]), Buffer.from(value)]);
}

/** RegisterNamespace{namespace, retention (field 4): Duration{seconds: 86400}}. */
function register(namespace: string): Buffer {
  return Buffer.concat([firstField(namespace), Buffer.from([0x22, 4, 0x08, 0x80, 0xa3, 0x05])]);
}

test('it listens on loopback alone, and what it stored survives a restart', async () => {
  await using folder = await temporaryFolder();
  const dbFile = join(folder.path, 'temporal.db');
  const first = await startTemporal({ dbFile });
  const addresses = await listeningAddresses(first.pid);
  expect(addresses).toContain(first.address);
  expect(addresses.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
  await eventually('a namespace can be registered', () =>
    answersGrpc(first.address, `${service}/RegisterNamespace`, register('kept')),
  );
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const second = await startTemporal({ dbFile });
  try {
    const describe = (name: string) =>
      answersGrpc(second.address, `${service}/DescribeNamespace`, firstField(name));
    expect(await describe('kept')).toBe(true);
    expect(await describe('never-registered')).toBe(false);
  } finally {
    await second.stop();
  }
});

test('a database in which the first start was killed is made anew', async () => {
  await using folder = await temporaryFolder();
  const dbFile = join(folder.path, 'temporal.db');
  await writeFile(dbFile, '');
  await writeFile(`${dbFile}.unfinished`, '');
  const server = await startTemporal({ dbFile });
  await server.stop();
  expect(existsSync(`${dbFile}.unfinished`)).toBe(false);
});

test('a port that another server holds is an error, not taken for ours', async () => {
  await using folder = await temporaryFolder();
  const logFile = join(folder.path, 'temporal.log');
  const first = await startTemporal({ logFile });
  try {
    await expect(startTemporal({ port: first.port, logFile })).rejects.toThrow(
      `port ${first.port} cannot be used`,
    );
  } finally {
    await first.stop();
  }
});
