// Writes statuses to the API server and events beside them. Promise: a write only when it says something new; who fights over
// a status is answered more and more seldom. Never: a status for another resource of the same name.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../../audit/hash.ts';
import { API_VERSION, conditionSchema } from '../../../crds/api.ts';
import type { Kind } from '../../../crds/kind.ts';
import { ApiError, isConflict, isNotFound } from '../api/errors.ts';
import { type CustomResource, FIELD_MANAGER, resourcePath } from '../api/resource.ts';
import type { Cluster } from '../cluster.ts';
import type { ResourceStatus } from './status.ts';

export interface Teller {
  /** Returns after how long to come again, when a fight over the status makes it wait. */
  status(
    kind: Kind,
    resource: CustomResource,
    status: ResourceStatus,
  ): Promise<{ afterMs: number } | undefined>;
  event(kind: Kind, resource: CustomResource, said: Said): Promise<void>;
  forget(uid: string): void;
}

export interface Said {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase. */
  readonly reason: string;
  readonly message: string;
}

interface Written {
  readonly text: string;
  readonly version: string;
  /** The watch has shown that version: what differs from it is somebody else's. */
  readonly seen: boolean;
  readonly overwritten: number;
  readonly at: number;
}

/** The watch is seldom further behind; a list may have left our version out. */
const LAG_MS = 10_000;

/** So often somebody else may change what we wrote before we slow down. */
const PATIENCE = 3;
const MOST_WAIT_MS = 60_000;

export function teller(cluster: Cluster, onEventFailure: (error: unknown) => void): Teller {
  const written = new Map<string, Written>();

  return {
    status: async (kind, resource, status) => {
      const { uid, resourceVersion } = resource.metadata;
      const text = canonicalJson(status);
      const before = written.get(uid);
      const seen = before?.version === resourceVersion || before?.seen === true;
      if (before !== undefined) written.set(uid, { ...before, seen });
      if (text === canonicalJson(resource.status ?? {})) return undefined;
      const again = before?.text === text;
      const overwritten = again ? before.overwritten + 1 : 0;
      const patience = overwritten <= PATIENCE ? 0 : 1_000 * 2 ** (overwritten - PATIENCE);
      const wait = again && !seen ? LAG_MS : Math.min(MOST_WAIT_MS, patience);
      const waited = performance.now() - (before?.at ?? Number.NEGATIVE_INFINITY);
      if (waited < wait) return { afterMs: wait - waited };
      const { metadata } = await apply(cluster, kind, resource, status);
      written.set(uid, {
        text,
        version: metadata.resourceVersion,
        seen: false,
        overwritten: isQuiet(waited) ? 0 : overwritten,
        at: performance.now(),
      });
      if (overwritten === PATIENCE) await tellContested(kind, resource);
      await tellTransition(kind, resource, status);
      return undefined;
    },
    event: (kind, resource, said) => recordEvent(cluster, kind, resource, said).catch(onEventFailure),
    forget: (uid) => written.delete(uid),
  };

  async function tellContested(kind: Kind, resource: CustomResource): Promise<void> {
    const message = 'somebody else writes into the status; it is put right more and more seldom';
    await recordEvent(cluster, kind, resource, { type: 'Warning', reason: 'Contested', message }).catch(
      onEventFailure,
    );
  }

  async function tellTransition(kind: Kind, resource: CustomResource, status: ResourceStatus): Promise<void> {
    const [before, after] = [readyOf(resource.status), readyOf(status)];
    if (after === undefined || (before?.reason === after.reason && before.status === after.status)) return;
    // That all went well from the start is no change, and would cost as much as the status itself.
    if (before === undefined && after.status === 'True') return;
    const { reason, message } = after;
    const type = after.status === 'True' || status.conditions === undefined ? 'Normal' : 'Warning';
    await recordEvent(cluster, kind, resource, { type, reason, message: message || reason }).catch(
      onEventFailure,
    );
  }
}

const conditions = z.object({ conditions: z.array(conditionSchema.partial({ observedGeneration: true })) });

const readyOf = (status: ResourceStatus | undefined) =>
  conditions.safeParse(status).data?.conditions.find(({ type }) => type === 'Ready');

/** After so long without a fight the next one begins anew. */
const isQuiet = (waitedMs: number): boolean => waitedMs > 10 * MOST_WAIT_MS;

const writtenSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

async function apply(
  { api }: Cluster,
  kind: Kind,
  resource: CustomResource,
  status: ResourceStatus,
): Promise<z.infer<typeof writtenSchema>> {
  const { name, namespace, uid } = resource.metadata;
  return await api.call(writtenSchema, {
    method: 'PATCH',
    path: `${resourcePath(kind, resource)}/status`,
    query: { fieldManager: FIELD_MANAGER, force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion: API_VERSION, kind: kind.name, metadata: { name, namespace, uid }, status },
  });
}

const eventSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  count: z.int().default(1),
});

/** One event for a resource and what is said of it; saying it again counts it up. */
async function recordEvent(
  { api }: Cluster,
  kind: Kind,
  resource: CustomResource,
  said: Said,
): Promise<void> {
  const { name, namespace = 'default', uid, resourceVersion } = resource.metadata;
  const digest = createHash('sha256')
    .update(canonicalJson([uid, said]))
    .digest('hex')
    .slice(0, 16);
  const event = `${name}.${digest}`;
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const collection = `/api/v1/namespaces/${namespace}/events`;
  try {
    await api.call(z.unknown(), {
      method: 'POST',
      path: collection,
      body: {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: event, namespace },
        involvedObject: {
          apiVersion: API_VERSION,
          kind: kind.name,
          name,
          namespace: resource.metadata.namespace,
          uid,
          resourceVersion,
        },
        ...said,
        message: said.message.slice(0, MOST_EVENT_TEXT),
        source: { component: 'lattice-controller' },
        reportingComponent: 'lattice.dev/controller',
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
      },
    });
  } catch (error) {
    if (isEndingNamespace(error)) return;
    if (!isConflict(error)) throw error;
    const { count, metadata } = await api.call(eventSchema, {
      method: 'GET',
      path: `${collection}/${event}`,
    });
    await api.call(z.unknown(), {
      method: 'PATCH',
      path: `${collection}/${event}`,
      contentType: 'application/merge-patch+json',
      body: {
        metadata: { resourceVersion: metadata.resourceVersion },
        count: count + 1,
        lastTimestamp: now,
      },
    });
  }
}

const MOST_EVENT_TEXT = 1024;

/** In a namespace that is being deleted nothing can be created, and nobody would read it. */
const isEndingNamespace = (error: unknown): boolean =>
  isNotFound(error) ||
  (error instanceof ApiError && error.status === 403 && /being terminated/.test(error.message));
