// Doubled: what was done twice. A workflow was started a second time without an intent that says what had ended; one runs for no
// agent, or twice for one; one followed an older lease after a newer; or two processes had one object at the same time.

import { overlaps } from '../fleet/witness.ts';
import type { World } from '../world.ts';
import type { Ledger } from './ledger.ts';
import type { Run } from './workflows.ts';

export async function doubled(world: World, ledger: Ledger, runs: readonly Run[]): Promise<string[]> {
  const agents = new Set(
    (await world.sql(`SELECT uid FROM objects WHERE kind = 'Agent'`)).map(({ uid }) => String(uid)),
  );
  const byUid = Map.groupBy(runs, (run) => run.uid);
  return [
    ...(await overlaps(world)),
    ...[...byUid].flatMap(([uid, ofAgent]) => [
      ...startsWithoutReason(ledger, uid, ofAgent),
      ...runningTooMuch(uid, ofAgent, agents.has(uid)),
      ...olderLeases(uid, ofAgent),
    ]),
  ];
}

/**
 * Each start after the first needs an intent, linked after the start before, that found the workflow ended; or the run before
 * had been told to stop, and this one is for a later generation. (That each was told by an intent is judged by `unlogged`.)
 */
function startsWithoutReason(ledger: Ledger, uid: string, runs: readonly Run[]): string[] {
  return runs.flatMap((run, index) => {
    const before = runs[index - 1];
    if (before === undefined || before.continued || followsStop(before, run)) return [];
    const reason = (ledger.get(uid) ?? []).some(
      ({ event, linkedMs }) =>
        event.phase === 'intent' &&
        linkedMs !== undefined &&
        linkedMs > before.startedMs &&
        linkedMs <= run.startedMs + 1 &&
        /\(found (?!none|running|at )\w+\)/.test(event.message),
    );
    return reason
      ? []
      : [`agent ${uid} was started again (run ${run.runId}) and the ledger does not say why`];
  });
}

function followsStop(before: Run, run: Run): boolean {
  const [last, first] = [before.told.at(-1), run.told[0]];
  if (last === undefined || first === undefined) return false;
  return (
    last.desiredState === 'stopped' && first.desiredState !== 'stopped' && first.generation > last.generation
  );
}

function runningTooMuch(uid: string, runs: readonly Run[], isAgent: boolean): string[] {
  const running = runs.filter((run) => run.running).length;
  if (running > 0 && !isAgent) return [`a workflow runs for ${uid}, which is no agent`];
  return running > 1 ? [`${running} workflows run for agent ${uid}`] : [];
}

function olderLeases(uid: string, runs: readonly Run[]): string[] {
  const fences = runs.flatMap((run) => run.told.map(({ fence }) => fence));
  return fences.every((fence, index) => fence >= (fences[index - 1] ?? 0))
    ? []
    : [`the workflow of agent ${uid} followed an older lease: fences ${fences.join(', ')}`];
}
