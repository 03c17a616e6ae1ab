// What this process has planned so far and not applied yet. Terraform plans one resource at a time, what is referred to
// first; with the overlay each dry run sees the plan as a whole. Promise: a dry run carries what can matter to it and no
// more, so that a plan of a thousand objects costs a thousand small questions. Never: an entry whose key is not known.

import { type Exact, type ExactObject, exactJson } from '../object/exact-json.ts';
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

interface Entry {
  readonly change: Change;
  readonly json: string;
  /** Every text in the manifest: whatever it refers to is among them. */
  readonly mentions: ReadonlySet<string>;
}

export function createOverlay(): Overlay {
  // In the order in which they were planned: a replacement is a delete and then a create of one key.
  let entries: readonly Entry[] = [];
  return {
    record: (change) => {
      entries = [...entries, entryOf(change)];
    },
    forget: (key) => {
      const text = keyText(key);
      entries = entries.filter(({ change }) => keyText(change.key) !== text);
    },
    request: (change) => {
      const entry = entryOf(change);
      const seen = relevantTo(entry, entries).map(({ json }) => json);
      return `{"changes":[${entry.json}],"overlay":[${seen.join(',')}]}`;
    },
  };
}

function entryOf(change: Change): Entry {
  const { action, manifest, unknown } = change;
  return { change, json: exactJson({ action, manifest, unknown }), mentions: new Set(textsIn(manifest)) };
}

/** What the change mentions, what that mentions in turn, and what mentions the change: all in the same org. */
function relevantTo(entry: Entry, entries: readonly Entry[]): readonly Entry[] {
  const org = orgOf(entry.change.key);
  const near = entries.filter(({ change }) => orgOf(change.key) === org);
  const byName = Map.groupBy(near, ({ change }) => change.key.name);
  const needed = new Set<Entry>();
  const open = [entry];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const mentioned of [...next.mentions].flatMap((name) => byName.get(name) ?? []))
      if (!needed.has(mentioned)) {
        needed.add(mentioned);
        open.push(mentioned);
      }
  // Everything mentions its org, and an org's change does not depend on what lives in it.
  const dependents =
    entry.change.key.org === undefined ? [] : near.filter((each) => each.mentions.has(entry.change.key.name));
  for (const dependent of dependents) needed.add(dependent);
  return near.filter((each) => needed.has(each));
}

function textsIn(value: Exact): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** An object of a kind without an org is an org of its own name: what lives there sees it. */
const orgOf = (key: ObjectKey): string => key.org ?? key.name;
