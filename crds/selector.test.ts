import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matches, parseSelector, type Requirement, SelectorError } from './selector.ts';

const prod = { env: 'prod', team: 'core', 'lattice.dev/tier': 'gold', empty: '' };

test.each([
  { selector: '', matched: true },
  { selector: '   ', matched: true },
  { selector: 'env=prod', matched: true },
  { selector: 'env==prod', matched: true },
  { selector: 'env = prod', matched: true },
  { selector: 'env=dev', matched: false },
  { selector: 'env=', matched: false },
  { selector: 'empty=', matched: true },
  { selector: 'env!=dev', matched: true },
  { selector: 'env!=prod', matched: false },
  { selector: 'absent!=prod', matched: true },
  { selector: 'env', matched: true },
  { selector: 'absent', matched: false },
  { selector: '!absent', matched: true },
  { selector: '! absent', matched: true },
  { selector: '!env', matched: false },
  { selector: 'env in (dev,prod)', matched: true },
  { selector: 'env in ( dev , prod )', matched: true },
  { selector: 'env in(prod)', matched: true },
  { selector: 'env in (dev)', matched: false },
  { selector: 'absent in (dev)', matched: false },
  { selector: 'empty in ()', matched: true },
  { selector: 'env notin (dev)', matched: true },
  { selector: 'env notin (dev,prod)', matched: false },
  { selector: 'absent notin (dev)', matched: true },
  { selector: 'lattice.dev/tier=gold', matched: true },
  { selector: 'env=prod,team=core', matched: true },
  { selector: 'env=prod,team=web', matched: false },
  { selector: 'env in (dev,prod),!absent,team', matched: true },
  // A key may be any word, also those of the grammar.
  { selector: 'in', matched: false },
  { selector: 'notin in (a)', matched: false },
  // Names of what every object has are no labels.
  { selector: 'constructor', matched: false },
  { selector: 'toString!=x', matched: true },
])('"$selector" matches: $matched', ({ selector, matched }) => {
  expect(matches(parseSelector(selector), prod)).toBe(matched);
});

test.each([
  ['a comma alone', ','],
  ['a comma at the end', 'env=prod,'],
  ['a comma at the beginning', ',env=prod'],
  ['two commas', 'a,,b'],
  ['no key', '=prod'],
  ['a key that begins with a dash', '-env=prod'],
  ['a key of 64 characters', `${'k'.repeat(64)}=x`],
  ['two slashes', 'a/b/c=d'],
  ['a prefix in capitals', 'Lattice.dev/tier=x'],
  ['a value with a space', 'env=pr od'],
  ['a value of 64 characters', `env=${'v'.repeat(64)}`],
  ['a value that ends in a dash', 'env=prod-'],
  ['a third sign', 'env===prod'],
  ['greater than', 'replicas>3'],
  ['an exclamation mark alone', '!'],
  ['two exclamation marks', '!!env'],
  ['absent with a value', '!env=prod'],
  ['a list that does not end', 'env in (prod'],
  ['a list that does not begin', 'env in prod)'],
  ['a list in a list', 'env in ((prod))'],
  ['no list', 'env in prod'],
  ['text behind the list', 'env in (prod) x'],
  ['two words', 'env prod'],
  ['IN in capitals', 'env IN (prod)'],
  ['a quoted value', 'env="prod"'],
  ['a new line', 'env=prod\nteam=x'],
])('is not of the grammar: %s', (_what, selector) => {
  expect(() => parseSelector(selector)).toThrow(SelectorError);
});

const keys = fc.constantFrom('env', 'team', 'lattice.dev/tier', 'in', 'notin', 'a.b_c-d');
const values = fc.constantFrom('', 'prod', 'dev', '1', 'x_y.z-0');
const requirements: fc.Arbitrary<Requirement> = fc.oneof(
  fc.record({
    key: keys,
    is: fc.constantFrom('in' as const, 'notin' as const),
    values: fc.array(values, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ key: keys, is: fc.constantFrom('exists' as const, 'absent' as const) }),
);
const labelSets = fc.dictionary(keys, values);

function written(requirement: Requirement): string {
  switch (requirement.is) {
    case 'in':
    case 'notin':
      return `${requirement.key} ${requirement.is} (${requirement.values.join(',')})`;
    case 'exists':
      return requirement.key;
    case 'absent':
      return `!${requirement.key}`;
  }
}

test('what is written is what is read', () => {
  fc.assert(
    fc.property(fc.array(requirements, { maxLength: 4 }), (selector) => {
      expect(parseSelector(selector.map(written).join(', '))).toEqual(selector);
    }),
  );
});

test('a selector is all of its requirements, and notin is not in', () => {
  fc.assert(
    fc.property(fc.array(requirements), labelSets, (selector, labels) => {
      expect(matches(selector, labels)).toBe(selector.every((one) => matches([one], labels)));
      for (const one of selector)
        if (one.is === 'in') expect(matches([{ ...one, is: 'notin' }], labels)).toBe(!matches([one], labels));
    }),
  );
});

test('any text is read or refused, and nothing else is thrown', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'ab,=!() in') })), (text) => {
      try {
        parseSelector(text);
      } catch (error) {
        expect(error).toBeInstanceOf(SelectorError);
      }
    }),
  );
});
