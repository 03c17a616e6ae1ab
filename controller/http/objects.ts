// The routes of objects: the same five for every kind, driven by its definition.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LatticeError } from '../../crds/findings.ts';
import type { Kind } from '../../crds/kind.ts';
import { displayName, kinds } from '../../crds/kinds.ts';
import { parseSelector, type Selector, SelectorError } from '../../crds/selector.ts';
import { listObjects } from '../../store/object-lists.ts';
import { findObject, type ObjectKey, toApiObject } from '../../store/objects.ts';
import { type Caller, forbidden, type Verb } from '../admission/caller.ts';
import type { ControllerContext } from '../context.ts';
import { notFound } from '../refusal.ts';
import { adoptObject, createObject, deleteObject, updateObject } from '../write.ts';
import { parseQuery } from './request.ts';

export function objectRoutes(app: FastifyInstance, context: ControllerContext): void {
  for (const kind of kinds) kindRoutes(app, context, kind);
}

/** Longer ones do not fit into a path either. */
const MOST_SELECTOR = 1024;
/** So many names fit into a path that every proxy lets through. */
const MOST_NAMES = 50;

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(500),
  continue: z.string().optional(),
  name: z
    .union([z.string(), z.array(z.string()).max(MOST_NAMES)])
    .transform((names) => [names].flat())
    .optional(),
  labelSelector: z.string().max(MOST_SELECTOR).optional(),
});

function kindRoutes(app: FastifyInstance, context: ControllerContext, kind: Kind): void {
  const { db } = context;
  const collection = kind.scope === 'cluster' ? `/v1/${kind.plural}` : `/v1/orgs/:org/${kind.plural}`;
  const item = `${collection}/:name`;

  app.get(collection, async (request) => {
    const caller = request.caller;
    const { org } = params(request);
    const query = parseQuery(listQuery, request.query);
    // Who names what is wanted reads it, as by its own path.
    const verb = query.name === undefined ? 'list' : 'get';
    if (org !== undefined) allow(caller, verb, org);
    else if (!caller.verbs.includes(verb)) allow(caller, verb, '');
    const after = query.continue === undefined ? undefined : position(query.continue);
    const objects = await listObjects(db, caller, {
      kind: kind.name,
      limit: query.limit + 1,
      ...(org !== undefined && { org }),
      ...(after && { after }),
      ...(query.name && { names: query.name.filter(isStorable) }),
      ...(query.labelSelector !== undefined && { selector: selectorOf(query.labelSelector) }),
    });
    const shown = objects.slice(0, query.limit);
    const last = shown.at(-1);
    const more = objects.length > query.limit && last !== undefined;
    return {
      items: shown.map(toApiObject),
      ...(more && { continue: Buffer.from(`${last.org}/${last.name}`).toString('base64url') }),
    };
  });

  app.post(collection, async (request, reply) => {
    const manifest = bodyManifest(request, kind);
    const key = z.string().min(1).max(128).optional().safeParse(request.headers['idempotency-key']);
    if (!key.success)
      throw new LatticeError('InvalidRequest', 'idempotency-key must have 1 to 128 characters');
    const { object, repeated } = await createObject(context, request.caller, manifest, key.data);
    return reply.code(repeated ? 200 : 201).send(toApiObject(object));
  });

  app.get(item, async (request) => {
    const key = keyOf(kind, request);
    allow(request.caller, 'get', key.org);
    const object = await findObject(db, key);
    if (object === undefined) throw notFound(key);
    return toApiObject(object);
  });

  app.put(item, async (request) => {
    const key = keyOf(kind, request);
    const version = matchedVersion(request);
    if (version === undefined)
      throw new LatticeError(
        'ResourceVersionRequired',
        `the update of ${shown(kind, key)} has no if-match header`,
      );
    const manifest = bodyManifest(request, kind, key.name);
    return toApiObject(await updateObject(context, request.caller, key, manifest, version));
  });

  app.delete(item, async (request, reply) => {
    const object = await deleteObject(context, request.caller, keyOf(kind, request), matchedVersion(request));
    return reply.code(202).send(toApiObject(object));
  });

  app.post(`${item}/adopt`, async (request) =>
    toApiObject(await adoptObject(db, request.caller, keyOf(kind, request))),
  );
}

/** Text that Postgres cannot hold names nothing. */
const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

function selectorOf(text: string): Selector {
  try {
    return parseSelector(text);
  } catch (error) {
    if (error instanceof SelectorError)
      throw new LatticeError('InvalidRequest', `query parameter labelSelector: ${error.message}`);
    throw error;
  }
}

const shown = (kind: Kind, key: ObjectKey): string => displayName(kind, key.org, key.name);

function allow(caller: Caller, verb: Verb, org: string): void {
  const denied = forbidden(caller, verb, org);
  if (denied !== undefined) throw new LatticeError('Forbidden', denied.message, [denied]);
}

const paramsSchema = z.object({ org: z.string().optional(), name: z.string().optional() });

function params(request: FastifyRequest): z.infer<typeof paramsSchema> {
  return paramsSchema.parse(request.params);
}

function keyOf(kind: Kind, request: FastifyRequest): ObjectKey {
  const { org, name = '' } = params(request);
  return { kind: kind.name, org: org ?? name, name };
}

/** The manifest of the body, made sure to be what the path says. */
function bodyManifest(request: FastifyRequest, kind: Kind, name?: string): Record<string, unknown> {
  const body = z.record(z.string(), z.unknown()).safeParse(request.body);
  if (!body.success) throw new LatticeError('InvalidJson', 'the body must be one JSON object');
  const { org } = params(request);
  const metadata = z.record(z.string(), z.unknown()).optional().safeParse(body.data.metadata).data ?? {};
  const expected = {
    kind: kind.name,
    'metadata.org': org,
    ...(name !== undefined && { 'metadata.name': name }),
  };
  const given = { kind: body.data.kind, 'metadata.org': metadata.org, 'metadata.name': metadata.name };
  for (const [field, value] of Object.entries(expected)) {
    const sent = given[field as keyof typeof given];
    if (value !== undefined && sent !== undefined && sent !== value)
      throw new LatticeError(
        'InvalidRequest',
        `the path says ${field} "${value}", the body says something else`,
      );
  }
  return {
    ...body.data,
    kind: kind.name,
    metadata: { ...metadata, ...(org !== undefined && { org }), ...(name !== undefined && { name }) },
  };
}

function matchedVersion(request: FastifyRequest): string | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) return undefined;
  const version = /^"?(\d{1,16})"?$/.exec(header)?.[1];
  if (version === undefined)
    throw new LatticeError('InvalidRequest', 'if-match must be a resourceVersion in double quotes');
  return version;
}

function position(token: string): { org: string; name: string } {
  const [org, name] = Buffer.from(token, 'base64url').toString('utf8').split('/');
  if (org === undefined || name === undefined || /\0/.test(org + name))
    throw new LatticeError('InvalidRequest', 'continue is not a value that a list has returned');
  return { org, name };
}
