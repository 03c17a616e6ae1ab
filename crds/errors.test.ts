import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { errorCodes, errors, isErrorCode } from './errors.ts';
import { finding, findingSchema, LatticeError, problemSchema } from './findings.ts';

test.each(Object.entries(errors))(
  '%s has a status, a title and a remedy in plain sentences',
  (code, error) => {
    expect(code).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(error.status).toBeGreaterThanOrEqual(400);
    expect(error.status).toBeLessThan(600);
    expect(error.title).toMatch(/^[A-Z].+[^.]$/);
    expect(error.remedy).toMatch(/^[A-Z].+\.$/);
  },
);

test('the docs page has an anchor for every code, and for no other', async () => {
  const page = await readFile(join(import.meta.dirname, '../docs/reference/errors.md'), 'utf8');
  expect([...page.matchAll(/<a id="([^"]+)">/g)].map(([, code]) => code)).toEqual([...errorCodes]);
});

test('only codes of the table are codes', () => {
  expect(isErrorCode('NotFound')).toBe(true);
  expect(isErrorCode('toString')).toBe(false);
  // From a newer controller: read, not refused.
  expect(findingSchema.parse({ ...finding('NotFound', '', 'x'), code: 'Nope' })).toMatchObject({
    code: 'Internal',
  });
});

test('the table cannot be changed at run time', () => {
  expect(Object.isFrozen(errors)).toBe(true);
  expect(Object.values(errors).every((error) => Object.isFrozen(error))).toBe(true);
});

test('a finding carries the remedy of its code and passes the schema that clients parse', () => {
  const found = finding('UnknownField', '/spec/x', '"x" is not a field', 'warning');
  expect(findingSchema.parse(found)).toEqual({
    code: 'UnknownField',
    level: 'warning',
    pointer: '/spec/x',
    message: '"x" is not a field',
    remedy: errors.UnknownField.remedy,
  });
  const error = new LatticeError('UnknownField', 'no', [found]);
  expect(error).toMatchObject({
    name: 'LatticeError',
    code: 'UnknownField',
    message: 'no',
    findings: [found],
  });
  expect(problemSchema.shape.findings.parse(error.findings)).toEqual([found]);
});
