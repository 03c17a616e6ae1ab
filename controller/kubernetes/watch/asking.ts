// What is asked of an API server to follow one collection: a whole list, page by page, and one watch. Promise: what comes is
// parsed; a watch that says nothing for too long is given up. Never: a second try, which is for who asks to decide.

import { z } from 'zod';
import type { KubernetesApi } from '../api/client.ts';
import { ApiError } from '../api/errors.ts';
import { type CustomResource, resourceSchema } from '../api/resource.ts';

const PAGE = '500';

const page = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(resourceSchema),
});

/** Begins again when the server has forgotten the list in the middle of it. */
export async function listAll(api: KubernetesApi, path: string, signal: AbortSignal) {
  const items: CustomResource[] = [];
  let next = '';
  let version = '';
  do {
    const query = { limit: PAGE, ...(next !== '' && { continue: next }) };
    const answer = await api.call(page, { method: 'GET', path, query, signal });
    items.push(...answer.items);
    next = answer.metadata.continue ?? '';
    version = answer.metadata.resourceVersion;
  } while (next !== '');
  return { items, version };
}

const bookmark = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const envelope = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});

export type WatchEvent =
  | { readonly type: 'ERROR'; readonly object: unknown }
  | { readonly type: 'BOOKMARK'; readonly version: string }
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly version: string;
      readonly resource: CustomResource;
    };

export async function* watchOnce(
  api: KubernetesApi,
  path: string,
  resourceVersion: string,
  { silenceMs, watchSeconds }: { readonly silenceMs: number; readonly watchSeconds: number },
  stopping: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const silent = new AbortController();
  const dog = setTimeout(
    () => silent.abort(new ApiError(200, 'SilentWatch', `the watch said nothing for ${silenceMs} ms`)),
    silenceMs,
  );
  const query = {
    watch: 'true',
    resourceVersion,
    allowWatchBookmarks: 'true',
    // Drawn, so that the watches of many kinds and clients do not all end together.
    timeoutSeconds: String(Math.round(watchSeconds * (1 + Math.random()))),
  };
  try {
    const signal = AbortSignal.any([stopping, silent.signal]);
    for await (const line of api.lines({ method: 'GET', path, query, signal })) {
      dog.refresh();
      if (line !== '') yield parseEvent(line);
    }
  } catch (error) {
    throw silent.signal.aborted ? silent.signal.reason : error;
  } finally {
    clearTimeout(dog);
  }
}

function parseEvent(line: string): WatchEvent {
  const { type, object } = envelope.parse(JSON.parse(line));
  if (type === 'ERROR') return { type, object };
  if (type === 'BOOKMARK') return { type, version: bookmark.parse(object).metadata.resourceVersion };
  const resource = resourceSchema.parse(object);
  return { type, version: resource.metadata.resourceVersion, resource };
}
