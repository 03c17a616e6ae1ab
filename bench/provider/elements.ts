// One resource with a list of thousands of objects: does the time of its plan grow with the list, or with its square? No
// org may have so many namespaces, so the controller is left out: its address is known only after apply.

import type { Measured } from '../report.ts';
import { medianSeconds } from './plans.ts';
import type { Timed, Workspace } from './workspace.ts';

const ROUNDS = 5;

export async function elements(workspace: Workspace, say: (line: string) => void): Promise<Measured[]> {
  say(`${ROUNDS} plans of lists of 1, 1000 and 5000 elements`);
  const few: Timed[] = [];
  const some: Timed[] = [];
  const many: Timed[] = [];
  const plan = async (groups: number, each: number): Promise<Timed> => {
    await workspace.configure(orgWith(groups, each));
    return await workspace.run('plan', '-input=false');
  };
  for (let round = 0; round < ROUNDS; round++) {
    few.push(await plan(1, 1));
    some.push(await plan(1, 1_000));
    many.push(await plan(5, 1_000));
  }
  const seconds = medianSeconds(many);
  const base = medianSeconds(few);
  return [
    { work: 'plan of a list of 5000 objects', figure: seconds, unit: 's', reach: { atMost: 2 } },
    {
      work: '... what it takes more than a list of one',
      figure: seconds - base,
      unit: 's',
      peer: { name: '1000 objects', figure: medianSeconds(some) - base },
      reach: { atMost: 6 },
    },
  ];
}

/** In groups, since Terraform counts to 1024 at most. */
function orgWith(groups: number, each: number): string {
  return [
    'resource "terraform_data" "later" {}',
    'provider "lattice" {',
    '  endpoint = terraform_data.later.id',
    '}',
    'resource "lattice_org" "one" {',
    '  name       = "wide"',
    '  namespaces = flatten([',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Terraform's.
    `    for g in range(${groups}) : [for n in range(${each}) : { cluster = "c", namespace = ${'"n${g}-${n}"'} }]`,
    '  ])',
    '}',
  ].join('\n');
}
