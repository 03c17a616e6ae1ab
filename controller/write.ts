// Writes of what is declared. Each is one transaction: admission under locks, the object, its event and its work; a refusal
// leaves nothing but, where somebody was denied, the denial in the ledger.

import type { Finding } from '../crds/findings.ts';
import { changedPointers, valueAt } from '../crds/json.ts';
import { kindNamed } from '../crds/kinds.ts';
import type { Database } from '../store/database.ts';
import { insertObject, markDeleted, replaceDeclared, replaceOwner } from '../store/object-writes.ts';
import { findObject, type ObjectKey, type StoredObject } from '../store/objects.ts';
import { isSpent } from '../store/spent-keys.ts';
import { requestWork } from '../store/work.ts';
import { type Admission, admit, keysOf } from './admission/admit.ts';
import { type Caller, forbidden } from './admission/caller.ts';
import { existsFinding } from './admission/standing.ts';
import { readAhead, storeWorld } from './admission/world.ts';
import type { PolicyJudge } from './policy/judge.ts';
import { judged, recordWrite } from './recording.ts';
import { assertVersion, DenialError, notFound, recordingDenials, refusal, spentKey } from './refusal.ts';

/** Where writes go, and who judges them. */
export interface Writing {
  readonly db: Database;
  readonly policies: PolicyJudge;
}

export interface Created {
  readonly object: StoredObject;
  /** The object had been created before with the same idempotency key: the first answer was lost. */
  readonly repeated: boolean;
}

export async function createObject(
  at: Writing,
  caller: Caller,
  manifest: Record<string, unknown>,
  idempotencyKey?: string,
): Promise<Created> {
  await at.policies.prepare([manifest]);
  return await recordingDenials(at.db, caller, async (tx) => {
    const world = storeWorld(tx, 'share', await readAhead(tx, keysOf(manifest), 'share'));
    const admission = await admit(world, caller, { action: 'apply', manifest });
    const existing = admission.before?.stored;
    if (existing !== undefined) {
      if (forbiddenIn(admission) === undefined && isRepeat(existing, idempotencyKey))
        return { object: existing, repeated: true };
      throw refusal(
        forbiddenIn(admission) ?? standing(admission) ?? existsFinding(caller, existing),
        admission,
      );
    }
    const valid = accepted(admission);
    // Asked after the look that found no object: who removed it has left its key behind by then.
    if (idempotencyKey !== undefined && (await isSpent(tx, admission.key, idempotencyKey)))
      throw spentKey(admission.key);
    const policy = await judged(at.policies, tx, world, caller, admission);
    const object = await insertObject(tx, { manifest: valid, owner: caller.owner, idempotencyKey });
    if (object === undefined) {
      // Somebody created it between our look and our insert: a stranger, or the same request sent again.
      const winner = await findObject(tx, admission.key);
      if (winner === undefined) throw notFound(admission.key);
      if (isRepeat(winner, idempotencyKey)) return { object: winner, repeated: true };
      throw refusal(existsFinding(caller, winner), admission);
    }
    await recordWrite(
      tx,
      caller,
      object,
      'create',
      ['/metadata', '/spec'],
      {
        before: null,
        after: declared(object),
      },
      policy,
    );
    await requestWork(tx, object.uid);
    return { object, repeated: false };
  });
}

export async function updateObject(
  at: Writing,
  caller: Caller,
  key: ObjectKey,
  manifest: Record<string, unknown>,
  resourceVersion: string,
): Promise<StoredObject> {
  await at.policies.prepare([manifest]);
  return await recordingDenials(at.db, caller, async (tx) => {
    const before = await findObject(tx, key, 'update');
    const world = storeWorld(tx, 'share', await readAhead(tx, keysOf(manifest), 'share'));
    const admission = await admit(world, caller, { action: 'apply', manifest });
    if (before === undefined) throw forbiddenError(admission) ?? notFound(key);
    const valid = accepted(admission);
    assertVersion(before, resourceVersion);
    if (admission.action === 'none') return before;
    const policy = await judged(at.policies, tx, world, caller, admission);
    const specChanged = admission.changed.some(
      (pointer) => pointer === '/spec' || pointer.startsWith('/spec/'),
    );
    const object = await replaceDeclared(tx, before, valid, specChanged);
    const changed = changedPointers(declared(before), declared(object));
    const values = (source: StoredObject) =>
      Object.fromEntries(changed.map((pointer) => [pointer, valueAt(declared(source), pointer) ?? null]));
    await recordWrite(
      tx,
      caller,
      object,
      'update',
      changed,
      {
        before: values(before),
        after: values(object),
      },
      policy,
    );
    if (specChanged) await requestWork(tx, object.uid);
    return object;
  });
}

export async function deleteObject(
  at: Writing,
  caller: Caller,
  key: ObjectKey,
  resourceVersion?: string,
): Promise<StoredObject> {
  return await recordingDenials(at.db, caller, async (tx) => {
    const before = await findObject(tx, key, 'update');
    const kind = kindNamed(key.kind);
    const metadata = kind?.scope === 'cluster' ? { name: key.name } : { org: key.org, name: key.name };
    const world = storeWorld(tx);
    const admission = await admit(world, caller, {
      action: 'delete',
      manifest: { kind: key.kind, metadata },
    });
    if (before === undefined) throw forbiddenError(admission) ?? notFound(key);
    refuseErrors(admission);
    if (resourceVersion !== undefined) assertVersion(before, resourceVersion);
    if (before.deletionTimestamp !== null) return before;
    const policy = await judged(at.policies, tx, world, caller, admission);
    const object = await markDeleted(tx, before.uid);
    if (object === undefined) throw notFound(key);
    await recordWrite(tx, caller, object, 'delete', ['/metadata/deletionTimestamp'], undefined, policy);
    await requestWork(tx, object.uid);
    return object;
  });
}

/** Transfers the ownership to the owner that the caller claims. */
export async function adoptObject(db: Database, caller: Caller, key: ObjectKey): Promise<StoredObject> {
  return await recordingDenials(db, caller, async (tx) => {
    const denied = forbidden(caller, 'adopt', key.org);
    if (denied !== undefined) throw new DenialError([denied], key);
    const before = await findObject(tx, key, 'update');
    const object = before && (await replaceOwner(tx, before.uid, caller.owner));
    if (before === undefined || object === undefined) throw notFound(key);
    await recordWrite(tx, caller, object, 'adopt', ['/metadata/owner'], {
      before: { '/metadata/owner': before.owner },
      after: { '/metadata/owner': object.owner },
    });
    return object;
  });
}

const declared = (object: StoredObject) => ({
  metadata: { labels: object.labels, annotations: object.annotations },
  spec: object.spec,
});

const isRepeat = (existing: StoredObject, idempotencyKey: string | undefined): boolean =>
  idempotencyKey !== undefined && existing.idempotencyKey === idempotencyKey;

function accepted(admission: Admission) {
  refuseErrors(admission);
  if (admission.manifest === undefined) throw new Error('admission gave neither a manifest nor a finding');
  return admission.manifest;
}

function refuseErrors(admission: Admission): void {
  const first = admission.findings.find((found) => found.level === 'error');
  if (first !== undefined) throw refusal(first, admission);
}

const forbiddenIn = (admission: Admission): Finding | undefined =>
  admission.findings.find((found) => found.code === 'Forbidden');
const standing = (admission: Admission): Finding | undefined =>
  admission.findings.find((found) => found.code === 'BeingDeleted');

function forbiddenError(admission: Admission): Error | undefined {
  const denied = forbiddenIn(admission);
  return denied && refusal(denied, admission);
}
