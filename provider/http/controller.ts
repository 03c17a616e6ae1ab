// The controller's HTTP API as the provider uses it. Promise: every answer is parsed by the project's own schemas before
// anything here believes it. Never: a route or a field that is not in the OpenAPI document.

import type { ApiObject } from '../../crds/api.ts';
import type { Plan } from '../../crds/plan.ts';
import type { ApiToken, MintedToken } from '../../crds/token.ts';
import { type ExactObject, exactJson } from '../object/exact-json.ts';
import type { ObjectKey } from '../object/key.ts';
import { isCode } from './errors.ts';
import type { Operation } from './operation.ts';
import { readTogether } from './read-together.ts';
import { send, type Target } from './transport.ts';

export interface HeldAgent {
  readonly org: string;
  readonly name: string;
  readonly mode: string;
}

export type Collection = Pick<ObjectKey, 'definition' | 'org'>;

export interface Controller {
  /** Whether the object is owned by this configuration. */
  owns(object: ApiObject): boolean;
  /** Undefined when the object does not exist. */
  read(operation: Operation, key: ObjectKey): Promise<ApiObject | undefined>;
  /** The objects of a collection whose labels match, in the order of their names; all of them where no limit is given. */
  list(
    operation: Operation,
    collection: Collection,
    labelSelector: string,
    limit?: number,
  ): Promise<ApiObject[]>;
  create(
    operation: Operation,
    key: ObjectKey,
    manifest: ExactObject,
    idempotencyKey: string,
  ): Promise<ApiObject>;
  update(
    operation: Operation,
    key: ObjectKey,
    manifest: ExactObject,
    resourceVersion: string,
  ): Promise<ApiObject>;
  /** Undefined when it was gone already. */
  remove(
    operation: Operation,
    key: ObjectKey,
    resourceVersion: string | undefined,
  ): Promise<ApiObject | undefined>;
  mintToken(operation: Operation, request: ExactObject): Promise<MintedToken>;
  renewToken(operation: Operation, id: string, ttlSeconds: number): Promise<ApiToken>;
  revokeToken(operation: Operation, id: string): Promise<void>;
  holdAgent(operation: Operation, agent: HeldAgent, request: ExactObject): Promise<void>;
  /** Without an error where it was not held. */
  releaseAgent(operation: Operation, agent: HeldAgent): Promise<void>;
  /** `request` is a PlanRequest as JSON. */
  plan(operation: Operation, request: string): Promise<Plan>;
}

export function connect(target: Target): Controller {
  const readOne = async (operation: Operation, key: ObjectKey) =>
    await unlessMissing(
      async () => await parseObject(await send(target, operation, { method: 'GET', path: pathOf(key) })),
    );
  const read = readTogether(async ([first, ...more]) => {
    if (first === undefined) return [];
    if (more.length === 0) return [await readOne(first.operation, first.key)];
    const keys = [first, ...more].map(({ key }) => key);
    const query = new URLSearchParams(keys.map(({ name }): [string, string] => ['name', name]));
    const page = await readPage(target, first.operation, `${collectionOf(first.key)}?${query}`);
    const byName = new Map(page.items.map((object) => [object.metadata.name, object]));
    return keys.map(({ name }) => byName.get(name));
  });
  const ifMatch = (version: string) => ({ 'if-match': JSON.stringify(version) });
  return {
    owns: ({ metadata: { owner } }) => owner.manager === 'terraform' && owner.instance === target.instance,
    read: async (operation, key) => await read({ operation, key }),
    list: async (operation, collection, labelSelector, limit = Number.POSITIVE_INFINITY) => {
      const found: ApiObject[] = [];
      let next: string | undefined;
      do {
        const query = new URLSearchParams({
          labelSelector,
          limit: String(Math.min(MOST_A_PAGE, limit - found.length)),
          ...(next && { continue: next }),
        });
        const page = await readPage(target, operation, `${collectionOf(collection)}?${query}`);
        found.push(...page.items);
        next = page.continue;
      } while (next !== undefined && found.length < limit);
      return found;
    },
    create: async (operation, key, manifest, idempotencyKey) =>
      await parseObject(
        await send(target, operation, {
          method: 'POST',
          path: collectionOf(key),
          body: exactJson(manifest),
          headers: { 'idempotency-key': idempotencyKey },
        }),
      ),
    update: async (operation, key, manifest, resourceVersion) =>
      await parseObject(
        await send(target, operation, {
          method: 'PUT',
          path: pathOf(key),
          body: exactJson(manifest),
          headers: ifMatch(resourceVersion),
        }),
      ),
    remove: async (operation, key, resourceVersion) =>
      await unlessMissing(
        async () =>
          await parseObject(
            await send(target, operation, {
              method: 'DELETE',
              path: pathOf(key),
              ...(resourceVersion !== undefined && { headers: ifMatch(resourceVersion) }),
            }),
          ),
      ),
    mintToken: async (operation, request) => {
      const body = exactJson(request);
      const answer = await send(target, operation, { method: 'POST', path: '/v1/tokens', body });
      const { mintedTokenSchema } = await import('../../crds/token.ts');
      return mintedTokenSchema.parse(answer.body);
    },
    renewToken: async (operation, id, ttlSeconds) => {
      const path = `/v1/tokens/${encodeURIComponent(id)}/renew`;
      const answer = await send(target, operation, {
        method: 'POST',
        path,
        body: JSON.stringify({ ttlSeconds }),
      });
      const { apiTokenSchema } = await import('../../crds/token.ts');
      return apiTokenSchema.parse(answer.body);
    },
    revokeToken: async (operation, id) => {
      await send(target, operation, { method: 'DELETE', path: `/v1/tokens/${encodeURIComponent(id)}` });
    },
    holdAgent: async (operation, agent, request) => {
      await send(target, operation, { method: 'PUT', path: holdPath(agent), body: exactJson(request) });
    },
    releaseAgent: async (operation, agent) => {
      await unlessMissing(
        async () => await send(target, operation, { method: 'DELETE', path: holdPath(agent) }),
      );
    },
    plan: async (operation, request) => {
      const { body } = await send(target, operation, { method: 'POST', path: '/v1/plan', body: request });
      const { planSchema } = await import('../../crds/plan.ts');
      return planSchema.parse(body);
    },
  };
}

/** The controller puts no more objects on one page. */
const MOST_A_PAGE = 1_000;

function collectionOf({ definition, org }: Collection): string {
  return org === undefined
    ? `/v1/${definition.plural}`
    : `/v1/orgs/${encodeURIComponent(org)}/${definition.plural}`;
}

function holdPath({ org, name, mode }: HeldAgent): string {
  return `/v1/orgs/${encodeURIComponent(org)}/agents/${encodeURIComponent(name)}/holds/${encodeURIComponent(mode)}`;
}

function pathOf(key: ObjectKey): string {
  return `${collectionOf(key)}/${encodeURIComponent(key.name)}`;
}

async function readPage(target: Target, operation: Operation, path: string) {
  const { body } = await send(target, operation, { method: 'GET', path });
  const { objectPageSchema } = await import('../../crds/api.ts');
  return objectPageSchema.parse(body);
}

async function parseObject({ body }: { readonly body: unknown }): Promise<ApiObject> {
  const { objectSchema } = await import('../../crds/api.ts');
  return objectSchema.parse(body);
}

/** Only the API's own NotFound means that the object is gone; a proxy's 404, or a wrong path, must stay an error. */
async function unlessMissing<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (isCode(error, 'NotFound')) return undefined;
    throw error;
  }
}
