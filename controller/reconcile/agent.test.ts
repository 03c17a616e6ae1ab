// The reconciler of agents as tables: what stands goes in as plain data, steps and a judgement come out.

import { expect, test } from '@jest/globals';
import { agent } from '../../crds/agent.ts';
import type { Hold, HoldMode } from '../../crds/hold.ts';
import type { ObservedRow } from '../backends/tables.ts';
import type { ObservedWorkflow } from '../backends/temporal.ts';
import { agentReconciler } from './agent.ts';
import { putsRight } from './reconciler.ts';
import { db, FENCE, gone, judged, missing, same, stored, temporal, UID, words } from './testing/plain.ts';

interface AgentCase {
  readonly why: string;
  readonly deleting?: boolean;
  readonly desired?: 'running' | 'paused' | 'stopped';
  readonly row: ObservedRow;
  readonly workflow: ObservedWorkflow;
  readonly hold?: HoldMode;
  readonly steps: readonly string[];
  readonly result: string;
}

const running = (generation: number | undefined, hold?: string): ObservedWorkflow => ({
  state: 'running',
  generation,
  uid: UID,
  hold,
});
const holdOf = (mode: HoldMode): Hold => ({ mode, actor: 'ops', reason: 'too loud', createdAt: '' });
const closed: ObservedWorkflow = { state: 'closed', closedAs: 'terminated' };
const absent: ObservedWorkflow = { state: 'absent' };
const deliver = (found: string) => `deliver generation 3 to its workflow (found ${found})`;
const terminate = `terminate workflow agent/${UID}`;
const writeAgent = 'write the missing row of lattice_agents';
const deleteAgent = 'delete row of lattice_agents';

test.each<AgentCase>([
  {
    why: 'new: the row stands before the workflow starts',
    row: missing,
    workflow: absent,
    steps: [writeAgent, deliver('none')],
    result: 'again WorkflowPending',
  },
  { why: 'as declared', row: same, workflow: running(3), steps: [], result: 'done Running' },
  {
    why: 'an older generation',
    row: same,
    workflow: running(2),
    steps: [deliver('at generation 2')],
    result: 'again WorkflowPending',
  },
  {
    why: 'nothing acknowledged',
    row: same,
    workflow: running(undefined),
    steps: [deliver('running')],
    result: 'again WorkflowPending',
  },
  {
    why: 'ended behind our back',
    row: same,
    workflow: closed,
    steps: [deliver('terminated')],
    result: 'again WorkflowPending',
  },
  {
    why: 'no namespace yet',
    row: missing,
    workflow: { state: 'no-namespace' },
    steps: [writeAgent],
    result: 'again NamespacePending',
  },
  {
    why: 'paused, and acknowledged',
    desired: 'paused',
    row: same,
    workflow: running(3),
    steps: [],
    result: 'done Paused',
  },
  {
    why: 'paused, and never started',
    desired: 'paused',
    row: same,
    workflow: absent,
    steps: [deliver('none')],
    result: 'again WorkflowPending',
  },
  {
    why: 'stopped, and still running',
    desired: 'stopped',
    row: same,
    workflow: running(3),
    steps: [deliver('at generation 3')],
    result: 'again WorkflowPending',
  },
  {
    why: 'stopped, and ended',
    desired: 'stopped',
    row: same,
    workflow: closed,
    steps: [],
    result: 'done Stopped',
  },
  {
    why: 'stopped, and never started',
    desired: 'stopped',
    row: same,
    workflow: absent,
    steps: [],
    result: 'done Stopped',
  },
  {
    why: 'held, and not told yet',
    hold: 'pause',
    row: same,
    workflow: running(3),
    steps: ['deliver generation 3, held paused, to its workflow (found at generation 3)'],
    result: 'again WorkflowPending',
  },
  {
    why: 'held, and acknowledged',
    hold: 'pause',
    row: same,
    workflow: running(3, 'paused'),
    steps: [],
    result: 'done Paused',
  },
  {
    why: 'held before it was started: it starts held',
    hold: 'pause',
    row: same,
    workflow: absent,
    steps: ['deliver generation 3, held paused, to its workflow (found none)'],
    result: 'again WorkflowPending',
  },
  {
    why: 'no longer held',
    row: same,
    workflow: running(3, 'paused'),
    steps: [deliver('at generation 3, held paused')],
    result: 'again WorkflowPending',
  },
  {
    why: 'halted, and still running',
    hold: 'halt',
    row: same,
    workflow: running(3),
    steps: ['deliver generation 3, held stopped, to its workflow (found at generation 3)'],
    result: 'again WorkflowPending',
  },
  { why: 'halted, and ended', hold: 'halt', row: same, workflow: closed, steps: [], result: 'done Stopped' },
  {
    why: 'declared stopped: a milder hold wakes nothing',
    desired: 'stopped',
    hold: 'pause',
    row: same,
    workflow: closed,
    steps: [],
    result: 'done Stopped',
  },
  {
    why: 'deleted while it is held',
    deleting: true,
    hold: 'pause',
    row: same,
    workflow: running(3, 'paused'),
    steps: [terminate, deleteAgent],
    result: 'again WorkflowPending',
  },
  {
    why: 'deleted: the workflow ends before the row goes',
    deleting: true,
    row: same,
    workflow: running(3),
    steps: [terminate, deleteAgent],
    result: 'again WorkflowPending',
  },
  {
    why: 'deleted after it was stopped',
    deleting: true,
    desired: 'stopped',
    row: same,
    workflow: closed,
    steps: [deleteAgent],
    result: 'done Deleted',
  },
  {
    why: 'deleted, its namespace gone before',
    deleting: true,
    row: gone,
    workflow: { state: 'no-namespace' },
    steps: [],
    result: 'done Deleted',
  },
])('an agent: $why', ({ deleting, desired = 'running', row: observedRow, workflow, hold, steps, result }) => {
  const reconciler = agentReconciler(db, temporal);
  const object = stored(
    agent,
    { model: { provider: 'ollama', name: 'x' }, tools: [], desiredState: desired },
    deleting,
  );
  const observed = { row: observedRow, workflow, hold: hold && holdOf(hold) };
  expect(words(reconciler.diff(object, observed, FENCE))).toEqual(steps);
  expect(judged(reconciler.assess(object, observed))).toBe(result);
});

test('a directive carries the generation, the declared state and the fence of the lease', () => {
  const object = stored(agent, { model: { provider: 'ollama', name: 'x' }, desiredState: 'paused' });
  expect(agentReconciler(db, temporal).diff(object, { row: same, workflow: absent }, FENCE)).toEqual([
    {
      in: 'temporal',
      do: 'deliverDirective',
      namespace: 'lattice-org-acme',
      found: 'found none',
      input: {
        uid: UID,
        org: 'acme',
        name: 'x',
        directive: { generation: 3, desiredState: 'paused', fence: FENCE },
      },
    },
  ]);
});

test('a step for a hold that came or went puts nothing right; one under a hold that stood does', () => {
  const spec = { model: { provider: 'ollama', name: 'x' } };
  const seen = (before: Hold | undefined, hold: Hold | undefined, workflow: ObservedWorkflow) => {
    const object = stored(agent, spec);
    const status = { ...object.status, ...(before && { hold: before }) };
    return putsRight(
      agentReconciler(db, temporal).diff({ ...object, status }, { row: same, workflow, hold }, FENCE),
    );
  };
  const [pause, halt] = [holdOf('pause'), holdOf('halt')];
  expect(seen(undefined, pause, running(3))).toBe(false);
  expect(seen(pause, undefined, running(3, 'paused'))).toBe(false);
  expect(seen(halt, undefined, closed)).toBe(false);
  expect(seen(pause, pause, closed)).toBe(true);
  expect(seen(undefined, undefined, closed)).toBe(true);
});

test('whoever finds an agent held is told by whom, until when and why', () => {
  const hold: Hold = { ...holdOf('pause'), expiresAt: '2100-01-01T00:00:00.000Z' };
  const observed = { row: same, workflow: running(3, 'paused'), hold };
  const object = stored(agent, { model: { provider: 'ollama', name: 'x' } });
  expect(agentReconciler(db, temporal).assess(object, observed)).toMatchObject({
    message: 'The agent is paused, by the hold "pause" of ops until 2100-01-01T00:00:00.000Z: too loud.',
  });
});

test('an agent is told by its namespace and its workflow', () => {
  expect(
    agentReconciler(db, temporal).externalIds(stored(agent, {}), {
      row: { desired: null, actual: null },
      workflow: { state: 'absent' },
    }),
  ).toEqual({
    temporalNamespace: 'lattice-org-acme',
    workflowId: `agent/${UID}`,
  });
});
