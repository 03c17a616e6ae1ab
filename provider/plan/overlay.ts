// What this process has planned so far and not applied yet. Terraform plans one resource at a time, what is referred to
// first; with the overlay each dry run sees the plan as a whole. Promise: a request stays under the size that the controller
// takes. Never: an entry whose key is not known.

import { type ExactObject, exactJson } from '../object/exact-json.ts';
import { keyText, type ObjectKey } from '../object/key.ts';

export interface Change {
  readonly action: 'create' | 'apply' | 'delete';
  readonly key: ObjectKey;
  readonly manifest: ExactObject;
  readonly unknown: readonly string[];
}

export interface Overlay {
  record(change: Change): void;
  /** Forgets what was planned for an object: it is being carried out. */
  forget(key: ObjectKey): void;
  /** A PlanRequest, as JSON, for one change on top of the overlay. */
  request(change: Change): string;
}

/** The controller takes 1 MiB; some is left for the change itself. */
const MOST_BYTES = 640 * 1024;

interface Entry {
  readonly change: Change;
  readonly json: string;
}

export function createOverlay(): Overlay {
  // In the order in which they were planned: a replacement is a delete and then a create of one key.
  let entries: readonly Entry[] = [];
  return {
    record: (change) => {
      entries = [...entries, { change, json: changeJson(change) }];
    },
    forget: (key) => {
      const text = keyText(key);
      entries = entries.filter(({ change }) => keyText(change.key) !== text);
    },
    request: (change) => {
      const seen = relevant(entries, change).map(({ json }) => json);
      return `{"changes":[${changeJson(change)}],"overlay":[${seen.join(',')}]}`;
    },
  };
}

function changeJson({ action, manifest, unknown }: Change): string {
  return exactJson({ action, manifest, unknown });
}

/** What can matter: the same org. Where that is too much, what the change names, and what that names in turn. */
function relevant(entries: readonly Entry[], change: Change): readonly Entry[] {
  const org = orgOf(change.key);
  const near = entries.filter((entry) => orgOf(entry.change.key) === org);
  if (near.reduce((bytes, { json }) => bytes + Buffer.byteLength(json), 0) <= MOST_BYTES) return near;
  const named = new Set<Entry>();
  const open = [changeJson(change)];
  for (let text = open.pop(); text !== undefined; text = open.pop())
    for (const entry of near)
      if (!named.has(entry) && text.includes(JSON.stringify(entry.change.key.name))) {
        named.add(entry);
        open.push(entry.json);
      }
  return near.filter((entry) => named.has(entry));
}

/** An object of a kind without an org is an org of its own name: what lives there sees it. */
const orgOf = (key: ObjectKey): string => key.org ?? key.name;
