// What tests ask of a stand again and again: of the cluster by kubectl, of the store and the ledger by SQL. Only looks.

import { z } from 'zod';
import { type CustomResource, resourceSchema } from '../../../controller/kubernetes/api/resource.ts';
import type { Condition } from '../../../crds/api.ts';
import { conditionSchema } from '../../../crds/api.ts';
import { eventually } from '../../support/eventually.ts';
import { NAMESPACE, type Stand } from './stand.ts';

export interface Looks {
  get(kind: string, name: string, namespace?: string): Promise<CustomResource>;
  /** By `kubectl wait`, until Ready by default. */
  wait(what: string, condition?: string, namespace?: string): Promise<unknown>;
  /** The condition, once its reason is the one given. */
  told(
    kind: string,
    name: string,
    type: Condition['type'],
    reason: string,
    namespace?: string,
  ): Promise<Condition>;
  /** Rows of the store with the name. */
  objects(name: string): Promise<Record<string, unknown>[]>;
  limitOf(budget: string): Promise<unknown>;
  /** Actions that the ledger tells of objects with the name, in order. */
  actions(name: string): Promise<string[]>;
  events(name: string, namespace?: string): Promise<ClusterEvent[]>;
}

const statusSchema = z.object({ conditions: z.array(conditionSchema).default([]) });

const eventSchema = z.object({
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  count: z.int(),
});
export type ClusterEvent = z.infer<typeof eventSchema>;

export function looksAt({ kubectl, fleet }: Stand): Looks {
  const { sql } = fleet.world;
  const get: Looks['get'] = async (kind, name, namespace = NAMESPACE) =>
    resourceSchema.parse(JSON.parse(await kubectl('get', kind, name, '-n', namespace, '-o', 'json')));
  return {
    get,
    wait: (what, condition = 'condition=Ready', namespace = NAMESPACE) =>
      kubectl('wait', what, '-n', namespace, `--for=${condition}`, '--timeout=60s'),
    told: async (kind, name, type, reason, namespace) => {
      const condition = await eventually(
        `${kind} ${name} is told ${reason}`,
        async () => {
          const { status } = await get(kind, name, namespace);
          return statusSchema.parse(status ?? {}).conditions.find((each) => each.type === type);
        },
        (found) => found?.reason === reason,
      );
      if (condition === undefined) throw new Error('there is no condition');
      return condition;
    },
    objects: (name) =>
      sql(
        `SELECT uid, kind, org, name, generation::int AS generation, owner_manager, owner_instance, owner_ref, spec
         FROM objects WHERE name = $1 ORDER BY kind`,
        [name],
      ),
    limitOf: async (budget) =>
      (await sql('SELECT limit_micro_usd::int AS limit FROM lattice_ai_budgets WHERE name = $1', [budget]))[0]
        ?.limit,
    actions: async (name) => {
      const rows = await sql(
        `SELECT event ->> 'action' AS action
         FROM (SELECT id, convert_from(bytes, 'UTF8')::jsonb AS event FROM audit_event) AS told
         WHERE event ->> 'name' = $1 ORDER BY id`,
        [name],
      );
      return rows.map(({ action }) => String(action));
    },
    events: async (name, namespace = NAMESPACE) => {
      const selector = `--field-selector=involvedObject.name=${name}`;
      const text = await kubectl('get', 'events', '-n', namespace, selector, '-o', 'json');
      return z.object({ items: z.array(eventSchema) }).parse(JSON.parse(text)).items;
    },
  };
}
