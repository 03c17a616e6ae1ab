import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { httpUrl, text } from './fields.ts';
import { HTTP_URL, hasUser } from './http-url.ts';
import { parseSelector, SELECTOR_REQUIREMENTS } from './selector.ts';

test.each([
  { value: '', fits: false },
  { value: 'a', fits: false },
  { value: '😀', fits: false },
  { value: '😀😀', fits: true },
  { value: '😀😀😀', fits: true },
  { value: 'aaaa', fits: false },
  { value: '😀😀😀😀', fits: false },
])('characters are counted, not units: $value', ({ value, fits }) => {
  expect(text({ min: 2, max: 3 }).safeParse(value).success).toBe(fits);
});

const words = fc.constantFrom(
  'a',
  'in',
  'notin',
  'x.y/b',
  '-',
  '=',
  '==',
  '!=',
  '!',
  '(',
  ')',
  ',',
  ' ',
  '\t',
  '\u00a0',
  '_',
  '',
);

test('the pattern of a selector says what its parser says', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
      const selector = parts.join('');
      const parses = (() => {
        try {
          parseSelector(selector);
          return true;
        } catch {
          return false;
        }
      })();
      const matches = /^[ \t\n\f\r]*$/.test(selector) || SELECTOR_REQUIREMENTS.test(`,${selector}`);
      // \s of JavaScript knows more spaces than RE2, which refuses them by itself.
      expect([selector, /\u00a0/.test(selector) ? false : matches]).toEqual([selector, parses]);
    }),
    { numRuns: 5000 },
  );
});

test('what has the form of an address can be read, but for IPv6 and punycode', () => {
  const parts = fc.constantFrom(
    'a',
    '1',
    '0x',
    '.',
    ':',
    '@',
    '/',
    '?',
    '#',
    '%41',
    '255',
    '-',
    '_',
    '[x]',
    '8080',
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 8 }), (rest) => {
      const url = `https://${rest.join('')}`;
      if (!HTTP_URL.test(url)) return;
      expect([url, URL.canParse(url)]).toEqual([url, true]);
      const { username, password } = new URL(url);
      if (username !== '' || password !== '') expect([url, hasUser.test(url)]).toEqual([url, true]);
    }),
    { numRuns: 5000 },
  );
});

test('an address with a user is refused by name, and not repeated', () => {
  const { error } = httpUrl('An address.').safeParse('https://ann:secret@example.com');
  expect(error?.issues.map(({ message }) => message)).toEqual([
    'the address holds a user or a password; name the secret in apiKey',
  ]);
});
