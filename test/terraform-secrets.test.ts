// The token of the provider, wherever it is given, with everything logged that Terraform and the provider can log: it is in no
// log, state or saved plan. What people write into the configuration itself, Terraform copies into a saved plan; that copy is
// Terraform's own, so it is left out here, and the provider's documentation says how to avoid it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { privateDataIn } from '../provider/testing/private-data.ts';
import { inWorkspace, stateText, type Workspace } from '../provider/testing/terraform.ts';
import { type OwnController, startOwnController } from './support/controller.ts';
import { lookAtFiles, planted } from './support/planted.ts';
import { openTerraformWorld, type TerraformWorld } from './support/terraform-world.ts';
import { uniqueName } from './support/world.ts';

let terraform: TerraformWorld;
let controller: OwnController;

beforeAll(async () => {
  terraform = await openTerraformWorld();
  const rights = { orgs: ['*'], verbs: ['*'], managers: ['terraform'] };
  controller = await startOwnController(
    terraform.world,
    { planted: rights },
    { LATTICE_SECRET_ENV_ORGS: '*' },
  );
});

afterAll(async () => {
  await controller.stop();
  await terraform.close();
});

const savedPlan = z.looseObject({ configuration: z.unknown(), variables: z.unknown() });
const PEM = '-----BEGIN PRIVATE KEY-----';

const configuration = (org: string, more = '') => `
variable "token" {
  type      = string
  default   = null
  ephemeral = true
}
resource "lattice_org" "it" { name = "${org}" }
resource "lattice_budget" "root" {
  org  = lattice_org.it.name
  name = "root"
}
resource "lattice_model_provider" "openai" {
  org     = lattice_org.it.name
  name    = "openai"
  type    = "openai"
  api_key = { env = "LATTICE_SECRET_OPENAI" }
}
${more}`;

/** How the provider gets its token. */
const ways = [
  { why: 'the environment', inEnvironment: true, provider: () => '', variable: false },
  { why: 'an ephemeral variable', inEnvironment: false, provider: () => 'token = var.token', variable: true },
  {
    why: 'the provider block',
    inEnvironment: false,
    provider: (token: string) => `token = "${token}"`,
    variable: false,
  },
];

test.each(ways)(
  'the token in $why is in no log, state or plan',
  async ({ inEnvironment, provider, variable }) => {
    const garden = planted();
    const token = controller.tokens.planted ?? '';
    garden.know('the token of the provider', token);
    const wrong = garden.plant('a token that is not known');
    const key = garden.plant('a key in a field for something else', 'sk-planted');
    const org = uniqueName('tfsecret');

    const steps = async (workspace: Workspace): Promise<void> => {
      const told = async (what: string, run: ReturnType<Workspace['run']>, ends: number) => {
        const { exitCode, output } = await run;
        garden.saw(what, output);
        expect([what, exitCode, ends === exitCode ? '' : output]).toEqual([what, ends, '']);
        return output;
      };
      await workspace.configure(configuration(org), provider(token));
      await told('plan', workspace.plan('-out=saved.tfplan'), 2);
      const saved = await workspace.run('show', '-json', 'saved.tfplan');
      const { configuration: _copy, variables: _given, ...plan } = savedPlan.parse(JSON.parse(saved.output));
      garden.saw(
        'the saved plan',
        JSON.stringify(inEnvironment || variable ? JSON.parse(saved.output) : plan),
      );
      await told('apply', workspace.run('apply', '-json', '-input=false', 'saved.tfplan'), 0);
      await told('show', workspace.run('show', '-json'), 0);

      // What is refused, by the provider and by the controller.
      await workspace.configure(
        configuration(
          org,
          `resource "lattice_model_provider" "wrong" {
           org      = lattice_org.it.name
           name     = "wrong"
           type     = "openai"
           base_url = "https://user:${key}@example.com"
           api_key  = { env = "${key}" }
         }
         resource "lattice_mesh_peer" "wrong" {
           org        = lattice_org.it.name
           name       = "wrong"
           network    = "none"
           public_key = "${PEM} ${key}"
         }`,
        ),
        provider(token),
      );
      const refused = await workspace.plan();
      expect(refused.exitCode).toBe(1);
      // Terraform shows the line of the configuration that is wrong, to whoever wrote it; what we say of it is ours.
      garden.saw(
        'diagnostics',
        refused.diagnostics.map(({ summary, detail }) => `${summary} ${detail}`).join('\n'),
      );

      await workspace.configure(configuration(org), `token = "${wrong}"`);
      await told('a plan with a wrong token', workspace.plan(), 1);
      await workspace.configure(
        configuration(org),
        `token = "${wrong}\\n"\n endpoint = "http://user:${wrong}@127.0.0.1:1"`,
      );
      const malformed = await workspace.plan();
      garden.saw(
        'malformed',
        malformed.diagnostics.map(({ summary, detail }) => `${summary} ${detail}`).join('\n'),
      );

      await workspace.configure(configuration(org), provider(token));
      const state = await stateText(workspace);
      garden.saw('the state', state);
      const kept = privateDataIn(state);
      expect([...kept.keys()].sort()).toEqual([
        'lattice_budget.root[0]',
        'lattice_model_provider.openai[0]',
        'lattice_org.it[0]',
      ]);
      // Read through, and more than nothing: what proves that something is missing must be there.
      for (const [resource, text] of kept) {
        expect([resource, JSON.parse(text)]).toEqual([resource, { resourceVersion: expect.any(String) }]);
        garden.saw(`the private data of ${resource}`, text);
      }
      await told('destroy', workspace.destroy(), 0);
      garden.saw('the state afterwards', await stateText(workspace));
      const trace = await readFile(join(workspace.folder, 'trace.log'), 'utf8');
      expect(trace.includes('terraform-provider-lattice')).toBe(true);
      garden.saw('the trace', trace);
      await lookAtFiles(workspace.folder, (name) => /tfstate|crash/.test(name), garden);
    };
    await inWorkspace(
      {
        mirror: terraform.mirror,
        environment: {
          LATTICE_ADDRESS: controller.address,
          ...(inEnvironment && { LATTICE_TOKEN: token }),
          // Not as -var: Terraform logs its own arguments.
          ...(variable && { TF_VAR_token: token }),
          TF_LOG: 'TRACE',
          TF_LOG_PATH: 'trace.log',
        },
      },
      steps,
    );
    garden.saw('the log of the controller', controller.log());
    expect(garden.findings()).toEqual([]);
  },
  300_000,
);
