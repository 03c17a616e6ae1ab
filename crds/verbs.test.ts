import { expect, test } from '@jest/globals';
import { apiVerbs, roleVerbs } from './verbs.ts';

test('a role can speak of everything that a token can do, and of what agents do', () => {
  expect(roleVerbs).toEqual(expect.arrayContaining([...apiVerbs, 'invoke', 'approve']));
  expect(new Set(roleVerbs).size).toBe(roleVerbs.length);
  for (const verb of roleVerbs) expect(verb).toMatch(/^[a-z]+$/);
});
