// Which refused resources wait for which objects, so that they are looked at again as soon as one of these comes or goes.

import type { LatticeError } from '../../../crds/findings.ts';
import type { Kind } from '../../../crds/kind.ts';
import { referencesOf } from '../../../crds/references.ts';
import type { ObjectKey } from '../../../store/objects.ts';
import type { CustomResource, ResourceKey } from '../api/resource.ts';

export interface WaitingList {
  /** Notes what the refusal waits for, in place of what it waited for before. */
  wait(
    key: ResourceKey,
    kind: Kind,
    resource: CustomResource,
    org: string | undefined,
    error: LatticeError,
  ): void;
  /** Takes those off the list that wait for the object to come or to go. */
  called(object: ObjectKey): ResourceKey[];
  leave(key: ResourceKey): void;
}

/** Any org may be the one that maps a namespace. */
const ANY_ORG = 'Org/';

export function waitingList(): WaitingList {
  const waiters = new Map<string, Set<ResourceKey>>();
  const waitsFor = new Map<ResourceKey, readonly string[]>();

  const leave = (key: ResourceKey): void => {
    for (const wanted of waitsFor.get(key) ?? []) {
      const others = waiters.get(wanted);
      others?.delete(key);
      if (others?.size === 0) waiters.delete(wanted);
    }
    waitsFor.delete(key);
  };
  return {
    wait: (key, kind, resource, org, error) => {
      leave(key);
      const wanted = wantedBy(kind, resource, org, error);
      if (wanted.length === 0) return;
      waitsFor.set(key, wanted);
      for (const name of wanted) waiters.set(name, (waiters.get(name) ?? new Set()).add(key));
    },
    called: ({ kind, org, name }) => {
      const wanted = kind === 'Org' ? ANY_ORG : `${kind}/${org}/${name}`;
      const keys = [...(waiters.get(wanted) ?? [])];
      for (const key of keys) leave(key);
      return keys;
    },
    leave,
  };
}

/** Of what is settled by an org. */
const ofOrgs: ReadonlySet<string> = new Set([
  'NamespaceNotMapped',
  'NamespaceMappedTwice',
  'OrgChanged',
  'OrgNotFound',
]);
/** Of what another object of the same name stands in the way of. */
const ofName: ReadonlySet<string> = new Set(['DeclaredTwice', 'AlreadyExists', 'BeingDeleted']);

function wantedBy(
  kind: Kind,
  { spec, metadata }: CustomResource,
  org: string | undefined,
  { code }: LatticeError,
): string[] {
  if (ofOrgs.has(code) || org === undefined) return [ANY_ORG];
  if (ofName.has(code)) return [`${kind.name}/${org}/${metadata.name}`];
  if (code !== 'ReferenceNotFound') return [];
  return referencesOf(kind, spec).map((reference) => `${reference.kind}/${org}/${reference.name}`);
}
