// The OpenAPI document of the HTTP API. Paths of objects are the same for every kind; the bodies come from the kinds.

import { accessSchema } from '../access.ts';
import { managers, objectSchema } from '../api.ts';
import { auditLinkSchema } from '../audit.ts';
import { objectName } from '../fields.ts';
import { problemSchema } from '../findings.ts';
import { holdRequestSchema, holdSchema } from '../hold.ts';
import type { Kind } from '../kind.ts';
import { kinds } from '../kinds.ts';
import { planRequestSchema, planSchema } from '../plan.ts';
import { apiTokenSchema, mintedTokenSchema, mintRequestSchema, renewRequestSchema } from '../token.ts';
import { manifestJsonSchema, toJsonSchema } from './json-schema.ts';
import { holdPaths } from './openapi-holds.ts';
import { answer, jsonBody, type Node, parameter, problems, ref, text } from './openapi-parts.ts';
import { tokenPaths } from './openapi-tokens.ts';

const ifMatch = parameter('header', 'if-match', 'The resourceVersion last read, in double quotes.', {
  ...text,
  pattern: '^"[0-9]{1,16}"$',
});
const owner = parameter('header', 'lattice-owner', 'Owner claimed for the write: manager/instance.', {
  ...text,
  pattern: `^(${managers.join('|')})/[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`,
});
const idempotency = parameter(
  'header',
  'idempotency-key',
  'Repeats of a create with one key are one create.',
  { ...text, minLength: 1, maxLength: 128 },
);
const page = [
  parameter('query', 'limit', 'Most objects in the answer.', { type: 'integer', minimum: 1, maximum: 1000 }),
  parameter('query', 'continue', 'From the previous answer.', text),
];
const filters = [
  parameter('query', 'name', 'Only these; asks for the verb get instead of list. May be repeated.', {
    type: 'array',
    items: toJsonSchema(objectName),
    maxItems: 50,
  }),
  parameter('query', 'labelSelector', 'Only objects whose labels match, as in Kubernetes.', {
    ...text,
    pattern: '^[A-Za-z0-9_./,!=() -]*$',
    maxLength: 1024,
  }),
];

/** Path of a kind's collection, with `{org}` for kinds that live in an org. */
export function collectionPath(kind: Kind): string {
  return kind.scope === 'cluster' ? `/v1/${kind.plural}` : `/v1/orgs/{org}/${kind.plural}`;
}

function kindPaths(kind: Kind): Record<string, Node> {
  const collection = collectionPath(kind);
  const inOrg = kind.scope === 'org' ? [parameter('path', 'org', 'Name of the org.', text)] : [];
  const named = [...inOrg, parameter('path', 'name', `Name of the ${kind.singular}.`, text)];
  const object = ref('Object');
  const manifest = { required: true, ...jsonBody(ref(kind.name)) };
  const operation = (verb: string, summary: string, rest: Node): Node => ({
    operationId: `${verb}${kind.name}`,
    tags: [kind.name],
    summary,
    ...rest,
  });
  return {
    [collection]: {
      parameters: inOrg,
      get: operation('list', `List ${kind.plural}`, {
        parameters: [...page, ...filters],
        responses: {
          200: answer('One page, ordered by name.', {
            type: 'object',
            properties: { items: { type: 'array', items: object }, continue: text },
            required: ['items'],
          }),
          ...problems,
        },
      }),
      post: operation('create', `Create one ${kind.singular}`, {
        parameters: [owner, idempotency],
        requestBody: manifest,
        responses: {
          201: answer('Created.', object),
          200: answer('Created before, same key.', object),
          ...problems,
        },
      }),
    },
    [`${collection}/{name}`]: {
      parameters: named,
      get: operation('get', `Read one ${kind.singular}`, {
        responses: { 200: answer('The object.', object), ...problems },
      }),
      put: operation('update', `Replace what is declared of one ${kind.singular}`, {
        parameters: [owner, { ...ifMatch, required: true }],
        requestBody: manifest,
        responses: { 200: answer('The object after the update.', object), ...problems },
      }),
      delete: operation('delete', `Delete one ${kind.singular}`, {
        parameters: [owner, ifMatch],
        responses: {
          202: answer('Marked for deletion; it is gone when a read answers 404.', object),
          ...problems,
        },
      }),
    },
    [`${collection}/{name}/adopt`]: {
      parameters: named,
      post: operation('adopt', `Take over the ownership of one ${kind.singular}`, {
        parameters: [owner],
        responses: { 200: answer('The object with its new owner.', object), ...problems },
      }),
    },
  };
}

export function openApiDocument(): Node {
  const chain = [parameter('path', 'chain', 'Chain: `system` or the uid of an org.', text)];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lattice',
      version: 'v1alpha1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }],
    paths: {
      ...Object.assign({}, ...kinds.map(kindPaths)),
      '/v1/plan': {
        post: {
          operationId: 'plan',
          summary: 'Dry run: what changes would do, by the admission that real writes go through',
          requestBody: { required: true, ...jsonBody(ref('PlanRequest')) },
          responses: { 200: answer('The plan.', ref('Plan')), ...problems },
        },
      },
      '/v1/orgs/{org}/access': {
        parameters: [parameter('path', 'org', 'Name of the org.', text)],
        get: {
          operationId: 'readAccess',
          summary: 'What a subject may and may not do, by the roles in force; takes the verb get',
          parameters: [
            {
              ...parameter('query', 'subject', 'user:NAME, group:NAME or agent:NAME.', text),
              required: true,
            },
            parameter('query', 'group', 'A group that the subject is in; may be repeated.', {
              type: 'array',
              items: text,
            }),
          ],
          responses: {
            200: answer('Every rule that reaches the subject, with its origin.', ref('Access')),
            ...problems,
          },
        },
      },
      '/v1/orgs/{org}/meshpeers/{name}/config': {
        parameters: [
          parameter('path', 'org', 'Name of the org.', text),
          parameter('path', 'name', 'Name of the meshpeer.', text),
        ],
        get: {
          operationId: 'configOfMeshPeer',
          tags: ['MeshPeer'],
          summary: 'The WireGuard config of one meshpeer, without its private key, which only its host has',
          responses: {
            200: { description: 'The config.', content: { 'text/plain': { schema: text } } },
            ...problems,
          },
        },
      },
      ...holdPaths(),
      ...tokenPaths(),
      '/v1/audit/chains': {
        get: {
          operationId: 'listChains',
          summary: 'List the chains of the audit ledger',
          responses: {
            200: answer('The chains that the token may audit.', {
              type: 'object',
              properties: {
                items: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: {
                      chain: text,
                      org: text,
                      length: { type: 'integer' },
                      unsealed: { type: 'integer' },
                    },
                    required: ['chain', 'org', 'length', 'unsealed'],
                  },
                },
              },
              required: ['items'],
            }),
            ...problems,
          },
        },
      },
      '/v1/audit/chains/{chain}': {
        parameters: chain,
        get: {
          operationId: 'exportChain',
          summary: 'Export the links of a chain, one JSON object a line, for verification offline',
          parameters: [
            parameter('query', 'after', 'Begin after this seq.', { type: 'integer', minimum: 0 }),
            parameter('query', 'limit', 'Most links in the answer.', {
              type: 'integer',
              minimum: 1,
              maximum: 10_000,
            }),
          ],
          responses: {
            200: { description: 'Links.', content: { 'application/jsonl': { schema: ref('AuditLink') } } },
            ...problems,
          },
        },
      },
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        ...Object.fromEntries(
          kinds.map((kind) => {
            const { $schema: _dialect, ...rest } = manifestJsonSchema(kind);
            return [kind.name, rest];
          }),
        ),
        Object: toJsonSchema(objectSchema),
        Problem: toJsonSchema(problemSchema),
        PlanRequest: toJsonSchema(planRequestSchema),
        Plan: toJsonSchema(planSchema),
        Access: toJsonSchema(accessSchema),
        AuditLink: toJsonSchema(auditLinkSchema),
        Hold: toJsonSchema(holdSchema),
        HoldRequest: toJsonSchema(holdRequestSchema),
        MintRequest: toJsonSchema(mintRequestSchema),
        RenewRequest: toJsonSchema(renewRequestSchema),
        ApiToken: toJsonSchema(apiTokenSchema),
        MintedToken: toJsonSchema(mintedTokenSchema),
      },
    },
  };
}
