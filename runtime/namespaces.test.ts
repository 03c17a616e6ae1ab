import { expect, test } from '@jest/globals';
import type { Log } from './log.ts';
import { watchNamespaces } from './namespaces.ts';
import { until } from './testing/until.ts';

const quiet = (warnings: string[] = []): Log => ({
  info: () => {},
  warn: (_fields, message) => warnings.push(message),
  error: () => {},
});

test('a failed read is not an empty list, and is told once', async () => {
  const reads = [['a'], new Error('Postgres is away'), new Error('still away'), ['a', 'b']];
  const seen: (readonly string[])[] = [];
  const warnings: string[] = [];
  let changed = () => {};
  const watch = watchNamespaces(
    {
      async listNamespaces() {
        const next = reads.shift() ?? ['a', 'b'];
        if (next instanceof Error) throw next;
        return next;
      },
      onChange(listener) {
        changed = listener;
        return () => {};
      },
    },
    quiet(warnings),
    (list) => seen.push(list),
  );
  await until('all reads were made', () => {
    changed();
    return reads.length === 0 && seen.length >= 2;
  });
  await watch.stop();
  expect(seen.slice(0, 2)).toEqual([['a'], ['a', 'b']]);
  expect(warnings).toHaveLength(1);
});

test('a change during a read brings another read, and none comes after stop', async () => {
  let reads = 0;
  let unsubscribed = false;
  let changed = () => {};
  const watch = watchNamespaces(
    {
      async listNamespaces() {
        reads += 1;
        if (reads === 1) changed();
        return [];
      },
      onChange(listener) {
        changed = listener;
        return () => {
          unsubscribed = true;
        };
      },
    },
    quiet(),
    () => {},
  );
  const started = Date.now();
  await until('it was read again', () => reads >= 2);
  expect(Date.now() - started).toBeLessThan(900);
  await watch.stop();
  const before = reads;
  changed();
  await Promise.resolve();
  expect(reads).toBe(before);
  expect(unsubscribed).toBe(true);
});
