import { expect, test } from '@jest/globals';
import { crashLine } from './crash.ts';

test('a crash is one line of the log, without what an error carries along', () => {
  const error = Object.assign(new Error('it broke', { cause: new Error('cause-planted') }), {
    connection: { password: 'planted' },
  });
  const line = crashLine(error, new Date('2031-02-03T04:05:06Z'));
  expect(line).not.toMatch(/planted|\n/);
  expect(JSON.parse(line)).toMatchObject({ level: 'fatal', time: '2031-02-03T04:05:06.000Z' });
  expect(JSON.parse(line).error).toMatch(/^Error: it broke\n\s+at /);
});

test('what was thrown and is no error is not repeated', () => {
  expect(crashLine({ token: 'planted' }, new Date())).not.toContain('planted');
});
