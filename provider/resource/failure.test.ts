// What a user reads for each way in which the controller can say no.

import { expect, test } from '@jest/globals';
import { type Finding, finding } from '../../crds/findings.ts';
import { resources } from '../../crds/generated/terraform.ts';
import { RefusedError, UnansweredError } from '../http/errors.ts';
import { resourceSchema } from '../schema/from-definition.ts';
import { failure } from './failure.ts';

const definition = resources.lattice_budget;
if (definition === undefined) throw new Error('no lattice_budget');
const { attributes } = resourceSchema(definition);

const refused = (findings: Finding[], code: Finding['code'] = 'InvalidValue') =>
  new RefusedError(422, code, 'it is not allowed', findings, false);

test('every finding is told on its attribute', () => {
  const findings = [
    finding('InvalidValue', '/spec/window', 'no such window'),
    finding('MissingField', '', 'more'),
  ];
  expect(failure(refused(findings), attributes, 'create it')).toMatchObject([
    { severity: 'error', summary: 'The value is not allowed (InvalidValue)', path: ['window'] },
    { severity: 'error', summary: 'A required field is missing (MissingField)', path: [] },
  ]);
});

test('a refusal is an error, even where its findings are warnings or none', () => {
  const warning = finding('InvalidValue', '/spec/window', 'odd', 'warning');
  expect(failure(refused([warning], 'OwnedByAnother'), attributes, 'create it')).toMatchObject([
    { severity: 'warning', path: ['window'] },
    { severity: 'error', summary: 'The object is owned by another manager (OwnedByAnother)' },
  ]);
  expect(failure(refused([]), attributes, 'create it')).toMatchObject([{ severity: 'error' }]);
});

test('a change in between says what to do in Terraform', () => {
  const [told] = failure(refused([], 'StaleResourceVersion'), attributes, 'update it');
  expect(told?.detail).toBe(
    'It is not allowed.\n\nSomebody changed it after this plan was made. Run terraform plan again and look at what is new.',
  );
});

test.each([
  ['The controller does not answer', new UnansweredError('After 20s, no answer: ECONNREFUSED', false)],
  ['The controller refused with status 502', new RefusedError(502, undefined, 'a page', [], false)],
  ['The controller cannot be understood', new TypeError('a string where a number belongs')],
])('%s: said plainly', (summary, error) => {
  const [told] = failure(error, attributes, 'read budget acme/root');
  expect(told).toMatchObject({ severity: 'error', summary });
  expect(told?.detail).toContain('Could not read budget acme/root.');
});
