// The sweep of an org's namespace: one list of running agent workflows, held against the agents of the org. Visibility may
// lag, so a difference only puts the object to work, and an unmanaged workflow is looked at again before it is ended.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appendEvent } from '../../audit/append.ts';
import { desiredStates } from '../../crds/agent.ts';
import { namespaceOf, stricter, workflowIdOf } from '../../crds/agent-workflow.ts';
import { heldStates, holdModeSchema, strictestHold } from '../../crds/hold.ts';
import { objectByUid } from '../../store/objects.ts';
import { requestSweepWork } from '../../store/work.ts';
import type { ListedWorkflow, WorkflowMarks } from '../backends/temporal.ts';
import type { ControllerContext } from '../context.ts';

const expectedRow = z
  .object({
    uid: z.string(),
    generation: z.int(),
    state: z.enum(desiredStates),
    holds: z.array(holdModeSchema),
  })
  .transform(({ uid, generation, state, holds }) => {
    const strictest = strictestHold(holds.map((mode) => ({ mode })));
    const hold = strictest && heldStates[strictest.mode];
    return { uid, generation, hold, stopped: stricter(state, hold ?? 'running') === 'stopped' };
  });
type Expected = z.infer<typeof expectedRow>;

export async function sweepNamespace(context: ControllerContext, org: string): Promise<void> {
  const listed = new Map<string, ListedWorkflow>();
  for await (const workflow of context.temporal.listWorkflows(namespaceOf(org)))
    listed.set(workflow.workflowId, workflow);
  // Read after the list: an agent created in between is then not taken for unmanaged.
  const expected = await context.db.rows(
    expectedRow,
    `SELECT uid, generation, spec ->> 'desiredState' AS state, ARRAY(
       SELECT mode FROM agent_holds WHERE object_uid = uid AND (expires_at IS NULL OR expires_at > now())) AS holds
     FROM objects WHERE kind = 'Agent' AND org = $1`,
    [org],
  );
  const differing = expected.filter((agent) => {
    const workflow = listed.get(workflowIdOf(agent.uid));
    listed.delete(workflowIdOf(agent.uid));
    return !isAsWanted(agent, workflow);
  });
  const found = await confirmed(context, org, differing);
  if (found.length > 0) {
    await requestSweepWork(context.db, found);
    context.metrics.drift.inc({ kind: 'Agent', found: 'drifted' }, found.length);
  }
  for (const workflow of listed.values())
    if (workflow.uid !== undefined) await endUnmanaged(context, org, workflow);
}

/** Looks at each workflow itself: an index that lags is no reason to write work for an object that is as declared. */
async function confirmed(
  context: ControllerContext,
  org: string,
  differing: readonly Expected[],
): Promise<string[]> {
  const uids: string[] = [];
  for (const agent of differing) {
    const seen = await context.temporal.observeWorkflow(namespaceOf(org), workflowIdOf(agent.uid));
    if (!isAsWanted(agent, seen.state === 'running' ? seen : undefined)) uids.push(agent.uid);
  }
  return uids;
}

/** Whether what runs is what is declared and held; nothing, for one that is to be stopped. */
function isAsWanted(agent: Expected, running: WorkflowMarks | undefined): boolean {
  if (agent.stopped) return running === undefined;
  return running?.generation === agent.generation && running.hold === agent.hold;
}

/** Ends a workflow that carries our mark and that no agent stands behind. */
async function endUnmanaged(
  context: ControllerContext,
  org: string,
  workflow: ListedWorkflow,
): Promise<void> {
  const { workflowId, uid } = workflow;
  const namespace = namespaceOf(org);
  if (uid !== undefined && workflowId === workflowIdOf(uid) && (await isAgent(context, uid))) return;
  const seen = await context.temporal.observeWorkflow(namespace, workflowId);
  if (seen.state !== 'running') return;
  const event = {
    actor: { type: 'controller', id: 'controller' } as const,
    source: 'sweep',
    owner: null,
    kind: 'Agent',
    org,
    name: '',
    uid: null,
    generation: null,
    action: 'remove' as const,
    changed: [`workflow ${workflowId}`],
    reason: 'Unmanaged',
    message: `end workflow ${workflowId}, which no agent stands behind`,
  };
  const intent = await context.db.transaction(async (tx) =>
    appendEvent(tx, { org }, { ...event, phase: 'intent', outcome: 'pending' }),
  );
  await context.links.linked(intent, AbortSignal.timeout(10_000));
  await context.temporal.perform({ in: 'temporal', do: 'terminateWorkflow', namespace, workflowId });
  await context.db.transaction(async (tx) =>
    appendEvent(tx, { org }, { ...event, phase: 'outcome', outcome: 'ok' }),
  );
  context.metrics.drift.inc({ kind: 'Agent', found: 'unmanaged' });
  context.log.warn({ org, workflowId, sweep: randomUUID() }, 'ended a workflow that nobody declared');
}

async function isAgent(context: ControllerContext, uid: string): Promise<boolean> {
  return z.uuid().safeParse(uid).success && (await objectByUid(context.db, uid)) !== undefined;
}
