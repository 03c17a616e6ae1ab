// Admission: the one path that every change takes, real or planned. It reads, decides and returns data; it stores nothing.
// A change whose findings hold an error is refused whole.

import type { Finding } from '../../crds/findings.ts';
import { changedPointers } from '../../crds/json.ts';
import { kindNamed } from '../../crds/kinds.ts';
import type { PlannedChange } from '../../crds/plan.ts';
import { referencesOf } from '../../crds/references.ts';
import { type ValidManifest, validateManifest } from '../../crds/validate.ts';
import type { ObjectKey } from '../../store/objects.ts';
import { type Caller, forbidden } from './caller.ts';
import { referenceFindings } from './references.ts';
import { claimedKind, immutableFindings, ruleFindings } from './rules.ts';
import { ownershipFinding, standingFinding } from './standing.ts';
import { keyText, type SeenObject, type World } from './world.ts';

export interface Admission {
  readonly action: 'create' | 'update' | 'delete' | 'none';
  readonly key: ObjectKey;
  /** The object as it is seen now. */
  readonly before: SeenObject | undefined;
  /** What would be stored; absent for a delete and when it is not valid. */
  readonly manifest: ValidManifest | undefined;
  /** JSON pointers at which what is declared would change. */
  readonly changed: readonly string[];
  /** JSON pointers whose values are not known yet. */
  readonly unknown: readonly string[];
  readonly findings: readonly Finding[];
}

export async function admit(world: World, caller: Caller, change: PlannedChange): Promise<Admission> {
  return change.action === 'delete'
    ? await admitDelete(world, caller, change.manifest)
    : await admitApply(world, caller, change);
}

async function admitApply(world: World, caller: Caller, change: PlannedChange): Promise<Admission> {
  const unknown = change.unknown ?? [];
  const { manifest, findings } = validateManifest(change.manifest, unknown);
  const key = manifest === undefined ? keyOf(change.manifest) : keyOfManifest(manifest);
  const before = await world.find(key);
  const denied = forbidden(caller, before === undefined ? 'create' : 'update', key.org);
  if (denied !== undefined || manifest === undefined)
    return {
      action: before === undefined ? 'create' : 'update',
      key,
      before,
      manifest: undefined,
      changed: [],
      unknown,
      findings: denied === undefined ? findings : [denied],
    };
  const changed = before === undefined ? ['/metadata', '/spec'] : declaredChanges(before, manifest, unknown);
  const action = before === undefined ? 'create' : changed.length === 0 ? 'none' : 'update';
  const standing = before === undefined ? undefined : standingFinding(caller, before, change.action, action);
  const fits =
    action === 'none' || standing !== undefined
      ? []
      : [
          ...immutableFindings(manifest.kind, changed, before),
          ...(await ruleFindings(world, caller, manifest, unknown)),
          ...(await referenceFindings(world, manifest)),
        ];
  return {
    action,
    key,
    before,
    manifest,
    changed,
    unknown,
    findings: [...findings, ...(standing === undefined ? [] : [standing]), ...fits],
  };
}

async function admitDelete(
  world: World,
  caller: Caller,
  manifest: Record<string, unknown>,
): Promise<Admission> {
  const key = keyOf(manifest);
  const before = await world.find(key);
  const denied = forbidden(caller, 'delete', key.org);
  const standing = before === undefined ? undefined : ownershipFinding(caller, before);
  const finding = denied ?? standing;
  return {
    action: before === undefined ? 'none' : 'delete',
    key,
    before,
    manifest: undefined,
    changed: [],
    unknown: [],
    findings: finding === undefined ? [] : [finding],
  };
}

/** Unknown values count as changed: nobody can say that they are not. */
function declaredChanges(before: SeenObject, manifest: ValidManifest, unknown: readonly string[]): string[] {
  const declared = (object: { labels: unknown; annotations: unknown; spec: unknown }) => ({
    metadata: { labels: object.labels, annotations: object.annotations },
    spec: object.spec,
  });
  const stored = before.stored ?? { labels: manifest.labels, annotations: manifest.annotations };
  const known = changedPointers(declared({ ...stored, spec: before.spec }), declared(manifest));
  return [...new Set([...known, ...unknown])].sort();
}

export function keyOfManifest(manifest: ValidManifest): ObjectKey {
  return { kind: manifest.kind.name, org: manifest.org, name: manifest.name };
}

/** The key of something that may not be valid, as far as it has one. */
function keyOf(manifest: Record<string, unknown>): ObjectKey {
  const metadata = (manifest.metadata ?? {}) as Record<string, unknown>;
  const name = typeof metadata.name === 'string' ? storable(metadata.name) : '';
  const org = typeof metadata.org === 'string' ? storable(metadata.org) : name;
  return { kind: typeof manifest.kind === 'string' ? storable(manifest.kind) : '', org, name };
}

/**
 * The objects that an admission of this manifest looks at: itself, its org, and what it refers to. Not what a rule claims:
 * of two who share an object and then both claim it, neither can go on.
 */
export function keysOf(manifest: Record<string, unknown>): ObjectKey[] {
  const own = keyOf(manifest);
  const kind = kindNamed(own.kind);
  if (kind === undefined) return [];
  const referred = referencesOf(kind, manifest.spec).map(
    (reference): ObjectKey => ({ kind: reference.kind, org: own.org, name: storable(reference.name) }),
  );
  const keys = [own, { kind: 'Org', org: own.org, name: own.org }, ...referred].filter(
    (key) => key.kind !== claimedKind[own.kind],
  );
  return [...new Map(keys.map((key) => [keyText(key), key])).values()];
}

/** Text that Postgres cannot hold names nothing. */
const storable = (text: string): string => (text.includes('\0') || !text.isWellFormed() ? '' : text);
