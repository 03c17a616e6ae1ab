// Many Terraforms, and one that does much at once, against the real controller: every one ends well, every object is made once and
// none is left. The same against a fake, with what a real controller does not do, is provider/acceptance-stress.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { succeeded } from '../provider/testing/succeeded.ts';
import { NO_CHANGES } from '../provider/testing/terraform.ts';
import { events } from './support/ledger.ts';
import { SIXTY, sixtyObjects } from './support/load/mixed.ts';
import { type InTerraform, openTerraformWorld, type TerraformWorld } from './support/terraform-world.ts';
import { uniqueName, type World } from './support/world.ts';

const PROCESSES = 20;
/** Twenty processes share two cores, perhaps with others. */
const LIMIT_MS = 300_000;

let terraform: TerraformWorld;
let world: World;
let inTerraform: InTerraform;

beforeAll(async () => {
  terraform = await openTerraformWorld();
  ({ world, inTerraform } = terraform);
});

afterAll(() => terraform.close());

const created = async (org: string): Promise<string[]> =>
  (await events(world, org))
    .filter(({ action }) => action === 'create')
    .map(({ kind, name }) => `${kind} ${name}`)
    .sort();

const stored = async (orgs: readonly string[]) =>
  await world.sql('SELECT kind, name FROM objects WHERE org = ANY ($1) OR name = ANY ($1)', [orgs]);

const small = (org: string): string => `
  resource "lattice_org" "it" { name = "${org}" }
  resource "lattice_budget" "root" {
    org             = lattice_org.it.name
    name            = "root"
    limit_micro_usd = 1000000
  }
  resource "lattice_agent" "one" {
    org    = lattice_org.it.name
    name   = "one"
    budget = lattice_budget.root.name
    model  = { provider = "ollama", name = "smollm2" }
  }`;

/** Whoever comes waits until all are there, or until one of them cannot come. */
function gate(expected: number): { arrive(): Promise<void>; fail(error: unknown): void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => {});
  let missing = expected;
  return {
    arrive: () => {
      missing -= 1;
      if (missing === 0) resolve();
      return promise;
    },
    fail: reject,
  };
}

test(
  'twenty terraforms that apply and destroy at the same moment all succeed, each with its own objects',
  async () => {
    const orgs = Array.from({ length: PROCESSES }, () => uniqueName('crowd'));
    const [initialised, applied] = [gate(PROCESSES), gate(PROCESSES)];
    await Promise.all(
      orgs.map(async (org) => {
        const run = inTerraform(async (workspace) => {
          await workspace.configure(small(org));
          await initialised.arrive();
          succeeded(await workspace.apply());
          expect(await world.running(org)).toHaveLength(1);
          await applied.arrive();
          succeeded(await workspace.destroy());
        });
        await run.catch((error: unknown) => {
          for (const each of [initialised, applied]) each.fail(error);
          throw error;
        });
      }),
    );
    expect(await stored(orgs)).toEqual([]);
    for (const org of orgs)
      expect([org, await created(org)]).toEqual([org, ['Agent one', 'Budget root', `Org ${org}`]]);
  },
  LIMIT_MS,
);

test(
  'sixty objects, fifty at a time, are made once each, plan empty and go',
  async () => {
    const org = uniqueName('wide');
    await inTerraform(async (workspace) => {
      await workspace.configure(sixtyObjects(org));
      succeeded(await workspace.apply('-parallelism=50'));
      expect(await stored([org])).toHaveLength(SIXTY);
      expect((await workspace.plan('-parallelism=50')).exitCode).toBe(NO_CHANGES);
      succeeded(await workspace.destroy('-parallelism=50'));
      expect(await stored([org])).toEqual([]);
    });
    const made = await created(org);
    expect([made.length, new Set(made).size]).toEqual([SIXTY, SIXTY]);
  },
  LIMIT_MS,
);
