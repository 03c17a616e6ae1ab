// The load through Terraform: one configuration of sixty objects, applied again and again with changes. An apply that a fault
// ended is repeated, as its user would; the last one, after the faults, must succeed and leave nothing to change.

import { setTimeout as delay } from 'node:timers/promises';
import { NO_CHANGES, type Run, type Workspace } from '../../provider/testing/terraform.ts';
import type { Fleet } from '../support/fleet/fleet.ts';
import { sixtyObjects } from '../support/load/mixed.ts';
import type { Random } from '../support/load/random.ts';
import { terraformIn } from '../support/terraform-world.ts';

export interface Applies {
  readonly applies: number;
  readonly repeated: number;
  /** What is wrong with the last one. */
  readonly failures: readonly string[];
}

export async function applyUntil(
  fleet: Fleet,
  random: Random,
  org: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Applies> {
  const inTerraform = await terraformIn(fleet.folder, fleet.world.state);
  let applies = 0;
  let repeated = 0;
  const failures: string[] = [];
  const apply = async (workspace: Workspace, version: number): Promise<Run> => {
    await workspace.configure(sixtyObjects(org, version));
    const run = await workspace.apply();
    if (run.exitCode === 0) applies += 1;
    else repeated += 1;
    say(`terraform apply of version ${version} ended with ${run.exitCode}${firstError(run)}`);
    return run;
  };
  await inTerraform(async (workspace) => {
    for (let version = 0; !signal.aborted; ) {
      if ((await apply(workspace, version)).exitCode === 0) version += 1;
      await delay(random.between(2_000, 10_000), undefined, { signal }).catch(() => {});
    }
    const last = await apply(workspace, applies);
    if (last.exitCode !== 0) failures.push(`the last apply failed${firstError(last)}`);
    const { exitCode } = await workspace.plan();
    if (exitCode !== NO_CHANGES) failures.push(`a plan after the last apply ended with ${exitCode}`);
  });
  return { applies, repeated, failures };
}

function firstError({ diagnostics, exitCode, output }: Run): string {
  if (exitCode === 0) return '';
  const error = diagnostics.find(({ severity }) => severity === 'error');
  return `: ${error === undefined ? output.slice(-500) : `${error.summary} ${error.detail}`}`;
}
