// A client as a good one should be: any controller may answer, what is not answered is sent again with the same idempotency key,
// and a write counts only when it was acknowledged. It keeps, for each object, the last state that it was told.

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiObject, objectSchema } from '../../../crds/api.ts';
import { problemSchema } from '../../../crds/findings.ts';
import type { Declared } from './mixed.ts';

export interface PatientClient {
  readonly acknowledged: ReadonlyMap<string, ApiObject | 'gone'>;
  readonly writes: number;
  /** Answers with status 500, which no fault excuses. */
  readonly failures: readonly string[];
  createOrg(name: string): Promise<void>;
  create(org: string, declared: Declared): Promise<void>;
  /** Replaces the spec. */
  update(org: string, declared: Declared): Promise<void>;
  remove(org: string, declared: Declared): Promise<void>;
}

export interface PatientClientOptions {
  readonly token: string;
  readonly addresses: readonly string[];
  /** Which of them is asked next. */
  readonly choose: (among: number) => number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const ATTEMPT_MS = 10_000;
const PAUSE_MS = 200;
/** Far longer than any fault lasts: who is not answered by then has found one that does not end. */
const PATIENCE_MS = 300_000;
const TRY_AGAIN: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

export function patientClient({ token, addresses, choose }: PatientClientOptions): PatientClient {
  const acknowledged = new Map<string, ApiObject | 'gone'>();
  const failures: string[] = [];
  let writes = 0;

  const attempt = async (
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ): Promise<Answer | undefined> => {
    try {
      const response = await fetch(new URL(path, addresses[choose(addresses.length)]), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ATTEMPT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch {
      return undefined;
    }
  };
  const send = async (
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await attempt(method, path, body, headers);
      if (answer?.status === 500) failures.push(`${method} ${path}: ${answer.text}`);
      if (answer !== undefined && !TRY_AGAIN.has(answer.status)) return answer;
      if (performance.now() > end)
        throw new Error(`${method} ${path} has no answer but ${answer?.status ?? 'silence'}`);
      await delay(PAUSE_MS);
    }
  };
  const keep = (path: string, answer: Answer): void => {
    if (answer.status >= 300) throw new Error(`${path} is refused: ${answer.text}`);
    writes += 1;
    acknowledged.set(path, objectSchema.parse(JSON.parse(answer.text)));
  };

  const createOrg: PatientClient['createOrg'] = async (name) => {
    const headers = { 'idempotency-key': randomUUID() };
    keep(`/v1/orgs/${name}`, await send('POST', '/v1/orgs', { metadata: { name } }, headers));
  };
  const create: PatientClient['create'] = async (org, declared) => {
    const path = pathOf(org, declared);
    const body = { metadata: { name: declared.name }, spec: declared.spec };
    const headers = { 'idempotency-key': randomUUID() };
    for (;;) {
      const answer = await send('POST', collectionOf(org, declared), body, headers);
      // The one before it, of the same name, takes its time to go.
      if (codeOf(answer) !== 'BeingDeleted') return keep(path, answer);
      await delay(PAUSE_MS);
    }
  };
  const update: PatientClient['update'] = async (org, declared) => {
    const path = pathOf(org, declared);
    for (;;) {
      const { metadata } = objectSchema.parse(JSON.parse((await send('GET', path)).text));
      const answer = await send(
        'PUT',
        path,
        { metadata: {}, spec: declared.spec },
        { 'if-match': `"${metadata.resourceVersion}"` },
      );
      // Our own write, whose answer was lost, has moved it: the same again finds nothing to change.
      if (codeOf(answer) !== 'StaleResourceVersion') return keep(path, answer);
    }
  };
  const remove: PatientClient['remove'] = async (org, declared) => {
    const path = pathOf(org, declared);
    for (;;) {
      const found = await send('GET', path);
      const metadata = found.status === 404 ? undefined : objectSchema.parse(JSON.parse(found.text)).metadata;
      if (metadata === undefined || metadata.deletionTimestamp !== undefined) break;
      // With the version that is meant: a request that comes late, from a process that slept, must not hit what came after.
      const answer = await send('DELETE', path, undefined, { 'if-match': `"${metadata.resourceVersion}"` });
      if (answer.status < 300 || codeOf(answer) === 'NotFound') break;
      if (codeOf(answer) !== 'StaleResourceVersion') throw new Error(`${path} is refused: ${answer.text}`);
    }
    writes += 1;
    acknowledged.set(path, 'gone');
  };
  return {
    acknowledged,
    failures,
    get writes() {
      return writes;
    },
    createOrg,
    create,
    update,
    remove,
  };
}

const collectionOf = (org: string, { collection }: Declared): string => `/v1/orgs/${org}/${collection}`;
export const pathOf = (org: string, declared: Declared): string =>
  `${collectionOf(org, declared)}/${declared.name}`;

function codeOf({ status, text }: Answer): string | undefined {
  return status < 400 ? undefined : problemSchema.parse(JSON.parse(text)).code;
}
