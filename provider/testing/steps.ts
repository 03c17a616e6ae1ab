// An acceptance test as steps: each is a configuration and what has to come of it. Promise: a step plans, is checked before
// anything is applied, applies, is checked again, and plans empty after that; whoever breaks a rule reads its step and address.

import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { NO_CHANGES, type StateEntry, type Workspace } from './terraform.ts';

export type PlannedAction = 'create' | 'read' | 'update' | 'replace' | 'delete' | 'no-op';

export interface Step {
  readonly step: string;
  /** What happens behind Terraform's back, before it looks. */
  readonly before?: () => Promise<void> | void;
  /** The one of the step before where it is left out. */
  readonly config?: string;
  /** What the plan has to do with each address; addresses that are left out may be anything. */
  readonly actions?: Readonly<Record<string, PlannedAction>>;
  /** Attributes that have to be unknown in the plan, by address. */
  readonly unknown?: Readonly<Record<string, readonly string[]>>;
  /** What the diagnostics have to say; the step ends there, and nothing was applied. */
  readonly error?: RegExp;
  /** Attributes after apply, by address; exact values. */
  readonly state?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Attributes that have to be what they were after the step before, by address. */
  readonly kept?: Readonly<Record<string, readonly string[]>>;
}

const plannedSchema = z.object({
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        change: z.object({ actions: z.array(z.string()), after_unknown: z.unknown() }),
      }),
    )
    .default([]),
});

/** Follows the steps; the state that is left is the last one's. */
export async function follow(workspace: Workspace, steps: readonly Step[]): Promise<void> {
  let before: Readonly<Record<string, StateEntry>> = {};
  for (const each of steps) {
    await each.before?.();
    if (each.config !== undefined) await workspace.configure(each.config);
    const plan = await workspace.plan('-out=step.plan');
    if (each.error !== undefined) {
      const told = plan.diagnostics.map(({ summary, detail }) => `${summary}\n${detail}`).join('\n');
      expect({ step: each.step, exitCode: plan.exitCode, told }).toEqual({
        step: each.step,
        exitCode: 1,
        told: expect.stringMatching(each.error),
      });
      continue;
    }
    expect({
      step: each.step,
      errors: plan.diagnostics.filter(({ severity }) => severity === 'error'),
    }).toEqual({
      step: each.step,
      errors: [],
    });
    await checkPlan(workspace, each);
    const apply = await workspace.run('apply', '-json', '-input=false', 'step.plan');
    expect({ step: each.step, exitCode: apply.exitCode, told: apply.diagnostics }).toMatchObject({
      step: each.step,
      exitCode: 0,
    });
    const after = await workspace.state();
    for (const [address, values] of Object.entries(each.state ?? {}))
      expect({ step: each.step, address, ...after[address]?.values }).toMatchObject({
        step: each.step,
        address,
        ...values,
      });
    for (const [address, names] of Object.entries(each.kept ?? {}))
      for (const name of names)
        expect({ step: each.step, address, name, value: after[address]?.values[name] }).toEqual({
          step: each.step,
          address,
          name,
          value: before[address]?.values[name],
        });
    const second = await workspace.plan();
    expect({ step: each.step, second: second.exitCode, told: second.diagnostics }).toEqual({
      step: each.step,
      second: NO_CHANGES,
      told: [],
    });
    before = after;
  }
}

async function checkPlan(workspace: Workspace, { step, actions = {}, unknown = {} }: Step): Promise<void> {
  const shown = await workspace.run('show', '-json', 'step.plan');
  const changes = new Map(
    plannedSchema
      .parse(JSON.parse(shown.output))
      .resource_changes.map(({ address, change }) => [address, change]),
  );
  const planned = Object.keys(actions).map((address) => {
    const names = changes.get(address)?.actions ?? ['no-op'];
    return [address, names.length === 2 ? 'replace' : names.join()];
  });
  expect({ step, ...Object.fromEntries(planned) }).toEqual({ step, ...actions });
  for (const [address, names] of Object.entries(unknown))
    expect({ step, address, unknown: changes.get(address)?.after_unknown }).toMatchObject({
      step,
      address,
      unknown: Object.fromEntries(names.map((name) => [name, true])),
    });
}

/** Imports every address into a state of its own, and holds that against what apply left; `ignored` says what no read can know. */
export async function verifyImports(workspace: Workspace, ignored: readonly string[]): Promise<void> {
  const applied = await workspace.state();
  const file = join(workspace.folder, 'terraform.tfstate');
  await rename(file, `${file}.applied`);
  for (const [address, { values }] of Object.entries(applied)) {
    const run = await workspace.run('import', '-input=false', '-no-color', address, String(values.id));
    expect({ address, exitCode: run.exitCode, output: run.exitCode === 0 ? '' : run.output }).toEqual({
      address,
      exitCode: 0,
      output: '',
    });
  }
  const known = (state: Readonly<Record<string, StateEntry>>) =>
    Object.entries(state).map(([address, { values }]) => [
      address,
      Object.fromEntries(Object.entries(values).filter(([name]) => !ignored.includes(name))),
    ]);
  expect(known(await workspace.state())).toEqual(known(applied));
  await rename(`${file}.applied`, file);
}
