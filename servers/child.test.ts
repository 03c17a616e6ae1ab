import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { isAlive } from './cache.ts';
import { type ChildOptions, startChild } from './child.ts';
import { eventually, temporaryFolder } from './testing.ts';

function sleeper(folder: string, script = 'exec sleep 1000'): ChildOptions {
  return {
    name: 'Sleeper',
    command: '/bin/sh',
    args: ['-c', script],
    logFile: join(folder, 'sleeper.log'),
    stopSignal: 'SIGTERM',
    stopLimitMs: 30_000,
  };
}

test('stop ends the process and says that it was asked', async () => {
  await using folder = await temporaryFolder();
  const child = await startChild(sleeper(folder.path));
  expect(await child.stop()).toEqual({ code: null, signal: 'SIGTERM', asked: true });
  expect(isAlive(child.pid)).toBe(false);
});

test('a process that ignores the signal is killed after the limit', async () => {
  await using folder = await temporaryFolder();
  const stubborn = sleeper(folder.path, 'trap "" TERM; echo ready; while :; do sleep 0.1; done');
  const child = await startChild({ ...stubborn, stopLimitMs: 200 });
  await eventually('the trap is set', async () =>
    (await readFile(stubborn.logFile, 'utf8')).includes('ready'),
  );
  expect(await child.stop()).toMatchObject({ signal: 'SIGKILL' });
});

test('an unexpected end is reported, with the output in the log', async () => {
  await using folder = await temporaryFolder();
  const options = sleeper(folder.path, 'echo oh dear; exit 3');
  const child = await startChild(options);
  expect(await child.exited).toEqual({ code: 3, signal: null, asked: false });
  expect(await readFile(options.logFile, 'utf8')).toBe('oh dear\n');
});

test('a command that does not exist is an error that names the server', async () => {
  await using folder = await temporaryFolder();
  await expect(startChild({ ...sleeper(folder.path), command: '/does/not/exist' })).rejects.toThrow(
    /Sleeper did not start: .*\/does\/not\/exist/,
  );
});

test('children end when their parent is killed, also those that ignore the signal', async () => {
  await using folder = await temporaryFolder();
  const script = join(folder.path, 'parent.ts');
  const stubborn = { ...sleeper(folder.path, 'trap "" TERM; while :; do sleep 0.1; done'), stopLimitMs: 300 };
  await writeFile(
    script,
    `import { startChild } from '${join(import.meta.dirname, 'child.ts')}';
     const meek = await startChild(${JSON.stringify(sleeper(folder.path))});
     const stubborn = await startChild(${JSON.stringify(stubborn)});
     process.stdout.write(meek.pid + ' ' + stubborn.pid + '\\n');`,
  );
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(parent.stdout), 'line');
  const pids = String(line).split(' ').map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  parent.kill('SIGKILL');
  await eventually('both children are gone', () => pids.every((pid) => !isAlive(pid)));
});

test('a parent that has stopped its children can end: no guard keeps it', async () => {
  await using folder = await temporaryFolder();
  const script = join(folder.path, 'parent.ts');
  await writeFile(
    script,
    `import { startChild } from '${join(import.meta.dirname, 'child.ts')}';
     const child = await startChild(${JSON.stringify(sleeper(folder.path))});
     await child.stop();`,
  );
  const parent = spawn(process.execPath, [script], { stdio: 'ignore' });
  expect(await once(parent, 'exit')).toEqual([0, null]);
});
