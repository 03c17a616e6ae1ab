import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { listHistories } from './testing/histories.ts';

const program = fileURLToPath(new URL('testing/replay-process.ts', import.meta.url));

test('every history that an agent ever wrote still replays', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', program]);
  const files = await listHistories();
  expect(files.length).toBeGreaterThanOrEqual(2);
  expect(JSON.parse(stdout)).toEqual(Object.fromEntries(files.map((file) => [file, 'replayed'])));
});
