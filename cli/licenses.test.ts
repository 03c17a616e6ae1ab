import { expect, test } from '@jest/globals';
import { isPermissive, licenseProblem, productionPackages } from './licenses.ts';

const noText = async () => undefined;
const named = (license: string | undefined, name = 'it') =>
  licenseProblem({ name, version: '4.6.0', license, path: `node_modules/${name}` }, noText);

test.each([
  ['MIT', true],
  ['(Apache-2.0 AND BSD-3-Clause)', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['GPL-3.0-only OR AGPL-3.0-only', false],
  ['MIT AND GPL-3.0-only', false],
  ['(MIT OR GPL-2.0-only) AND LGPL-3.0-only', false],
  ['MIT OR GPL-3.0-only AND AGPL-3.0-only', true],
  ['SEE LICENSE IN LICENSE.txt', false],
  ['UNLICENSED', false],
  ['BUSL-1.1', false],
  ['', false],
])('%s: allowed is %s', (expression, allowed) => {
  expect(isPermissive(expression)).toBe(allowed);
});

test('a licence that is not on the list, and a missing one, are told by package', async () => {
  expect(await named('MIT')).toBeUndefined();
  expect(await named('SSPL-1.0')).toMatch(/^it@4\.6\.0 has the licence "SSPL-1\.0"/);
  expect(await named(undefined)).toMatch(/^it@4\.6\.0 names no licence/);
  expect(await named(undefined, 'unionfs')).toMatch(/is not the text that was read/);
});

test('packages of tests and builds are left aside, nested and scoped ones are not', () => {
  const packages = {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', dev: true },
    'node_modules/b/node_modules/@s/c': { version: '2.0.0', license: 'MIT', optional: true },
  };
  expect(productionPackages({ packages })).toEqual([
    { name: '@s/c', version: '2.0.0', license: 'MIT', path: 'node_modules/b/node_modules/@s/c' },
  ]);
});
