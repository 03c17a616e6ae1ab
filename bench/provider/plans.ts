// Plans and applies of one and of a thousand budgets, by both providers in turn.

import { type Measured, quantile } from '../report.ts';
import type { Peer } from './peers.ts';
import type { Timed, Workspace } from './workspace.ts';

export interface Compared {
  readonly ours: Workspace;
  readonly reference: Workspace;
  /** Makes the controller forget the budgets of one provider. */
  empty(peer: Peer): void;
  say(line: string): void;
}

export const MANY = 1_000;
const ROUNDS = { one: 9, noop: 5, apply: 3 };

export async function plans(compared: Compared): Promise<Measured[]> {
  const { ours, reference, empty, say } = compared;
  const both = [ours, reference];
  say(`${ROUNDS.one} plans of one budget`);
  await Promise.all(both.map((each) => each.configure(budgets(each.peer.name, 1))));
  const one = await inTurn(compared, ROUNDS.one, async (each) => await each.run('plan', '-input=false'));

  say(`${ROUNDS.apply} applies of ${MANY} budgets`);
  await Promise.all(both.map((each) => each.configure(budgets(each.peer.name, MANY))));
  const apply = await inTurn(compared, ROUNDS.apply, async (each) => {
    empty(each.peer);
    await each.forgetState();
    return await each.run('apply', '-input=false', '-auto-approve');
  });

  say(`${ROUNDS.noop} plans of ${MANY} budgets without a change`);
  // A plan with a change would fail.
  const noop = await inTurn(
    compared,
    ROUNDS.noop,
    async (each) => await each.run('plan', '-input=false', '-detailed-exitcode'),
  );
  return [
    besides('plan of 1 budget', one, 1.8),
    besides(`plan of ${MANY} budgets without a change`, noop, 1.2),
    besides(`apply of ${MANY} budgets`, apply, 1.05),
    {
      work: `memory of the provider at ${MANY} budgets, peak`,
      figure: Math.max(...[...apply.ours, ...noop.ours].map(({ peakMib }) => peakMib)),
      unit: 'MiB',
      reach: { atMost: 200 },
    },
  ];
}

interface Runs {
  readonly ours: readonly Timed[];
  readonly theirs: readonly Timed[];
}

/** A B A B, so that what else the machine does meets both. */
async function inTurn(
  { ours, reference }: Compared,
  rounds: number,
  measure: (workspace: Workspace) => Promise<Timed>,
): Promise<Runs> {
  const runs: Record<keyof Runs, Timed[]> = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    runs.ours.push(await measure(ours));
    runs.theirs.push(await measure(reference));
  }
  return runs;
}

function besides(work: string, { ours, theirs }: Runs, atMost: number): Measured {
  return {
    work,
    figure: medianSeconds(ours),
    unit: 's',
    peer: { name: 'Go', figure: medianSeconds(theirs) },
    reach: { atMost },
  };
}

export const medianSeconds = (runs: readonly Timed[]): number =>
  quantile(
    runs.map(({ seconds }) => seconds),
    0.5,
  );

function budgets(org: string, count: number): string {
  return [
    'resource "lattice_budget" "each" {',
    `  count           = ${count}`,
    `  org             = "${org.toLowerCase()}"`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Terraform's.
    '  name            = "budget-${count.index}"',
    '  limit_micro_usd = 1000000 + count.index',
    '}',
  ].join('\n');
}
