// What looks for secrets finds them: a search that finds nothing proves nothing by itself.

import { expect, test } from '@jest/globals';
import { planted } from './planted.ts';

test('a secret would be found in any form in which bytes are written', () => {
  const other = planted();
  const secret = other.plant('it', 'pl@nted/');
  const text = `begin ${secret} end`;
  const forms = [
    text,
    JSON.stringify({ text }),
    encodeURIComponent(text),
    ...['', ' ', '  '].map((shift) => Buffer.from(shift + text).toString('base64')),
    Buffer.from(text).toString('hex').toUpperCase(),
  ];
  for (const [at, form] of forms.entries()) other.saw(String(at), form);
  expect(other.findings()).toHaveLength(forms.length);
});
