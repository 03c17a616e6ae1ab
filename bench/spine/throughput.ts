// How fast objects become ready: governance rows, and agents with a workflow each.

import type { Measured } from '../report.ts';
import { type Bench, inParallel, ORG, untilReady } from './load.ts';

const OBJECTS = 1_000;
const AGENTS = 300;
const FULL = 10_000;
const KINDS = ['Budget', 'AgentRole'];

/** Every other one is a role. */
async function create({ api }: Bench, index: number): Promise<void> {
  if (index % 2 === 0)
    await api.create(`/v1/orgs/${ORG}/budgets`, {
      metadata: { name: `budget-${index}` },
      spec: { limitMicroUsd: index },
    });
  else
    await api.create(`/v1/orgs/${ORG}/agentroles`, {
      metadata: { name: `role-${index}` },
      spec: { rules: [{ effect: 'allow', verbs: ['get', 'list'], kinds: ['Agent'] }] },
    });
}

export async function budgetsAndRoles(bench: Bench): Promise<Measured> {
  bench.say(`${OBJECTS} budgets and roles`);
  const began = performance.now();
  await inParallel(OBJECTS, (index) => create(bench, index));
  await untilReady(bench.world, KINDS, OBJECTS);
  return {
    work: `${OBJECTS} budgets and roles through the API until all are ready`,
    figure: OBJECTS / ((performance.now() - began) / 1000),
    unit: 'objects/s',
    reach: { atLeast: 200 },
  };
}

export async function agents({ api, world, say }: Bench): Promise<Measured> {
  say(`${AGENTS} agents`);
  const began = performance.now();
  const spec = { model: { provider: 'ollama', name: 'smollm2' }, budget: 'budget-2' };
  await inParallel(AGENTS, (index) =>
    api.create(`/v1/orgs/${ORG}/agents`, { metadata: { name: `agent-${index}` }, spec }),
  );
  await untilReady(world, ['Agent'], AGENTS);
  return {
    work: `${AGENTS} agents, a workflow each, until all are ready`,
    figure: AGENTS / ((performance.now() - began) / 1000),
    unit: 'objects/s',
    reach: { atLeast: 20 },
  };
}

/** More budgets and roles, until there are ten thousand objects. */
export async function fill(bench: Bench): Promise<void> {
  bench.say(`more of them, until there are ${FULL} objects`);
  const missing = FULL - OBJECTS - AGENTS;
  await inParallel(missing, (index) => create(bench, OBJECTS + index));
  await untilReady(bench.world, KINDS, OBJECTS + missing);
}
