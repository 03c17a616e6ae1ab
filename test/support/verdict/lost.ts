// Lost: what was acknowledged and is not what stands. For every object the row and, for an agent, the workflow must hold what
// the store holds; and the store must hold what each client was told last.

import { isDeepStrictEqual } from 'node:util';
import type { ApiObject } from '../../../crds/api.ts';
import type { Api } from '../api.ts';
import type { World } from '../world.ts';
import { type Table, tables } from './tables.ts';
import type { Run } from './workflows.ts';

/** By path: the answer to the last write that was acknowledged, or that the object was deleted and is gone. */
export type Acknowledged = ReadonlyMap<string, ApiObject | 'gone'>;

export async function lost(
  world: World,
  api: Api,
  acknowledged: Acknowledged,
  runs: readonly Run[],
): Promise<string[]> {
  const losses = await answersLost(api, acknowledged);
  for (const table of tables) losses.push(...(await rowsLost(world, table)));
  losses.push(...(await workflowsLost(world, runs)));
  return losses;
}

async function answersLost(api: Api, acknowledged: Acknowledged): Promise<string[]> {
  const losses: string[] = [];
  for (const [path, told] of acknowledged) {
    const answer = await api.send('GET', path);
    if (told === 'gone') {
      if (answer.status !== 404) losses.push(`${path} was deleted and is there`);
    } else if (answer.status !== 200) losses.push(`${path} was written and answers ${answer.status}`);
    else {
      const { metadata, spec } = await api.get(path);
      if (metadata.uid !== told.metadata.uid || !isDeepStrictEqual(spec, told.spec))
        losses.push(
          `${path} is not what was acknowledged: generation ${metadata.generation} of ${metadata.uid}, ` +
            `told ${told.metadata.generation} of ${told.metadata.uid}`,
        );
    }
  }
  return losses;
}

async function rowsLost(world: World, { kind, table, columns }: Table): Promise<string[]> {
  const pairs = await world.sql(
    `SELECT coalesce(o.uid, t.uid)::text AS uid, o.generation, o.spec, to_jsonb(t) AS row
     FROM (SELECT * FROM objects WHERE kind = $1) o FULL JOIN ${table} t ON t.uid = o.uid`,
    [kind],
  );
  return pairs.flatMap(({ uid, generation, spec, row }) => {
    if (row === null) return [`${kind} ${uid} has no row in ${table}`];
    if (spec === null) return [`row ${uid} of ${table} has no object`];
    const differing = Object.entries(columns).filter(([column, path]) => {
      const declared = path.reduce(valueIn, spec);
      return declared !== undefined && !isDeepStrictEqual(valueIn(row, column), declared);
    });
    const generations = valueIn(row, 'generation') === Number(generation) ? [] : ['generation'];
    return [...generations, ...differing.map(([column]) => column)].map(
      (column) => `${kind} ${uid}: ${table}.${column} is not what is declared`,
    );
  });
}

const valueIn = (holder: unknown, name: string): unknown =>
  typeof holder === 'object' && holder !== null ? new Map(Object.entries(holder)).get(name) : undefined;

async function workflowsLost(world: World, runs: readonly Run[]): Promise<string[]> {
  const agents = await world.sql(
    `SELECT uid, generation, spec ->> 'desiredState' AS state FROM objects WHERE kind = 'Agent'`,
  );
  return agents.flatMap(({ uid, generation, state }) => {
    const running = runs.filter((run) => run.uid === uid && run.running);
    if (state === 'stopped')
      return running.length === 0 ? [] : [`agent ${uid} is stopped and its workflow runs`];
    const [run] = running;
    if (run === undefined) return [`agent ${uid} has no workflow`];
    const told = run.told.at(-1);
    return told?.generation === Number(generation) && told.desiredState === state
      ? []
      : [
          `the workflow of agent ${uid} was told ${told?.desiredState} at generation ${told?.generation}, ` +
            `declared is ${state} at ${generation}`,
        ];
  });
}
