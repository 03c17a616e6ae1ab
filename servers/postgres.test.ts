import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { isAlive } from './cache.ts';
import { type RunningPostgres, startPostgres } from './postgres.ts';
import { listeningAddresses, temporaryFolder } from './testing.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

async function started(dataDir: string): Promise<RunningPostgres & AsyncDisposable> {
  const server = await startPostgres({ dataDir });
  return { ...server, [Symbol.asyncDispose]: server.stop };
}

test('a new folder serves queries, asks for the password, and listens on loopback alone', async () => {
  await using folder = await temporaryFolder();
  const dataDir = join(folder.path, 'pg');
  await using server = await started(dataDir);

  expect(await query(server.url(), 'SELECT 1 + 1')).toEqual([2]);
  expect(await query(server.url(), "SELECT current_setting('fsync')")).toEqual(['on']);
  const wrong = new URL(server.url());
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  wrong.password = '';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow();
  expect(await listeningAddresses(server.pid)).toEqual([`127.0.0.1:${server.port}`]);
  expect((await stat(`${dataDir}.password`)).mode & 0o777).toBe(0o600);
});

test('the same folder starts again after a stop and after a SIGKILL of the postmaster', async () => {
  await using folder = await temporaryFolder();
  const dataDir = join(folder.path, 'pg');
  const first = await startPostgres({ dataDir });
  await query(first.url(), 'CREATE TABLE kept AS SELECT 42 AS n');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect(await first.exited).toEqual({ code: 0, signal: null, asked: true });

  const second = await startPostgres({ dataDir });
  await query(second.url(), 'INSERT INTO kept VALUES (43)');
  process.kill(second.pid, 'SIGKILL');
  expect(await second.exited).toEqual({ code: null, signal: 'SIGKILL', asked: false });
  expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(true);

  await using third = await started(dataDir);
  expect(await query(third.url(), 'SELECT n FROM kept ORDER BY n')).toEqual([42, 43]);
});

test('a stale lock file whose process number belongs to another program blocks nothing', async () => {
  await using folder = await temporaryFolder();
  const dataDir = join(folder.path, 'pg');
  const first = await startPostgres({ dataDir });
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  const lockFile = join(dataDir, 'postmaster.pid');
  const bystander = spawn('sleep', ['1000'], { stdio: 'ignore' });
  try {
    await writeFile(lockFile, (await readFile(lockFile, 'utf8')).replace(/^\d+/, String(bystander.pid)));
    await using server = await started(dataDir);
    expect(await query(server.url(), 'SELECT 1')).toEqual([1]);
  } finally {
    bystander.kill();
  }
});

test('a folder with other things in it is refused and left alone', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'letter.txt'), 'mine');
  await expect(startPostgres({ dataDir: folder.path })).rejects.toThrow(
    `${folder.path} is not empty and not a Postgres data folder.`,
  );
  expect(await readFile(join(folder.path, 'letter.txt'), 'utf8')).toBe('mine');
});

test('a port that is taken is an error that names it', async () => {
  await using folder = await temporaryFolder();
  await using server = await started(join(folder.path, 'pg'));
  await expect(startPostgres({ dataDir: join(folder.path, 'other'), port: server.port })).rejects.toThrow(
    `port ${server.port} cannot be used`,
  );
});

test('a server that cannot start shows the end of its log', async () => {
  await using folder = await temporaryFolder();
  await expect(
    startPostgres({ dataDir: join(folder.path, 'pg'), settings: { shared_buffers: 'nonsense' } }),
  ).rejects.toThrow(/Postgres did not start: the server ended\..*shared_buffers/s);
});
