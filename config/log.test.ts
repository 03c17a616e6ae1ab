import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { temporaryFolder } from '../servers/testing.ts';
import { createLog, type Log } from './log.ts';

async function linesOf(
  level: 'debug' | 'info' | 'warn',
  use: (log: Log) => void,
): Promise<Record<string, unknown>[]> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'log');
  const fd = openSync(file, 'w');
  use(createLog('test', level, fd));
  closeSync(fd);
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
}

test('an event is one line of JSON with program, level, time, message and its fields', async () => {
  const [line, ...more] = await linesOf('info', (log) =>
    log.info({ uid: 'u', text: 'two\nlines' }, 'reconciled'),
  );
  expect(more).toEqual([]);
  expect(line).toEqual({
    program: 'test',
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    message: 'reconciled',
    uid: 'u',
    text: 'two\nlines',
  });
});

test('what is below the level is left out, and the fields of a child are on each of its lines', async () => {
  const lines = await linesOf('warn', (log) => {
    const child = log.child({ reconcileId: 'r' });
    child.debug({}, 'one');
    child.info({}, 'two');
    child.warn({}, 'three');
    child.error({}, 'four');
    log.error({}, 'five');
  });
  expect(lines.map(({ message, reconcileId }) => [message, reconcileId])).toEqual([
    ['three', 'r'],
    ['four', 'r'],
    ['five', undefined],
  ]);
});
