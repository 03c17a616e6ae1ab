// One resource with a list of thousands of objects: does the time of its plan grow with the list, or with its square? No
// org may have so many namespaces, so the controller is left out: its address is known only after apply. What a plan costs
// whatever it plans is in all of these, so the bound in seconds is the one that a square would meet first.

import type { Measured } from '../report.ts';
import { medianSeconds } from './plans.ts';
import type { Timed, Workspace } from './workspace.ts';

const ROUNDS = 5;

export async function elements(workspace: Workspace, say: (line: string) => void): Promise<Measured[]> {
  say(`${ROUNDS} plans of lists of 1000 and 5000 objects`);
  const some: Timed[] = [];
  const many: Timed[] = [];
  const plan = async (groups: number, each: number): Promise<Timed> => {
    await workspace.configure(orgWith(groups, each));
    return await workspace.run('plan', '-input=false');
  };
  for (let round = 0; round < ROUNDS; round++) {
    some.push(await plan(1, 1_000));
    many.push(await plan(5, 1_000));
  }
  const work = 'plan of a list of 5000 objects';
  const figure = medianSeconds(many);
  return [
    { work, figure, unit: 's', reach: { atMost: 2 } },
    {
      work,
      figure,
      unit: 's',
      peer: { name: '1000 objects', figure: medianSeconds(some) },
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
