import { expect, test } from '@jest/globals';
import { databaseUrlProblem } from './database-url.ts';

test.each([
  'postgres://user:pass@127.0.0.1:5432/lattice',
  'postgresql://db.example.com/lattice?sslmode=verify-full',
  'postgres://user:p%40%2F%23%3F%25s@host/db',
  'postgres://user@/lattice?host=/var/run/postgresql',
  'postgres:///lattice?host=/var/run/postgresql',
  'postgres://[::1]:5432/lattice',
])('%s is taken', (url) => {
  expect(databaseUrlProblem(url)).toBeUndefined();
});

test.each([
  ['no scheme', 'user:planted@host/db'],
  ['another scheme', 'mysql://user:planted@host/db'],
  ['words, as libpq takes them', 'host=db password=planted'],
  ['"/" in the password', 'postgres://user:pl/anted@host/db'],
  ['"/" after digits in the password', 'postgres://user:12/planted@host/db'],
  ['"#" in the password', 'postgres://user:12#planted@host/db'],
  ['"?" in the password', 'postgres://user:12?planted@host/db'],
  ['a part of a percent code', 'postgres://user:planted%@ho st/db'],
  ['"%" in the password', 'postgres://user:50%planted@host/db'],
  ['nothing', ''],
])('%s is refused without a word of it', (_why, url) => {
  const problem = databaseUrlProblem(url);
  expect(problem).toMatch(/must|holds/);
  expect(problem).not.toMatch(/planted|anted/);
});
