// Two Terraform runs, the command line and a plain client want the same objects at the same moment: each object has one owner and
// that owner's spec, whoever came second is told who was first, and no update is lost.

import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Run } from '../../provider/testing/terraform.ts';
import { type Answer, type Api, apiOf, problemOf } from '../support/api.ts';
import { lattice } from '../support/cli.ts';
import { type OwnController, startOwnController } from '../support/controller.ts';
import { eventually } from '../support/eventually.ts';
import { events } from '../support/ledger.ts';
import { openTerraformWorld, reaching, type TerraformWorld } from '../support/terraform-world.ts';
import { uniqueName, type World } from '../support/world.ts';

let terraform: TerraformWorld;
let world: World;
let folder: string;
let controller: OwnController;
let org: string;
let person: Api;

const ALL = { orgs: ['*'], verbs: ['*'], managers: ['terraform'] };

beforeAll(async () => {
  terraform = await openTerraformWorld();
  ({ world, folder } = terraform);
  controller = await startOwnController(world, { machine: ALL, person: ALL, script: ALL });
  person = apiOf(as('person'));
  org = uniqueName('many');
  await person.create('/v1/orgs', { metadata: { name: org } });
  await person.ready(`/v1/orgs/${org}`);
});

afterAll(async () => {
  await controller.stop();
  await terraform.close();
});

const as = (name: string) => ({ address: controller.address, token: controller.tokens[name] ?? '' });
const budgets = () => `/v1/orgs/${org}/budgets`;
const inTerraform = (body: Parameters<TerraformWorld['inTerraform']>[0]): Promise<void> =>
  terraform.inTerraform(body, reaching(as('machine')));
const hcl = (names: readonly string[], limit: number): string =>
  names
    .map(
      (name) => `resource "lattice_budget" "${name}" {
        org = "${org}"
        name = "${name}"
        limit_micro_usd = ${limit}
      }`,
    )
    .join('\n');
const manifest = (name: string, limitMicroUsd: number) => ({
  kind: 'Budget',
  metadata: { org, name },
  spec: { limitMicroUsd },
});
const saysWho = (texts: readonly string[], name: string, owner: string): boolean =>
  texts.some((text) => text.includes(`${org}/${name}`) && text.includes(owner));
const made = async () =>
  (await events(world, org)).filter(({ action, kind }) => action === 'create' && kind === 'Budget');
const textsOf = (run: Run): string[] => run.diagnostics.map(({ summary, detail }) => `${summary}\n${detail}`);

test('four that create the same objects at once: one owner each, with its spec; the others are told who it is', async () => {
  const names = Array.from({ length: 6 }, (_, index) => `b${index}`);
  await inTerraform(async (one) => {
    await inTerraform(async (two) => {
      await one.configure(hcl(names, 1), 'instance = "one"');
      await two.configure(hcl(names, 2), 'instance = "two"');
      const file = join(folder, 'all.yaml');
      await writeFile(file, names.map((name) => JSON.stringify(manifest(name, 3))).join('\n---\n'));
      const script = apiOf(as('script'));
      // The runs take a while to start, so the script begins when somebody is there.
      const sent = async (): Promise<[string, Answer][]> => {
        const answers: [string, Answer][] = [];
        await eventually('somebody is there', made, (found) => found.length > 0);
        for (const name of names.toReversed())
          answers.push([name, await script.send('POST', budgets(), manifest(name, 4))]);
        return answers;
      };
      const first = one.apply();
      const second = two.apply();
      const third = lattice(as('person'), ['apply', '-f', file]);
      const fourth = sent();
      const [runOne, runTwo, command, answers] = await Promise.all([first, second, third, fourth]);
      const told = [
        { owner: 'terraform/one', limit: 1, texts: textsOf(runOne), code: runOne.exitCode },
        { owner: 'terraform/two', limit: 2, texts: textsOf(runTwo), code: runTwo.exitCode },
        { owner: 'api/person', limit: 3, texts: [command.stderr], code: command.code },
      ];
      for (const name of names) {
        const { metadata, spec } = await person.get(`${budgets()}/${name}`);
        const owner = `${metadata.owner.manager}/${metadata.owner.instance}`;
        const limits = new Map([...told.map((run) => [run.owner, run.limit] as const), ['api/script', 4]]);
        expect([name, spec.limitMicroUsd, metadata.generation]).toEqual([name, limits.get(owner), 1]);
        const answer = answers.find(([sentName]) => sentName === name)?.[1];
        if (answer !== undefined && answer.status !== 201) {
          expect(problemOf(answer).code).toBe('AlreadyExists');
          expect(saysWho([answer.text], name, owner)).toBe(true);
        }
      }
      const creations = await made();
      expect(creations.map(({ name }) => name).sort()).toEqual(names);
      for (const { owner, texts, code } of told) {
        const mine = creations.filter(
          (event) => `${event.owner?.manager}/${event.owner?.instance}` === owner,
        );
        expect([owner, code]).toEqual([owner, mine.length === names.length ? 0 : 1]);
        // Whoever was refused was told of an object and its owner by name.
        if (code !== 0)
          expect(
            creations.some((event) =>
              saysWho(texts, event.name, `${event.owner?.manager}/${event.owner?.instance}`),
            ),
          ).toBe(true);
      }
    });
  });
});

test('two Terraform runs with one state: who comes second is told that it is stale, or plans anew; nothing is mixed', async () => {
  await inTerraform(async (one) => {
    await inTerraform(async (two) => {
      const names = ['shared'];
      await one.configure(hcl(names, 10), 'instance = "twins"');
      expect((await one.apply()).exitCode).toBe(0);
      await cp(join(one.folder, 'terraform.tfstate'), join(two.folder, 'terraform.tfstate'));
      await one.configure(hcl(names, 11), 'instance = "twins"');
      await two.configure(hcl(names, 12), 'instance = "twins"');
      const runs = await Promise.all([one.apply(), two.apply()]);
      const won = runs.flatMap((run, index) => (run.exitCode === 0 ? [11 + index] : []));
      for (const run of runs)
        if (run.exitCode !== 0) expect(textsOf(run).join()).toContain('has changed since it was read');
      const { spec, metadata } = await person.get(`${budgets()}/shared`);
      expect(won).toContain(spec.limitMicroUsd);
      expect(metadata.generation).toBe(1 + won.length);
    });
  });
});

test('many that read, add one and write: every addition counts', async () => {
  await person.create(budgets(), manifest('counter', 0));
  const path = `${budgets()}/counter`;
  const [CLIENTS, ADDITIONS] = [5, 25];
  const addSome = async (): Promise<void> => {
    for (let added = 0; added < ADDITIONS / CLIENTS; ) {
      const { metadata, spec } = await person.get(path);
      const more = manifest('counter', Number(spec.limitMicroUsd) + 1);
      const { status } = await person.send('PUT', path, more, {
        'if-match': `"${metadata.resourceVersion}"`,
      });
      expect([200, 409]).toContain(status);
      if (status === 200) added += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, addSome));
  expect((await person.get(path)).spec.limitMicroUsd).toBe(ADDITIONS);
});

test('commands and a client of one owner at once: each succeeds whole or is told that it is stale', async () => {
  const { metadata } = await person.create(budgets(), manifest('edited', 0));
  const path = `${budgets()}/edited`;
  const command = async (limit: number): Promise<number[]> => {
    const file = join(folder, `edited-${limit}.json`);
    await writeFile(file, JSON.stringify(manifest('edited', limit)));
    const ran = await lattice(as('person'), ['apply', '-f', file]);
    if (ran.code !== 0) expect(ran.stderr).toContain('StaleResourceVersion');
    return ran.code === 0 ? [limit] : [];
  };
  const client = async (limit: number): Promise<number[]> => {
    const answer = await person.send('PUT', path, manifest('edited', limit), {
      'if-match': `"${metadata.resourceVersion}"`,
    });
    expect([200, 409]).toContain(answer.status);
    return answer.status === 200 ? [limit] : [];
  };
  const won = (await Promise.all([command(1), command(2), command(3), client(4), client(5)])).flat();
  const after = await person.get(path);
  expect(won).toContain(after.spec.limitMicroUsd);
  expect(after.metadata.generation).toBe(1 + won.length);
});
