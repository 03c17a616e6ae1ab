// The status of a custom resource: what the store says of its object in terms of the resource's own generation, or why it was
// refused. The same state gives the same status, so what says nothing new is not written.

import { z } from 'zod';
import { type Condition, conditionSchema } from '../../../crds/api.ts';
import type { LatticeError } from '../../../crds/findings.ts';
import type { StoredObject } from '../../../store/objects.ts';
import type { CustomResource } from '../api/resource.ts';
import { wishesOf } from './translate.ts';

export type ResourceStatus = Readonly<Record<string, unknown>>;

const currentSchema = z.object({
  observedGeneration: z.int().optional().catch(undefined),
  conditions: z
    .array(conditionSchema.partial({ observedGeneration: true }))
    .catch([])
    .default([]),
});

const currentOf = ({ status }: CustomResource) => currentSchema.parse(status ?? {});

/**
 * What is to stand there for an object; undefined while the store has not seen the generation yet. `storedGeneration` is the
 * one that the resource's present generation has become. While `isLooking`, the look that an annotation asked for is not done.
 */
export function statusOfObject(
  resource: CustomResource,
  { uid, status }: StoredObject,
  storedGeneration: number,
  isLooking = false,
): ResourceStatus | undefined {
  if (status.observedGeneration < storedGeneration) return undefined;
  const { generation } = resource.metadata;
  const { conditions, externalIds, repairs, hold } = status;
  return {
    observedGeneration: generation,
    conditions: conditions.map((condition) => ({ ...condition, observedGeneration: generation })),
    uid,
    externalIds,
    ...(repairs && { repairs }),
    ...(hold && { hold }),
    ...(isLooking ? handledBefore(resource) : handled(resource)),
  };
}

/** Of what may become right without a change of the resource: it waits and is not stalled. */
const waiting: ReadonlySet<string> = new Set([
  'ReferenceNotFound',
  'OrgNotFound',
  'BeingDeleted',
  'DependentsExist',
]);

export function statusOfRefusal(
  resource: CustomResource,
  refused: LatticeError,
  now: string,
): ResourceStatus {
  const { code, message, findings } = refused;
  const field = findings[0]?.pointer;
  const said = { reason: code, message, ...(field && { field }) };
  return withConditions(
    resource,
    [
      { type: 'Ready', status: 'False', ...said },
      { type: 'Synced', status: 'False', ...said },
      { type: waiting.has(code) ? 'Reconciling' : 'Stalled', status: 'True', ...said },
    ],
    now,
  );
}

/** Nothing is done; what stood there of readiness still holds, at the generation that was seen last. */
export function statusOfPause(resource: CustomResource, now: string): ResourceStatus {
  const message =
    resource.metadata.deletionTimestamp === undefined
      ? 'nothing is done while the annotation says so'
      : 'the deletion waits until the annotation is gone';
  const { conditions, observedGeneration } = currentOf(resource);
  const ready = conditions.filter(({ type }) => type === 'Ready');
  return {
    ...resource.status,
    ...(observedGeneration !== undefined && { observedGeneration }),
    conditions: [
      ...ready,
      {
        ...timed(resource, { type: 'Synced', status: 'False', reason: 'Paused', message }, now),
        observedGeneration: resource.metadata.generation,
      },
    ],
  };
}

/** The reason for which the status says that the resource's present generation is not in the store. */
export function refusalStanding(resource: CustomResource): string | undefined {
  const { observedGeneration, conditions } = currentOf(resource);
  if (observedGeneration !== resource.metadata.generation) return undefined;
  return conditions.find(({ type, status }) => type === 'Synced' && status === 'False')?.reason;
}

/** Whether the user has asked for a look since the last one. */
export function isLookAsked(resource: CustomResource): boolean {
  const { requestedAt } = wishesOf(resource);
  return requestedAt !== undefined && requestedAt !== resource.status?.lastHandledReconcileAt;
}

const handled = (resource: CustomResource) => {
  const { requestedAt } = wishesOf(resource);
  return requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt };
};

const handledBefore = ({ status }: CustomResource) => {
  const before = status?.lastHandledReconcileAt;
  return before === undefined ? {} : { lastHandledReconcileAt: before };
};

type Draft = Pick<Condition, 'type' | 'status' | 'reason' | 'message' | 'field'>;

function withConditions(resource: CustomResource, drafts: readonly Draft[], now: string): ResourceStatus {
  const { generation } = resource.metadata;
  const { uid, externalIds } = resource.status ?? {};
  return {
    observedGeneration: generation,
    // What had been taken before still stands.
    ...(uid !== undefined && { uid, externalIds }),
    conditions: drafts.map((draft) => ({
      ...timed(resource, draft, now),
      observedGeneration: generation,
    })),
    ...handled(resource),
  };
}

function timed(resource: CustomResource, draft: Draft, now: string) {
  const before = currentOf(resource).conditions.find(({ type }) => type === draft.type);
  return { ...draft, lastTransitionTime: before?.status === draft.status ? before.lastTransitionTime : now };
}
