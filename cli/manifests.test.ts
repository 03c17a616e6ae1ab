// Any text that is given as manifests is read, or refused as a fault of the user; and any manifest that was read is validated
// without a failure of ours.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { kinds } from '../crds/kinds.ts';
import { validateManifest } from '../crds/validate.ts';
import { nameOf, parseManifests } from './manifests.ts';
import { UsageError } from './usage.ts';

const odd = fc.oneof(
  fc.constantFrom(2 ** 53, -(2 ** 63), 1e308, Number.NaN, Number.POSITIVE_INFINITY, -0, '\0', '\ud800', ''),
  fc.jsonValue({ maxDepth: 3 }),
);
/** The names of all fields that there are, so that values land where something reads them. */
const fields = [
  ...new Set(kinds.flatMap(({ spec }) => Object.keys('shape' in spec.def ? spec.def.shape : {}))),
  ...['__proto__', 'constructor', 'toString', 'a/b~c', ''],
];
const spec = fc.dictionary(fc.constantFrom(...fields), odd, { maxKeys: 8 });
const manifest = fc.record(
  {
    apiVersion: fc.oneof(fc.constant('lattice.dev/v1alpha1'), odd),
    kind: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...kinds.map(({ name }) => name)) }, odd),
    metadata: fc.oneof(
      fc.record({ name: fc.oneof(fc.constant('a'), odd), org: fc.oneof(fc.constant('o'), odd) }),
      odd,
    ),
    spec: fc.oneof({ weight: 8, arbitrary: spec }, odd),
  },
  { requiredKeys: [] },
);

test('any manifest is validated, and any other text refused, without a failure of ours', () => {
  const inYaml = manifest.map((value) => stringify(value));
  fc.assert(
    fc.property(fc.oneof(inYaml, fc.json(), fc.string({ unit: 'binary' })), (text) => {
      try {
        for (const read of parseManifests('it.yaml', text)) {
          for (const { code, message } of validateManifest(read.manifest).findings)
            expect([code, message]).not.toContain('');
          nameOf(read);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
    { numRuns: 1_500 },
  );
});

test('an integer that would be rounded is refused by its field', () => {
  expect(() => parseManifests('it.yaml', 'kind: Budget\nspec:\n  limitMicroUsd: 9007199254740993')).toThrow(
    'it.yaml:1: /spec/limitMicroUsd: IntegerTooLarge',
  );
});
