import { expect, test } from '@jest/globals';
import { builtins } from '../builtins/index.ts';
import { shadowed } from '../shadow.ts';
import { compareFamilies } from './compare.ts';
import { families } from './index.ts';

test('every case of the corpus has the value that opa eval gives', async () => {
  const { cases, differences } = await compareFamilies(families);
  expect(differences).toEqual([]);
  expect(cases).toBeGreaterThan(1_000);
});

test('the corpus covers every builtin of the engine', () => {
  const all = families.flatMap(({ cases }) => cases.map(({ expr, given = '' }) => expr + given)).join('\n');
  const own = new Set(Object.values(shadowed));
  const names = [...Object.keys(builtins).filter((name) => !own.has(name)), ...Object.keys(shadowed)];
  // The time of an evaluation is the caller's, so there is nothing to compare.
  const missing = names.filter((name) => name !== 'time.now_ns' && !all.includes(`${name}(`));
  expect(missing).toEqual([]);
});
