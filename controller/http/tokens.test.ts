import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ConfigError } from '../../config/load.ts';
import type { LatticeError } from '../../crds/findings.ts';
import { temporaryFolder } from '../../servers/testing.ts';
import type { Queryable } from '../../store/database.ts';
import { verbs } from '../admission/caller.ts';
import { authenticate as identify } from './credentials.ts';
import { hashToken, loadTokens, type Token } from './tokens.ts';

const SECRET = 'a-long-random-token';

const token = (change: Partial<Token> = {}): Token => ({
  name: 'ci',
  sha256: hashToken(SECRET),
  orgs: ['acme'],
  verbs: ['get', 'create'],
  managers: ['terraform'],
  ...change,
});

const tokens = [token({ name: 'other', sha256: hashToken('another') }), token()];

const nobodyAsks = (): never => {
  throw new Error('a token of the file, or of a foreign form, costs no look into the database');
};
const db: Queryable = { rows: nobodyAsks, run: nobodyAsks };
const authenticate = async (known: readonly Token[], header: string | undefined, claim: string | undefined) =>
  (await identify(known, db, header, claim)).caller;

/** Code of the refusal. */
async function refusal(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as LatticeError).code;
  }
  return 'none';
}

test.each([
  { why: 'as everybody writes it', header: `Bearer ${SECRET}` },
  { why: 'in small letters', header: `bearer ${SECRET}` },
])('who has the token is its caller: $why', async ({ header }) => {
  expect(await authenticate(tokens, header, undefined)).toEqual({
    name: 'ci',
    orgs: ['acme'],
    verbs: ['get', 'create'],
    owner: { manager: 'api', instance: 'ci', ref: '' },
  });
});

test.each([
  { why: 'no header', header: undefined },
  { why: 'an empty header', header: '' },
  { why: 'another scheme', header: `Basic ${SECRET}` },
  { why: 'no token', header: 'Bearer ' },
  { why: 'the token alone', header: SECRET },
  { why: 'two spaces', header: `Bearer  ${SECRET}` },
  { why: 'a second word', header: `Bearer ${SECRET} x` },
  { why: 'a line break behind it', header: `Bearer ${SECRET}\n` },
  { why: 'a wrong token', header: 'Bearer nope' },
  { why: 'a part of the token', header: `Bearer ${SECRET.slice(0, -1)}` },
  { why: 'the hash instead of the token', header: `Bearer ${hashToken(SECRET)}` },
  { why: 'other letters', header: `Bearer ${SECRET.toUpperCase()}` },
])('who has it not is nobody: $why', async ({ header }) => {
  expect(await refusal(() => authenticate(tokens, header, undefined))).toBe('Unauthenticated');
});

test('without any token nobody comes in', async () => {
  expect(await refusal(() => authenticate([], `Bearer ${SECRET}`, undefined))).toBe('Unauthenticated');
});

test('a star stands for all orgs and all verbs', async () => {
  const all = await authenticate([token({ orgs: ['*'], verbs: ['*'] })], `Bearer ${SECRET}`, undefined);
  expect(all.orgs).toBe('all');
  expect(all.verbs).toEqual([...verbs]);
});

test.each([
  {
    why: 'a manager of the token',
    claim: 'terraform/prod',
    owner: { manager: 'terraform', instance: 'prod', ref: '' },
  },
  {
    why: 'api, which everybody may',
    claim: 'api/somebody',
    owner: { manager: 'api', instance: 'somebody', ref: '' },
  },
  {
    why: 'an instance of odd characters',
    claim: 'terraform/Prod.eu_1-a',
    owner: { manager: 'terraform', instance: 'Prod.eu_1-a', ref: '' },
  },
])('an owner that the credential allows is the owner: $why', async ({ claim, owner }) => {
  expect((await authenticate(tokens, `Bearer ${SECRET}`, claim)).owner).toEqual(owner);
});

test.each([
  { why: 'a manager that the token does not have', claim: 'git/main', code: 'Forbidden' },
  { why: 'a manager that does not exist', claim: 'ansible/x', code: 'InvalidRequest' },
  { why: 'no instance', claim: 'terraform/', code: 'InvalidRequest' },
  { why: 'no manager', claim: '/prod', code: 'InvalidRequest' },
  { why: 'no slash', claim: 'terraform', code: 'InvalidRequest' },
  { why: 'two slashes', claim: 'terraform/a/b', code: 'InvalidRequest' },
  { why: 'capitals', claim: 'Terraform/prod', code: 'InvalidRequest' },
  { why: 'two claims', claim: 'api/a,terraform/b', code: 'InvalidRequest' },
  { why: 'a claim of 129 characters', claim: `api/${'a'.repeat(129)}`, code: 'InvalidRequest' },
  { why: 'an empty claim', claim: '', code: 'InvalidRequest' },
])('an owner that it does not allow is refused, not replaced: $why', async ({ claim, code }) => {
  expect(await refusal(() => authenticate(tokens, `Bearer ${SECRET}`, claim))).toBe(code);
});

test('a claim without the token is answered as no token: it tells nothing', async () => {
  expect(await refusal(() => authenticate(tokens, 'Bearer nope', 'git/main'))).toBe('Unauthenticated');
});

async function load(text: string): Promise<Token[]> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'tokens.yaml');
  await writeFile(file, text);
  return await loadTokens(file);
}

const entry = (more = '') => `- {name: ci, sha256: ${hashToken(SECRET)}, orgs: [acme], verbs: [get]${more}}`;

test('a tokens file is read, and a token claims nothing that it does not list', async () => {
  const [read] = await load(`tokens:\n${entry()}`);
  expect(read).toEqual({
    name: 'ci',
    sha256: hashToken(SECRET),
    orgs: ['acme'],
    verbs: ['get'],
    managers: [],
  });
});

test.each([
  { why: 'no token', text: 'tokens: []', says: 'names no token' },
  { why: 'an empty file', text: '', says: 'is not valid' },
  { why: 'not YAML', text: 'tokens: [', says: 'not YAML' },
  {
    why: 'a token in place of its hash',
    text: `tokens: [{name: ci, sha256: ${SECRET}, orgs: [a], verbs: [get]}]`,
    says: 'the SHA-256 of the token, in hex',
  },
  { why: 'an unknown verb', text: `tokens:\n${entry().replace('[get]', '[read]')}`, says: 'verbs' },
  { why: 'no org', text: `tokens:\n${entry().replace('[acme]', '[]')}`, says: 'orgs' },
  { why: 'an unknown field', text: `tokens:\n${entry(', admin: true')}`, says: 'admin' },
  { why: 'an unknown manager', text: `tokens:\n${entry(', managers: [ansible]')}`, says: 'managers' },
  { why: 'a name twice', text: `tokens:\n${entry()}\n${entry()}`, says: 'two tokens with the name "ci"' },
  {
    why: 'one token under two names',
    text: `tokens:\n${entry()}\n${entry().replace('ci', 'cd')}`,
    says: 'two tokens with the sha256',
  },
])('a tokens file that cannot be used stops the start with the reason: $why', async ({ text, says }) => {
  const loading = load(text);
  await expect(loading).rejects.toThrow(ConfigError);
  await expect(loading).rejects.toThrow(says);
});

test.each([
  { why: 'none named', file: undefined, says: 'tokensFile is not set' },
  { why: 'one that is not there', file: '/nowhere/tokens.yaml', says: '/nowhere/tokens.yaml cannot be read' },
])('without a tokens file there is no start: $why', async ({ file, says }) => {
  await expect(loadTokens(file)).rejects.toThrow(says);
});

test('the message of a wrong file does not show what stands in it', async () => {
  const error: unknown = await load(`tokens: [{name: ci, sha256: ${SECRET}, orgs: [a], verbs: [get]}]`).catch(
    (reason: unknown) => reason,
  );
  expect(String(error)).not.toContain(SECRET);
});
