// The HTTP API beside the writes: lists, health, metrics, its own description, and what is not there.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kinds } from '../crds/kinds.ts';
import { type Api, apiOf, problemOf } from './support/api.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let api: Api;
let org: string;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
  org = uniqueName('http');
  await api.create('/v1/orgs', { metadata: { name: org } });
  for (const name of ['c', 'a', 'e', 'b', 'd'])
    await api.create(`/v1/orgs/${org}/budgets`, { metadata: { name } });
});

afterAll(async () => {
  await world.close();
});

interface Page {
  items: { metadata: { name: string } }[];
  continue?: string;
}

const page = async (query: string): Promise<Page> =>
  JSON.parse((await api.send('GET', `/v1/orgs/${org}/budgets${query}`)).text);

test('a list is paged by name, complete and without repeats', async () => {
  const seen: string[] = [];
  let next: string | undefined;
  do {
    const { items, continue: more } = await page(`?limit=2${next === undefined ? '' : `&continue=${next}`}`);
    seen.push(...items.map(({ metadata }) => metadata.name));
    next = more;
  } while (next !== undefined);
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a list by names and by labels holds what fits both', async () => {
  const names = async (query: string) => (await page(query)).items.map(({ metadata }) => metadata.name);
  expect(await names('?name=d&name=a&name=nobody')).toEqual(['a', 'd']);
  expect(await names('?name=a')).toEqual(['a']);
  expect(await names('?labelSelector=nobody-has-it')).toEqual([]);
  expect(await names('?name=a&labelSelector=!nobody-has-it')).toEqual(['a']);
});

test.each(['?limit=0', '?limit=1001', '?limit=x', '?continue=%00', '?colour=red'])(
  'a list with %s is refused',
  async (query) => {
    const answer = await api.send('GET', `/v1/orgs/${org}/budgets${query}`);
    expect([answer.status, problemOf(answer).code]).toEqual([400, 'InvalidRequest']);
  },
);

test.each([
  ['GET', '/v1/nothing', 404, 'RouteNotFound'],
  ['GET', '/v1/orgs/nobody/agents/nothing', 404, 'NotFound'],
  ['GET', '/v1/orgs/a%00b', 404, 'NotFound'],
  ['GET', '/v1/orgs/%00/agents', 404, 'NotFound'],
  ['POST', '/v1/orgs/%00/agents', 404, 'NotFound'],
  ['GET', '/v1/audit/chains/%00', 404, 'NotFound'],
  ['GET', `/v1/orgs/${'a'.repeat(6000)}`, 404, 'NotFound'],
  ['GET', `/v1/orgs?labelSelector=${'a'.repeat(20_000)}`, 431, 'HeadersTooLarge'],
  ['GET', '/v1/orgs?labelSelector=a%20in%20b', 400, 'InvalidRequest'],
  ['GET', '/v1/orgs/%zz', 400, 'InvalidRequest'],
  ['PATCH', '/v1/orgs/nobody', 404, 'RouteNotFound'],
  ['DELETE', '/v1/orgs/nobody', 404, 'NotFound'],
  ['POST', '/v1/orgs/nobody/adopt', 404, 'NotFound'],
  ['GET', '/v1/audit/chains/nothing', 404, 'NotFound'],
])('%s %s answers %d %s', async (method, path, status, code) => {
  const answer = await api.send(method, path);
  expect([answer.status, problemOf(answer).code]).toEqual([status, code]);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

test('health, readiness, metrics and the API document need no token', async () => {
  const get = (path: string) => fetch(new URL(path, world.state.address));
  expect((await get('/healthz')).status).toBe(200);
  expect(await (await get('/readyz')).json()).toEqual({ status: 'ok', postgres: 'ok', temporal: 'ok' });
  const metrics = await (await get('/metrics')).text();
  for (const name of [
    'lattice_reconcile_passes_total{kind="Budget",result="done"}',
    'lattice_work_objects{state="due"}',
    'lattice_audit_unlinked_age_seconds',
    'lattice_sweep_seconds_count',
  ])
    expect(metrics).toContain(name);
  const document = (await (await get('/openapi.json')).json()) as {
    openapi: string;
    paths: Record<string, object>;
  };
  expect(document.openapi).toBe('3.1.0');
  for (const kind of kinds)
    expect(
      Object.keys(document.paths).filter((path) => path.includes(`/${kind.plural}`)).length,
    ).toBeGreaterThanOrEqual(3);
});

test('every route of the API document is there', async () => {
  const document = JSON.parse((await api.send('GET', '/openapi.json')).text) as {
    paths: Record<string, Record<string, unknown>>;
  };
  for (const [path, methods] of Object.entries(document.paths))
    for (const method of Object.keys(methods).filter((name) => name !== 'parameters')) {
      const answer = await api.send(
        method.toUpperCase(),
        path.replaceAll(/\{\w+\}/g, 'nobody-has-this'),
        method === 'get' ? undefined : {},
      );
      expect(answer.text).not.toContain('RouteNotFound');
      expect(answer.status).toBeLessThan(500);
    }
});
