// What is wrong in a configuration is said at plan, on the attribute, with the real terraform: what the provider knows by itself,
// and what only a controller can know.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AnyController, anyController, orgAndBudget } from './testing/any-controller.ts';
import { CHANGES } from './testing/terraform.ts';

let controller: AnyController;

beforeAll(async () => {
  controller = await anyController();
});

afterAll(() => controller.close());

test('mistakes are found without a controller, on their attributes', async () => {
  await controller.withoutController(async (workspace) => {
    await workspace.configure(`
      variable "later" { type = number }
      resource "lattice_budget" "b" {
        org                    = "Not A Name"
        name                   = "b"
        window                 = "year"
        limit_micro_usd        = 0.5
        limit_tokens           = 9007199254740993
        soft_thresholds_tokens = [5, 0]
        soft_thresholds_micro_usd = [var.later]
        timeouts               = { create = "soon" }
      }
      resource "lattice_agent" "a" {
        org    = "acme"
        name   = "a"
        model  = { provider = "ollama", name = "" }
        limits = { max_turns = 0 }
      }`);
    const { output, exitCode } = await workspace.run('validate', '-json');
    expect(exitCode).toBe(1);
    const { diagnostics } = JSON.parse(output);
    const found = diagnostics.map((each: { summary: string; snippet: { code: string } }) => [
      each.summary,
      each.snippet.code.trim().replace(/ +/g, ' '),
    ]);
    const invalid = 'The value is not allowed (InvalidValue)';
    expect(found.sort()).toEqual(
      [
        [invalid, 'org = "Not A Name"'],
        [invalid, 'window = "year"'],
        ['The value has the wrong type (WrongType)', 'limit_micro_usd = 0.5'],
        ['The integer is too large (IntegerTooLarge)', 'limit_tokens = 9007199254740993'],
        [invalid, 'soft_thresholds_tokens = [5, 0]'],
        [invalid, 'timeouts = { create = "soon" }'],
        [invalid, 'model = { provider = "ollama", name = "" }'],
        [invalid, 'limits = { max_turns = 0 }'],
      ].sort(),
    );
  });
});

test('the dry run finds what only the controller can know, on the attribute', async () => {
  await controller.withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org, 'time_zone = "Mars/Olympus"'));
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(1);
    expect(plan.diagnostics).toMatchObject([
      {
        severity: 'error',
        summary: 'The value is not allowed (InvalidValue)',
        code: 'time_zone = "Mars/Olympus"',
      },
    ]);
  });
});

test('a reference to nothing is a warning at plan, since the apply may create it', async () => {
  await controller.withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org, 'parent = "nowhere"'));
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(CHANGES);
    expect(plan.diagnostics).toMatchObject([
      {
        severity: 'warning',
        summary: 'A referenced object does not exist (ReferenceNotFound)',
        code: 'parent = "nowhere"',
      },
    ]);
  });
});
