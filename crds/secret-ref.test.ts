import { expect, test } from '@jest/globals';
import { secretRef } from './secret-ref.ts';

const problems = (value: unknown): string[] => {
  const parsed = secretRef('A key.').safeParse(value);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `/${path.join('/')} ${message}`);
};

test.each([
  { why: 'a variable', secret: { env: 'LATTICE_SECRET_OPENAI' } },
  { why: 'a file', secret: { file: 'openai' } },
  { why: 'a Secret of Kubernetes', secret: { kubernetes: { name: 'openai', key: 'api-key' } } },
  { why: 'a file in a folder', secret: { file: 'acme/prod/openai.key' } },
])('a secret is named by one place: $why', ({ secret }) => {
  expect(problems(secret)).toEqual([]);
});

test.each([
  { why: 'no place', secret: {}, says: 'name one place' },
  { why: 'two places', secret: { env: 'LATTICE_SECRET_A', file: 'a' }, says: 'name one place' },
  {
    why: 'stored',
    secret: { stored: { name: 'a' } },
    says: '/stored stored secrets are not available yet; use env, file or kubernetes',
  },
  { why: 'stored with a version', secret: { stored: { name: 'a', version: 2 } }, says: 'not available yet' },
  { why: 'stored and another', secret: { stored: { name: 'a' }, file: 'a' }, says: 'name one place' },
  {
    why: 'a Secret of another namespace',
    secret: { kubernetes: { name: 'a', key: 'b', namespace: 'c' } },
    says: 'namespace',
  },
  {
    why: 'a Secret by a path',
    secret: { kubernetes: { name: '../a', key: 'b' } },
    says: 'the name of a Secret',
  },
  { why: 'a key by a path', secret: { kubernetes: { name: 'a', key: '../b' } }, says: 'a key of the data' },
  { why: 'the secret itself', secret: 'sk-123', says: 'expected object' },
  { why: 'the secret as a member', secret: { value: 'sk-123' }, says: 'value' },
  { why: 'a variable of somebody else', secret: { env: 'PATH' }, says: 'LATTICE_SECRET_' },
  { why: 'a setting of the worker', secret: { env: 'LATTICE_DATABASE_URL' }, says: 'LATTICE_SECRET_' },
  { why: 'only the beginning', secret: { env: 'LATTICE_SECRET_' }, says: 'LATTICE_SECRET_' },
  { why: 'something before it', secret: { env: 'X_LATTICE_SECRET_A' }, says: 'LATTICE_SECRET_' },
  { why: 'a variable in small letters', secret: { env: 'LATTICE_SECRET_a' }, says: 'LATTICE_SECRET_' },
  { why: 'a second line', secret: { env: 'LATTICE_SECRET_A\nX' }, says: 'LATTICE_SECRET_' },
  { why: 'an absolute path', secret: { file: '/etc/shadow' }, says: 'a path within' },
  { why: 'up', secret: { file: '../key' }, says: 'a path within' },
  { why: 'up from below', secret: { file: 'a/../../key' }, says: 'a path within' },
  { why: 'here', secret: { file: './key' }, says: 'a path within' },
  { why: 'a hidden file', secret: { file: 'a/.git' }, says: 'a path within' },
  { why: 'an empty part', secret: { file: 'a//b' }, says: 'a path within' },
  { why: 'a folder', secret: { file: 'a/' }, says: 'a path within' },
  { why: 'nothing', secret: { file: '' }, says: 'a path within' },
  { why: 'a backslash', secret: { file: 'a\\b' }, says: 'a path within' },
  { why: 'NUL', secret: { file: 'a\0b' }, says: 'a path within' },
  { why: 'home', secret: { file: '~/key' }, says: 'a path within' },
  { why: 'a path of 257 characters', secret: { file: 'a'.repeat(257) }, says: '256' },
])('and nothing else is a place: $why', ({ secret, says }) => {
  expect(problems(secret).join('\n')).toContain(says);
});

test('what is refused is not repeated', () => {
  expect(problems({ value: 'sk-123' }).join()).not.toContain('sk-123');
  expect(problems('sk-123').join()).not.toContain('sk-123');
});
