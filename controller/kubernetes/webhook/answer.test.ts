// Verdicts in the words of Kubernetes.

import { expect, test } from '@jest/globals';
import { finding } from '../../../crds/findings.ts';
import { answerOf, fieldOf } from './answer.ts';
import { resourceOf, reviewOf } from './testing.ts';

const request = reviewOf('CREATE', resourceOf('Agent', 'a'));

test.each([
  ['/spec/a/0/b', 'spec.a[0].b'],
  ['/metadata/labels/example.com~1team', 'metadata.labels[example.com/team]'],
  ['/metadata/org', 'metadata.namespace'],
  ['', 'metadata.name'],
])('%s is %s', (pointer, field) => {
  expect(fieldOf(finding('InvalidValue', pointer, ''))).toBe(field);
});

test.each([
  ['InvalidValue', 422, 'Invalid'],
  ['PolicyViolation', 422, 'Invalid'],
  ['Forbidden', 403, 'Forbidden'],
  ['DeclaredTwice', 409, 'AlreadyExists'],
  // Kubernetes' own word would have the request repeated.
  ['OrgChanged', 409, 'Forbidden'],
  ['Internal', 500, 'InternalError'],
] as const)('%s is refused as %d %s', (code, status, reason) => {
  const { response } = answerOf(request, [finding(code, '/spec/budget', 'no')]);
  expect(response).toMatchObject({ uid: '1', allowed: false, status: { code: status, reason } });
});

test('a refusal names everything that is wrong, each with its field', () => {
  const rule = { rule: 'acme:rules/deny' };
  const { response } = answerOf(request, [
    { ...finding('PolicyViolation', '/spec/tools/1', 'not this tool'), ...rule },
    finding('SelectorMatchesNothing', '/spec/selector', 'nothing', 'warning'),
    finding('InvalidValue', '/spec/budget', 'no name'),
  ]);
  expect(response).toMatchObject({
    status: {
      message: 'spec.tools[1]: not this tool (acme:rules/deny); spec.budget: no name',
      details: {
        causes: [
          { reason: 'PolicyViolation', field: 'spec.tools[1]', message: 'not this tool (acme:rules/deny)' },
          { reason: 'InvalidValue', field: 'spec.budget', message: 'no name' },
        ],
      },
    },
    warnings: ['spec.selector: nothing'],
  });
});

test('a warning fits into what Kubernetes prints', () => {
  const { response } = answerOf(request, [
    finding('PolicyWarning', '/spec', `${'long '.repeat(200)}\nend`, 'warning'),
  ]);
  expect(response.allowed).toBe(true);
  expect(response.warnings?.[0]).toHaveLength(256);
  expect(response.warnings?.[0]).toMatch(/…$/);
});

test('what may pass by itself asks to come again', () => {
  const { response } = answerOf(request, [finding('DependencyUnavailable', '', 'Postgres does not answer')]);
  expect(response.status).toMatchObject({ code: 503, details: { retryAfterSeconds: 1 } });
});
