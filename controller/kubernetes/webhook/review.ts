// What Lattice would say to a change of a custom resource, asked before the API server stores it. Promise: the same admission
// and policies as the write that follows, on one snapshot; a change that is let through is noted with who asked for it.
// Never: a write of what is declared, or anything at all in a dry run.

import { API_GROUP } from '../../../crds/api.ts';
import type { ErrorCode } from '../../../crds/errors.ts';
import { type Finding, finding, LatticeError } from '../../../crds/findings.ts';
import type { Kind } from '../../../crds/kind.ts';
import { kindNamed } from '../../../crds/kinds.ts';
import { type Requester, recordRequest } from '../../../store/cluster-objects.ts';
import type { Database, Transaction } from '../../../store/database.ts';
import { findObject } from '../../../store/objects.ts';
import { overlayOn } from '../../admission/overlay.ts';
import { planIn } from '../../admission/plan.ts';
import type { AdmissionSettings } from '../../admission/settings.ts';
import { seen, storeWorld } from '../../admission/world.ts';
import type { PolicyJudge } from '../../policy/judge.ts';
import type { CustomResource } from '../api/resource.ts';
import type { Cluster } from '../cluster.ts';
import { lookups } from '../lookups.ts';
import { NAMESPACE_CONTROLLER, userOf } from '../sync/caller.ts';
import { assertStaysIn, assertTakeable } from '../sync/declare.ts';
import { orgOf } from '../sync/org.ts';
import { declaredHash, manifestOf, wishesOf } from '../sync/translate.ts';
import { type ReviewRequest, reviewedResource } from './request.ts';

export interface Reviewing {
  readonly db: Database;
  readonly policies: PolicyJudge;
  readonly settings: AdmissionSettings;
  /** Whether only API servers that show their certificate are heard. */
  readonly authenticated: boolean;
  readonly cluster: Pick<Cluster, 'id' | 'cache'>;
}

/** Holds an error when the change is refused. */
export type Verdict = readonly Finding[];

const NOTHING: Verdict = [];

/**
 * Passes without a change of the resource, and the source waits for it. That an org is being deleted does too, but as in a
 * namespace that is being deleted, nothing new is taken into it.
 */
const waitsFor: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ReferenceNotFound', 'BeingDeleted']);

export async function review(at: Reviewing, request: ReviewRequest): Promise<Verdict> {
  const kind = request.kind.group === API_GROUP ? kindNamed(request.kind.kind) : undefined;
  if (kind === undefined)
    return [finding('UnknownKind', '', `this release of Lattice has no kind ${request.kind.kind}`)];
  try {
    return await (request.operation === 'DELETE' ? reviewDelete : reviewApply)(at, kind, request);
  } catch (error) {
    if (!(error instanceof LatticeError)) throw error;
    const { code, message, findings } = error;
    return findings.length > 0 ? findings : [finding(code, '', message)];
  }
}

async function reviewApply(at: Reviewing, kind: Kind, request: ReviewRequest): Promise<Verdict> {
  const resource = reviewedResource(request.object);
  if (request.operation === 'UPDATE') {
    const before = reviewedResource(request.oldObject);
    // Whatever is changed on its way out, most of all its finalizers, declares nothing any more.
    const isLeaving = before.metadata.deletionTimestamp !== undefined;
    if (isLeaving || saysTheSame(kind, before, resource)) return NOTHING;
  }
  await at.policies.prepare([manifestOf(kind, resource, '')]);
  const verdict = await at.db.transaction((tx) => admitApply(at, tx, kind, resource, request), {
    readOnly: true,
  });
  await note(at, request, resource, declaredHash(kind, resource), verdict);
  return verdict;
}

/** Who lets an object be taken over asks for something, too. */
function saysTheSame(kind: Kind, before: CustomResource, after: CustomResource): boolean {
  return (
    declaredHash(kind, before) === declaredHash(kind, after) &&
    wishesOf(before).adopt === wishesOf(after).adopt
  );
}

async function admitApply(
  { cluster, policies, settings, authenticated }: Reviewing,
  tx: Transaction,
  kind: Kind,
  resource: CustomResource,
  request: ReviewRequest,
): Promise<Verdict> {
  const { name, uid } = resource.metadata;
  const look = lookups(tx, cluster.id);
  const org = await orgOf(look, cluster.id, kind, resource.metadata);
  const key = { kind: kind.name, org, name };
  const own = await look.object(uid);
  assertStaysIn(org, own);
  const { username } = request.userInfo;
  const caller = callerOf(cluster.id, resource, { username, authenticated }, org, settings);
  const world = overlayOn(storeWorld(tx));
  const other = own === undefined ? await findObject(tx, key) : undefined;
  if (other !== undefined) {
    assertTakeable(cluster, other, resource);
    // As it will be when it is changed: taken over first.
    world.put(seen({ ...other, owner: caller.owner }));
  }
  const change = { action: 'apply', manifest: manifestOf(kind, resource, org) } as const;
  const { changes } = await planIn(tx, world, policies, caller, [change], waitsFor);
  return changes[0]?.findings ?? NOTHING;
}

/**
 * A deletion that waits for dependents is begun all the same. What the namespace controller deletes is not judged here:
 * somebody has deleted the namespace, which cannot be taken back, and to refuse would only keep it from ending. The policies
 * judge when the resource is released, and what they keep stays in Lattice without it.
 */
async function reviewDelete(at: Reviewing, kind: Kind, request: ReviewRequest): Promise<Verdict> {
  const resource = reviewedResource(request.oldObject);
  const isOfNamespace = request.userInfo.username === NAMESPACE_CONTROLLER;
  const isLeaving = resource.metadata.deletionTimestamp !== undefined;
  // Who asked first is who did it; but a namespace that follows must not wait for a policy that refused the first.
  if (isLeaving && !isOfNamespace) return NOTHING;
  const isJudged = !isOfNamespace && wishesOf(resource).deletionPolicy === 'Delete';
  const verdict = isJudged
    ? await at.db.transaction((tx) => admitDelete(at, tx, kind, resource, request), { readOnly: true })
    : NOTHING;
  await note(at, request, resource, 'delete', verdict);
  return verdict;
}

async function admitDelete(
  { cluster, policies, settings, authenticated }: Reviewing,
  tx: Transaction,
  kind: Kind,
  resource: CustomResource,
  request: ReviewRequest,
): Promise<Verdict> {
  const object = await lookups(tx, cluster.id).object(resource.metadata.uid);
  if (object === undefined || object.deletionTimestamp !== null) return NOTHING;
  const { org, name } = object;
  const { username } = request.userInfo;
  const caller = callerOf(cluster.id, resource, { username, authenticated }, org, settings);
  const metadata = kind.scope === 'cluster' ? { name } : { org, name };
  const change = { action: 'delete', manifest: { kind: kind.name, metadata } } as const;
  const { changes } = await planIn(tx, overlayOn(storeWorld(tx)), policies, caller, [change]);
  return changes[0]?.findings ?? NOTHING;
}

function callerOf(
  id: string,
  { metadata: { uid } }: CustomResource,
  requester: Requester,
  org: string,
  settings: AdmissionSettings,
) {
  return userOf({ id, uid, org, settings, requester, manager: requester.username });
}

/** Before the API server stores the change: the watch that brings it must find who asked. */
async function note(
  { db, cluster, authenticated }: Reviewing,
  { dryRun, userInfo }: ReviewRequest,
  { metadata: { uid } }: CustomResource,
  declared: string,
  verdict: Verdict,
): Promise<void> {
  if (dryRun || isRefused(verdict)) return;
  await recordRequest(
    db,
    { cluster: cluster.id, uid, declared },
    { username: userInfo.username, authenticated },
  );
}

export const isRefused = (verdict: Verdict): boolean => verdict.some(({ level }) => level === 'error');
