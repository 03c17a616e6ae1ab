// Missed: a custom resource that is not what the store holds, in either direction; a status that does not say so; and a write that
// the API server acknowledged and does not have, which would be a fault of the soak itself.

import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { World } from '../../support/world.ts';
import type { Wanted } from './clients.ts';
import type { SoakCluster } from './cluster.ts';
import { allCustom, type Custom } from './resources.ts';

export interface Standing {
  /** By which orgs name it. */
  readonly cluster: string;
  readonly resources: readonly Custom[];
  readonly rows: readonly StoredRow[];
  readonly wanted: ReadonlyMap<string, Wanted>;
}

const storedRow = z.object({
  kind: z.string(),
  org: z.string(),
  name: z.string(),
  owner_manager: z.string(),
  owner_instance: z.string(),
  owner_ref: z.string(),
  spec: z.record(z.string(), z.unknown()),
  labels: z.record(z.string(), z.string()),
});
export type StoredRow = z.infer<typeof storedRow>;

export async function standing(
  { api, id: cluster }: Pick<SoakCluster, 'api' | 'id'>,
  world: World,
  wanted: ReadonlyMap<string, Wanted>,
): Promise<Standing> {
  const resources = await allCustom(api);
  const rows = await world.sql(
    'SELECT kind, org, name, owner_manager, owner_instance, owner_ref, spec, labels FROM objects',
  );
  return { cluster, resources, rows: z.array(storedRow).parse(rows), wanted };
}

export function missed({ cluster, resources, rows, wanted }: Standing): string[] {
  const byUid = new Map(rows.map((row) => [row.owner_ref, row]));
  const uids = new Set(resources.map(({ metadata }) => metadata.uid));
  return [
    ...resources.flatMap((resource) => {
      const row = byUid.get(resource.metadata.uid);
      return row === undefined
        ? [`${resource.path} is not in the store`]
        : [...differences(resource, row), ...unready(resource)];
    }),
    ...rows.flatMap(({ kind, org, name, owner_manager, owner_instance, owner_ref }) =>
      owner_manager === 'kubernetes' && owner_instance === cluster && uids.has(owner_ref)
        ? []
        : [`${kind} ${org}/${name} of ${owner_manager} stands for no resource`],
    ),
    ...unkept(resources, wanted),
  ];
}

function differences({ path, spec, metadata }: Custom, row: StoredRow): string[] {
  return [
    ...(isDeepStrictEqual(spec, row.spec) ? [] : [`${path}: the store holds another spec`]),
    ...(isDeepStrictEqual(metadata.labels, row.labels) ? [] : [`${path}: the store holds other labels`]),
  ];
}

function unready({ path, metadata, status }: Custom): string[] {
  const { generation, deletionTimestamp } = metadata;
  if (deletionTimestamp !== undefined) return [`${path} is still being deleted`];
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') return [`${path} is not ready: ${ready?.reason} ${ready?.message}`];
  return status.observedGeneration === generation
    ? []
    : [`${path} is ready at ${status.observedGeneration} of ${generation}`];
}

function unkept(resources: readonly Custom[], wanted: ReadonlyMap<string, Wanted>): string[] {
  const present = new Map(resources.map((resource) => [resource.path, resource]));
  return [...wanted].flatMap(([path, last]) => {
    const resource = present.get(path);
    if (last === 'deleted') return resource === undefined ? [] : [`${path} was deleted and is there`];
    if (resource === undefined) return [`${path} was declared and is not there`];
    const { spec, metadata } = resource;
    return isDeepStrictEqual([spec, metadata.labels], [last.spec, last.labels])
      ? []
      : [`${path} is not what was declared last`];
  });
}

/** Looks until nothing is missed; what is left when the time is over. */
export async function untilNothingMissed(look: () => Promise<string[]>, limitMs: number): Promise<string[]> {
  const end = performance.now() + limitMs;
  for (;;) {
    const left = await look();
    if (left.length === 0 || performance.now() > end) return left;
    await delay(1_000);
  }
}
