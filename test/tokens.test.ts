// Short-lived tokens on a real controller: they may a part of what their minter may, for a while, and stand nowhere.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AuditEvent, auditEventSchema } from '../crds/audit.ts';
import { apiTokenSchema, type MintedToken, mintedTokenSchema } from '../crds/token.ts';
import { type Api, apiOf, problemOf } from './support/api.ts';
import { lattice } from './support/cli.ts';
import { type OwnController, startOwnController } from './support/controller.ts';
import { events } from './support/ledger.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let controller: OwnController;
let ci: Api;
const org = uniqueName('tokens');
const names = ['ci', 'other', 'leaver'].map((name) => `${name}-${org}`);
const [ciName = '', otherName = '', leaverName = ''] = names;
const rights = {
  [ciName]: { orgs: [org, 'elsewhere'], verbs: ['get', 'list', 'create', 'audit'], managers: ['terraform'] },
  [otherName]: { orgs: [org], verbs: ['*'] },
};

beforeAll(async () => {
  world = await sharedWorld();
  await apiOf(world.state).create('/v1/orgs', { metadata: { name: org } });
  controller = await startOwnController(world, { ...rights, [leaverName]: { orgs: [org], verbs: ['get'] } });
  ci = as(controller.tokens[ciName]);
});

afterAll(async () => {
  await controller.stop();
  await world.close();
});

const as = (token = '', at = controller): Api => apiOf({ address: at.address, token });

async function mint(by: Api, body: object): Promise<MintedToken> {
  const answer = await by.send('POST', '/v1/tokens', body);
  if (answer.status !== 201) throw new Error(answer.text);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return mintedTokenSchema.parse(JSON.parse(answer.text));
}
const codeOf = async (answer: Promise<{ status: number; text: string; headers: Headers }>) =>
  problemOf(await answer).code;
const detailOf = async (answer: Promise<{ status: number; text: string; headers: Headers }>) =>
  problemOf(await answer).detail;
const budget = (name: string) => ({ metadata: { name }, spec: {} });
const budgets = `/v1/orgs/${org}/budgets`;

/** What the ledger has of a token. */
async function told(id: string): Promise<AuditEvent[]> {
  const rows = await world.sql(
    `SELECT chain, convert_from(bytes, 'UTF8') AS text FROM audit_event
     WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'uid' = $1 ORDER BY id`,
    [id],
  );
  for (const { chain } of rows) expect(chain).toBe('system');
  return rows.map(({ text }) => auditEventSchema.parse(JSON.parse(String(text))));
}

test('a minted token works as a part of its minter, and the ledger tells the two apart', async () => {
  const minted = await mint(ci, { orgs: [org], verbs: ['get', 'create'], ttlSeconds: 60 });
  expect(minted).toMatchObject({
    token: expect.stringMatching(/^lat_[A-Za-z0-9_-]{43}$/),
    name: `${ciName}/${minted.id}`,
    orgs: [org],
    verbs: ['get', 'create'],
    managers: ['terraform'],
  });
  const token = as(minted.token);
  const made = await token.create(budgets, budget('mine'));
  // The objects are the minter's: the next token of the same job goes on with them.
  expect(made.metadata.owner).toMatchObject({ manager: 'api', instance: ciName });
  expect((await events(world, org)).find(({ name }) => name === 'mine')?.actor).toEqual({
    type: 'token',
    id: minted.name,
  });
  expect(await codeOf(token.send('GET', budgets))).toBe('Forbidden');
  expect(await codeOf(token.send('GET', '/v1/orgs/elsewhere/budgets/x'))).toBe('Forbidden');
  expect((await ci.send('GET', '/v1/orgs/elsewhere/budgets/x')).status).toBe(404);
  const claimed = apiOf({ address: controller.address, token: minted.token }, 'git/main');
  expect(await codeOf(claimed.send('POST', budgets, budget('x')))).toBe('Forbidden');
});

test('what is left out is what the minter has, and more is refused by name', async () => {
  expect(await mint(ci, { ttlSeconds: 86_400 })).toMatchObject({
    orgs: [org, 'elsewhere'],
    verbs: ['get', 'list', 'create', 'audit'],
  });
  const more = { orgs: [org, 'third'], verbs: ['delete'], managers: ['git'], ttlSeconds: 60 };
  const problem = problemOf(await ci.send('POST', '/v1/tokens', more));
  expect([problem.code, ...problem.findings.map(({ pointer }) => pointer)]).toEqual([
    'Forbidden',
    '/orgs',
    '/verbs',
    '/managers',
  ]);
  expect(problem.findings.map(({ message }) => message).join()).toMatch(/third.*delete.*git/);
  const [denial] = await world.sql(
    `SELECT chain, convert_from(bytes, 'UTF8')::jsonb ->> 'action' AS action FROM audit_event
     WHERE convert_from(bytes, 'UTF8')::jsonb #>> '{actor,id}' = $1 ORDER BY id DESC LIMIT 1`,
    [ciName],
  );
  expect(denial).toEqual({ chain: 'system', action: 'deny' });
});

test.each([
  { why: 'no time', body: {}, finding: 'MissingField /ttlSeconds' },
  { why: 'too short', body: { ttlSeconds: 59 }, finding: 'InvalidValue /ttlSeconds' },
  { why: 'too long', body: { ttlSeconds: 86_401 }, finding: 'InvalidValue /ttlSeconds' },
  { why: 'no integer', body: { ttlSeconds: 60.5 }, finding: 'WrongType /ttlSeconds' },
  { why: 'no org', body: { ttlSeconds: 60, orgs: [] }, finding: 'InvalidValue /orgs' },
  { why: 'an unknown verb', body: { ttlSeconds: 60, verbs: ['lat_x'] }, finding: 'InvalidValue /verbs/0' },
  { why: 'an unknown field', body: { ttlSeconds: 60, name: 'x' }, finding: 'UnknownField /name' },
])('a request that cannot be is refused by its field: $why', async ({ body, finding }) => {
  const answer = await ci.send('POST', '/v1/tokens', body);
  const [first] = problemOf(answer).findings;
  expect([answer.status, `${first?.code} ${first?.pointer}`]).toEqual([422, finding]);
  expect(answer.text).not.toContain('lat_x');
});

test('a minted token mints no others, also where it may everything', async () => {
  const { token } = await mint(as(controller.tokens[otherName]), { verbs: ['*'], ttlSeconds: 60 });
  expect(await codeOf(as(token).send('POST', '/v1/tokens', { ttlSeconds: 60 }))).toBe('Forbidden');
});

test('the minter and the token itself renew it, nobody else, and never beyond a day from its minting', async () => {
  const minted = await mint(ci, { ttlSeconds: 60 });
  const renew = (by: Api, ttlSeconds: number) =>
    by.send('POST', `/v1/tokens/${minted.id}/renew`, { ttlSeconds });
  const longer = apiTokenSchema.parse(JSON.parse((await renew(as(minted.token), 600)).text));
  expect(longer.expiresAt > minted.expiresAt).toBe(true);
  expect((await renew(ci, 1200)).status).toBe(200);
  expect(await codeOf(renew(as(controller.tokens[otherName]), 600))).toBe('Forbidden');
  const sibling = await mint(ci, { ttlSeconds: 60 });
  expect(await codeOf(renew(as(sibling.token), 600))).toBe('Forbidden');

  await world.sql(`UPDATE minted_tokens SET minted_at = minted_at - interval '23 hours' WHERE id = $1`, [
    minted.id,
  ]);
  const refused = problemOf(await renew(ci, 7200));
  expect([refused.code, refused.findings[0]?.pointer]).toEqual(['InvalidValue', '/ttlSeconds']);
  expect(refused.detail).toMatch(/at most 86400 s from its minting.*mint a new one/);
  expect((await renew(ci, 3000)).status).toBe(200);
  expect((await told(minted.id)).map(({ action, actor }) => `${action} ${actor.id}`)).toEqual([
    `mint ${ciName}`,
    `renew ${minted.name}`,
    `renew ${ciName}`,
    `renew ${ciName}`,
  ]);
});

test('a revoked token says so, and revoking it again changes nothing', async () => {
  const minted = await mint(ci, { ttlSeconds: 60 });
  const path = `/v1/tokens/${minted.id}`;
  expect(await codeOf(as(controller.tokens[otherName]).send('DELETE', path))).toBe('Forbidden');
  const first = await ci.send('DELETE', path);
  expect([first.status, apiTokenSchema.parse(JSON.parse(first.text)).revokedAt]).toEqual([
    200,
    expect.any(String),
  ]);
  expect(await ci.send('DELETE', path)).toMatchObject({ status: 200, text: first.text });
  const answer = await as(minted.token).send('GET', budgets);
  expect([answer.status, problemOf(answer).detail]).toEqual([401, 'the token has been revoked']);
  expect(await codeOf(ci.send('POST', `${path}/renew`, { ttlSeconds: 60 }))).toBe('TokenEnded');
  expect((await told(minted.id)).map(({ action }) => action)).toEqual(['mint', 'revoke']);
  for (const none of ['0190a5d0-7b1e-7c3a-9f00-000000000009', 'lat_astray'])
    expect(await codeOf(ci.send('DELETE', `/v1/tokens/${none}`))).toBe('NotFound');
});

test('an expired token says so', async () => {
  const minted = await mint(ci, { ttlSeconds: 60 });
  await world.sql(`UPDATE minted_tokens SET expires_at = now() - interval '1 second' WHERE id = $1`, [
    minted.id,
  ]);
  const answer = await as(minted.token).send('GET', budgets);
  expect([answer.status, problemOf(answer).code, problemOf(answer).detail]).toEqual([
    401,
    'Unauthenticated',
    expect.stringContaining('expired'),
  ]);
  expect(await detailOf(ci.send('POST', `/v1/tokens/${minted.id}/renew`, { ttlSeconds: 60 }))).toContain(
    'has expired',
  );
  expect(await detailOf(as('lat_unknown').send('GET', budgets))).toBe('the token is not known');
});

test('a token whose minter is gone from the file works no more, and one whose minter lost rights lost them too', async () => {
  const left = await mint(as(controller.tokens[leaverName]), { ttlSeconds: 600 });
  const kept = await mint(ci, { ttlSeconds: 600 });
  expect((await as(left.token).send('GET', `${budgets}/mine`)).status).toBe(200);
  expect((await as(kept.token).send('GET', budgets)).status).toBe(200);
  const next = await startOwnController(world, { [ciName]: { orgs: [org], verbs: ['get'] } });
  try {
    const answer = await as(left.token, next).send('GET', `${budgets}/mine`);
    expect([answer.status, problemOf(answer).detail]).toEqual([401, expect.stringContaining('no longer')]);
    expect((await as(kept.token, next).send('GET', `${budgets}/mine`)).status).toBe(200);
    expect(await codeOf(as(kept.token, next).send('GET', budgets))).toBe('Forbidden');
  } finally {
    await next.stop();
  }
});

test('only the hash of a token is stored, a use writes nothing, and the chains hold', async () => {
  const { id, token } = await mint(ci, { ttlSeconds: 60 });
  const rows = () =>
    world.sql(
      `SELECT xmin, encode(sha256, 'hex') AS hash, to_jsonb(t) AS row FROM minted_tokens t WHERE id = $1`,
      [id],
    );
  const [row] = await rows();
  expect(row?.hash).toBe(createHash('sha256').update(token).digest('hex'));
  expect((await as(token).send('GET', budgets)).status).toBe(200);
  expect(await rows()).toEqual([row]);
  expect(controller.log()).not.toContain('lat_');
  const audited = await lattice(world.state, ['audit', 'verify']);
  expect([audited.code, audited.stderr]).toEqual([0, '']);
});
