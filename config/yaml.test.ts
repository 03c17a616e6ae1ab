// Whatever stands in a file, it is read or refused with its place, and a refusal never repeats what stands there.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readYamlDocuments, YamlFault } from './yaml.ts';

const SECRET = 'sk-planted-5f2c91';

/** Pieces of which texts are made that almost are YAML; a random string hardly ever gets past its first line. */
const pieces = [
  ...[
    'a: ',
    'b:',
    '- ',
    '? ',
    ': ',
    '&x ',
    '*x',
    '*y',
    '!t ',
    '!!int ',
    '!!binary ',
    '{',
    '}',
    '[',
    ']',
    ',',
  ],
  ...['"', "'", '\\', '|\n', '>-\n', '#', '%YAML 1.3\n', '%TAG ! !\n', '---\n', '...\n', '\n', '\n  ', '\t'],
  ...['\0', '\uFEFF', '"\\ud800"', '1e999', '.nan', '-0', '0x1F', '9'.repeat(400), '__proto__: ', '<<: *x\n'],
  ...['@', '`', '~', SECRET, `"${SECRET}`, `!${SECRET} `, `*${SECRET}`, `&${SECRET} `, `%${SECRET}\n`],
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
);

test('any text is read, or refused without a word of it', () => {
  fc.assert(
    fc.property(text, fc.boolean(), (yaml, bigints) => {
      try {
        for (const { line } of readYamlDocuments(yaml, { bigints })) expect(line).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(YamlFault);
        expect(String(error)).not.toContain(SECRET);
      }
    }),
    { numRuns: 1_500 },
  );
});

const nested = (open: string, close: string) => `a: ${open.repeat(50_000)}${close.repeat(50_000)}`;
const laughs = ['a: &a [x,x,x,x,x,x,x,x,x]']
  .concat([...'bcdefghij'].map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]},`.repeat(9)}]`))
  .join('\n');

test.each([
  ['a bomb of aliases', laughs],
  ['a value that contains itself', 'a: &x [1, *x]'],
  ['a mapping that contains itself', '&x\na: *x\n'],
  ['an alias without an anchor', `a: *${SECRET}`],
  ['nested lists', nested('[', ']')],
  ['nested mappings', nested('{a: ', '}')],
  ['nested blocks', Array.from({ length: 3_000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
  ['a key twice', `a: 1\na: ${SECRET}`],
  ['a quote that never ends', `a: "${SECRET}`],
  ['text after a value', `a: "x" ${SECRET}`],
  ['an unknown escape', `a: "\\${SECRET}"`],
  ['a block scalar with more in its first line', `a: |${SECRET}`],
])('%s is a fault with a place', (_why, yaml) => {
  let fault: unknown;
  try {
    readYamlDocuments(yaml);
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(YamlFault);
  expect(String(fault)).not.toContain(SECRET);
});

test('a million digits and a million lines are read in time', () => {
  expect(readYamlDocuments(`a: ${'9'.repeat(1_000_000)}`, { bigints: true })).toHaveLength(1);
  expect(readYamlDocuments('- a\n'.repeat(100_000))).toHaveLength(1);
});
