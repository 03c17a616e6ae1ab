// The CLI's client of the HTTP API. It finds the controller by flag, environment or the state folder of `lattice dev`.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { isLoopback } from '../config/load.ts';
import { type ApiObject, conditionOf, objectPageSchema, objectSchema } from '../crds/api.ts';
import { type Problem, problemSchema } from '../crds/findings.ts';
import { parseJson } from '../crds/json.ts';
import type { Kind } from '../crds/kind.ts';
import { displayName } from '../crds/kinds.ts';
import { type Plan, type PlannedChange, planSchema } from '../crds/plan.ts';
import { devStateSchema, STATE_FILE } from './dev/state.ts';
import { patientFetch } from './patient-fetch.ts';
import { until } from './until.ts';
import { UsageError } from './usage.ts';

export interface ClientOptions {
  readonly address: string;
  readonly token: string;
  /** manager/instance; the token's own name when left out. */
  readonly owner?: string | undefined;
}

/** An answer that is a problem. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiError';
    this.problem = problem;
  }

  /** The problem in lines for a terminal, each finding with its field and what to do. */
  report(): string {
    const { code, detail, findings } = this.problem;
    const lines = findings.map(
      (found) => `  ${found.pointer || '(object)'}: ${found.message} [${found.code}] ${found.remedy}`,
    );
    return [`${code}: ${detail}`, ...lines].join('\n');
  }
}

export interface ObjectName {
  readonly kind: Kind;
  readonly org: string;
  readonly name: string;
}

export interface ApiClient {
  plan(changes: readonly PlannedChange[]): Promise<Plan>;
  get(object: ObjectName): Promise<ApiObject | undefined>;
  list(kind: Kind, org: string | undefined): Promise<ApiObject[]>;
  create(object: ObjectName, manifest: object): Promise<ApiObject>;
  update(object: ObjectName, manifest: object, resourceVersion: string): Promise<ApiObject>;
  delete(object: ObjectName): Promise<void>;
  adopt(object: ObjectName): Promise<ApiObject>;
  /** A GET of anything else, as text. */
  read(path: string): Promise<string>;
  /** A write of anything else; the answer as text. */
  write(method: 'PUT' | 'DELETE', path: string, body?: object): Promise<string>;
  waitReady(object: ObjectName, timeoutMs: number): Promise<ApiObject>;
  waitGone(object: ObjectName, timeoutMs: number): Promise<void>;
}

export function createClient({ address, token, owner }: ClientOptions): ApiClient {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new UsageError(
      'the address of the controller must be a URL such as https://lattice.example.com, without a user or a password in it; ' +
        'the token is given as LATTICE_TOKEN',
    );
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new UsageError(
      `${url.origin} is plain HTTP off loopback: the token could be read on the way; use https`,
    );

  if (/[^\x21-\x7e]/.test(token))
    throw new UsageError('the token has characters that no token has; is there a line end in LATTICE_TOKEN?');

  const call = async (
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<string> => {
    const response = await patientFetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(owner !== undefined && { 'lattice-owner': owner }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new UsageError(`the controller at ${url.origin} does not answer; is it running?`, {
        cause: error,
      });
    });
    const text = await response.text();
    if (response.ok) return text;
    throw problemOf(text, response.status, url.origin);
  };
  const object = (text: string): ApiObject => objectSchema.parse(parseJson(text));

  const get: ApiClient['get'] = async (name) => {
    try {
      return object(await call('GET', itemPath(name)));
    } catch (error) {
      if (error instanceof ApiError && error.problem.code === 'NotFound') return undefined;
      throw error;
    }
  };
  return {
    get,
    plan: async (changes) => planSchema.parse(parseJson(await call('POST', '/v1/plan', { changes }))),
    list: (kind, org) => listAll(call, kind, org),
    create: async (name, manifest) =>
      object(await call('POST', collectionPath(name.kind, name.org), manifest)),
    update: async (name, manifest, version) =>
      object(await call('PUT', itemPath(name), manifest, { 'if-match': `"${version}"` })),
    delete: async (name) => {
      await call('DELETE', itemPath(name));
    },
    adopt: async (name) => object(await call('POST', `${itemPath(name)}/adopt`)),
    read: (path) => call('GET', path),
    write: (method, path, body) => call(method, path, body),
    waitReady: (name, timeoutMs) => waitReady(get, name, timeoutMs),
    waitGone: (name, timeoutMs) => waitGone(get, name, timeoutMs),
  };
}

function problemOf(text: string, status: number, origin: string): Error {
  try {
    return new ApiError(problemSchema.parse(JSON.parse(text)));
  } catch {
    return new UsageError(
      `${origin} answered ${status} and no problem document: is it a Lattice controller?`,
    );
  }
}

export function collectionPath(kind: Kind, org: string): string {
  return kind.scope === 'cluster'
    ? `/v1/${kind.plural}`
    : `/v1/orgs/${encodeURIComponent(org)}/${kind.plural}`;
}

export function itemPath({ kind, org, name }: ObjectName): string {
  return `${collectionPath(kind, org)}/${encodeURIComponent(name)}`;
}

async function listAll(
  call: (method: string, path: string) => Promise<string>,
  kind: Kind,
  org: string | undefined,
): Promise<ApiObject[]> {
  const found: ApiObject[] = [];
  let next: string | undefined;
  do {
    const query = next === undefined ? '' : `?continue=${encodeURIComponent(next)}`;
    const page = objectPageSchema.parse(
      parseJson(await call('GET', `${collectionPath(kind, org ?? '')}${query}`)),
    );
    found.push(...page.items);
    next = page.continue;
  } while (next !== undefined);
  return found;
}

async function waitReady(get: ApiClient['get'], name: ObjectName, timeoutMs: number): Promise<ApiObject> {
  let last: ApiObject | undefined;
  const ready = await until(timeoutMs, async () => {
    last = await get(name);
    if (last === undefined) throw new UsageError(`${shown(name)} does not exist any more`);
    const condition = conditionOf(last.status, 'Ready');
    const current = last.status.observedGeneration === last.metadata.generation;
    return current && condition?.status === 'True' ? last : undefined;
  });
  if (ready !== undefined) return ready;
  const condition = last && conditionOf(last.status, 'Ready');
  throw new UsageError(
    `${shown(name)} is not ready after ${timeoutMs / 1000} s: ${condition ? `${condition.reason}: ${condition.message}` : 'not looked at yet'}`,
  );
}

async function waitGone(get: ApiClient['get'], name: ObjectName, timeoutMs: number): Promise<void> {
  let last: ApiObject | undefined;
  const gone = await until(timeoutMs, async () => {
    last = await get(name);
    return last === undefined ? true : undefined;
  });
  if (gone) return;
  const condition = last && conditionOf(last.status, 'Ready');
  throw new UsageError(
    `${shown(name)} is still being deleted after ${timeoutMs / 1000} s: ${condition?.reason ?? ''}: ${condition?.message ?? ''}`,
  );
}

const shown = ({ kind, org, name }: ObjectName): string => displayName(kind, org, name);

/** Adds the options by which every command that calls the API finds it. */
export function withClientOptions(command: Command): Command {
  return command
    .option('--address <url>', 'address of the controller (or LATTICE_ADDRESS)')
    .option('--owner <manager/instance>', 'owner to claim for what is written')
    .option('--state <folder>', 'state folder of `lattice dev`', '.lattice');
}

const clientFlags = z.object({
  address: z.string().optional(),
  owner: z.string().optional(),
  state: z.string(),
});

export async function clientOf(options: unknown): Promise<ApiClient> {
  const { address, owner, state } = clientFlags.parse(options);
  const { LATTICE_ADDRESS, LATTICE_TOKEN } = process.env;
  const dev = await readDevState(state);
  const found = address ?? LATTICE_ADDRESS ?? dev?.address;
  if (found === undefined)
    throw new UsageError(
      'no controller is known: give --address, set LATTICE_ADDRESS, or start `lattice dev` here',
    );
  const token = LATTICE_TOKEN ?? (dev?.address === found ? dev?.token : undefined);
  if (token === undefined) throw new UsageError('no token is known for the controller: set LATTICE_TOKEN');
  return createClient({ address: found, token, owner });
}

async function readDevState(folder: string) {
  const text = await readFile(join(folder, STATE_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : devStateSchema.parse(JSON.parse(text));
}
