// Faults that users of other providers reported, as tests of ours: each names the report and its symptom. They run the real
// terraform against a provider of corners in this process, for what Lattice's own kinds do not have.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { ValueMap } from './sdk/cty/value.ts';
import { withClient } from './sdk/testing/client.ts';
import { type Corner, createCorner } from './sdk/testing/corner.ts';
import { succeeded } from './testing/succeeded.ts';
import { inWorkspace, NO_CHANGES, stateText, type Workspace } from './testing/terraform.ts';

const SOURCE = 'example.dev/test/corner';

async function withCorner(body: (workspace: Workspace, corner: Corner) => Promise<void>): Promise<void> {
  const corner = createCorner();
  await withClient(corner, async ({ socketPath }) => {
    const reattach = {
      [SOURCE]: {
        Protocol: 'grpc',
        ProtocolVersion: 6,
        Pid: process.pid,
        Test: true,
        Addr: { Network: 'unix', String: socketPath },
      },
    };
    const environment = { TF_REATTACH_PROVIDERS: JSON.stringify(reattach) };
    const provider = { name: 'corner', source: SOURCE };
    await inWorkspace({ mirror: undefined, environment, provider }, async (workspace) => {
      await body(workspace, corner);
    });
  });
}

const thing = (body: string, label = 'it') => `
  resource "corner_thing" "${label}" {
    name = "${label}"
    ${body}
  }`;

/** Applies, and plans empty afterwards. */
async function settles(workspace: Workspace, hcl: string, ...args: readonly string[]): Promise<void> {
  await workspace.configure(hcl);
  succeeded(await workspace.apply(...args));
  const plan = await workspace.plan(...args);
  expect({ exitCode: plan.exitCode, diagnostics: plan.diagnostics }).toEqual({
    exitCode: NO_CHANGES,
    diagnostics: [],
  });
}

test('hashicorp/terraform#34589: integers beyond a double keep every digit through plan, apply, state and refresh', async () => {
  const numbers = [
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '9223372036854775807',
    '9223372036854775808',
    '18446744073709551616',
    '-9223372036854775808',
    '12345678901234567890.12345678901234567890',
    '0.1',
    '0.5',
    '-0',
  ];
  const hcl = numbers.map((number, at) => thing(`count_exact = ${number}`, `n${at}`)).join('\n');
  await withCorner(async (workspace, corner) => {
    await settles(workspace, hcl);
    const text = await stateText(workspace);
    for (const number of numbers.slice(0, 7)) expect(text).toContain(`"count_exact": ${number},`);
    expect(corner.things.get('n2')?.count_exact).toBe(9_007_199_254_740_993n);
    expect(corner.things.get('n5')?.count_exact).toBe(2n ** 64n);
  });
});

const matrix: readonly [configured: string, state: ValueMap][] = [
  ['', { texts: null, tags: null, labels: null, parts: null, part_set: null, part_map: null }],
  [
    'texts = null\n tags = null\n labels = null\n parts = null\n part_set = null\n part_map = null',
    { texts: null, tags: null, labels: null, parts: null, part_set: null, part_map: null },
  ],
  [
    'texts = []\n tags = []\n labels = {}\n parts = []\n part_set = []\n part_map = {}',
    { texts: [], tags: [], labels: {}, parts: [], part_set: [], part_map: {} },
  ],
  [
    'texts = [""]\n tags = ["b", "a", "b"]\n labels = { a = "" }\n parts = [{ name = "p" }]\n part_set = [{ name = "p" }]\n part_map = { k = { name = "p" } }',
    { texts: [''], tags: ['a', 'b'], labels: { a: '' } },
  ],
];

test('elastic/elasticstack#2006: null, empty and one of every collection stay what they are, whichever came before', async () => {
  await withCorner(async (workspace, corner) => {
    for (const [configured, state] of [...matrix, ...matrix.toReversed()]) {
      await settles(workspace, thing(configured));
      expect(corner.things.get('it')).toMatchObject(state);
    }
  });
});

test('hashicorp/terraform#28929: values of a module that are unknown at plan, whole collections among them', async () => {
  await withCorner(async (workspace) => {
    await mkdir(join(workspace.folder, 'inner'));
    await writeFile(
      join(workspace.folder, 'inner', 'main.tf'),
      `terraform {
        required_providers {
          corner = { source = "${SOURCE}" }
        }
      }
      variable "parts" { type = list(object({ name = string, note = optional(string) })) }
      variable "text" { type = string }
      ${thing(`parts = var.parts
        part_set = [for part in var.parts : { name = part.name }]
        part_map = { for part in var.parts : "fixed" => { name = part.name }... if false }
        labels = { at = var.text }
        texts = [var.text]
        anything = { deep = [var.text] }`)}`,
    );
    const hcl = `
      ${thing('', 'first')}
      module "inner" {
        source = "./inner"
        parts  = [for at in range(length(corner_thing.first.etag) > 0 ? 2 : 0) : { name = "p\${at}" }]
        text   = corner_thing.first.etag
      }`;
    await workspace.configure(hcl);
    succeeded(await workspace.run('init', '-input=false', '-no-color'));
    succeeded(await workspace.run('validate', '-no-color'));
    await settles(workspace, hcl);
  });
});

test('hashicorp/terraform#19469: what comes from another object that changes in the same apply is unknown, not what it was', async () => {
  const hcl = (text: string) =>
    `${thing(`texts = ["${text}"]`, 'first')} ${thing('labels = { at = corner_thing.first.etag }', 'second')}`;
  await withCorner(async (workspace, corner) => {
    await settles(workspace, hcl('a'));
    await settles(workspace, hcl('b'));
    expect(corner.things.get('second')?.labels).toEqual({ at: corner.things.get('first')?.etag });
  });
});

test('datadog/terraform-provider-datadog#3829: what the provider counts up with every write is unknown on update', async () => {
  await withCorner(async (workspace, corner) => {
    await settles(workspace, thing('texts = ["a"]'));
    const before = corner.things.get('it');
    await settles(workspace, thing('texts = ["b"]'));
    const after = corner.things.get('it');
    expect(after?.etag).not.toBe(before?.etag);
    expect(after?.id).toBe(before?.id);
  });
});

test('PostHog/terraform-provider-posthog#111: a JSON text in another order and layout is no change, and a real change is one', async () => {
  await withCorner(async (workspace, corner) => {
    await settles(workspace, thing('document = jsonencode({ b = [1, 2], a = { x = true } })'));
    await workspace.configure(thing('document = "{ \\"a\\": {\\"x\\":true}, \\"b\\": [1,2] }"'));
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    await settles(workspace, thing('document = "{\\"a\\": {\\"x\\":false}, \\"b\\": [1,2] }"'));
    expect(corner.things.get('it')?.document).toContain('false');
  });
});

test('hashicorp/terraform#36538: objects with write-only values, nested ones too, update, import, move, and are destroyed', async () => {
  const body = (version: number) =>
    `secret_wo = "planted-secret-${version}"
     secret_wo_version = ${version}
     login = { user = "u", password_wo = "planted-secret-nested" }`;
  await withCorner(async (workspace, corner) => {
    await settles(workspace, thing(body(1)));
    expect(corner.secrets.get('it')).toBe('planted-secret-1');
    // A new value alone is not looked at: its version says when to write it.
    await workspace.configure(thing(body(1).replace('planted-secret-1', 'planted-secret-9')));
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    await settles(workspace, thing(body(2)));
    expect(corner.secrets.get('it')).toBe('planted-secret-2');
    const moved = `moved {\n from = corner_thing.it\n to = corner_thing.that\n }`;
    await settles(workspace, `${thing(body(2)).replace('"it"', '"that"')}\n${moved}`);
    expect(await readFile(join(workspace.folder, 'terraform.tfstate'), 'utf8')).not.toContain('planted');
    succeeded(await workspace.run('state', 'rm', 'corner_thing.that'));
    await settles(workspace, `${thing(body(2))}\n import {\n to = corner_thing.it\n id = "it"\n }`);
    succeeded(await workspace.destroy());
    expect(corner.things.size).toBe(0);
  });
});

test('hashicorp/terraform#34574: a value of any type keeps its type and changes it', async () => {
  await withCorner(async (workspace) => {
    for (const value of ['"text"', '5', '[1, "a", true]', '{ a = [{ b = null }] }', 'null', '[]', '{}'])
      await settles(workspace, thing(`anything = ${value}`));
  });
});

test('hashicorp/terraform-plugin-framework#709: the first of three elements goes, and the others keep their own serials', async () => {
  const parts = (...names: string[]) => {
    const list = names.map((name) => `{ name = "${name}" }`).join(', ');
    return thing(`parts = [${list}]\n part_set = [${list}]`);
  };
  const serials = (corner: Corner, field: 'parts' | 'part_set') =>
    JSON.stringify(corner.things.get('it')?.[field]);
  await withCorner(async (workspace, corner) => {
    await settles(workspace, parts('a', 'b', 'c'));
    await settles(workspace, parts('b', 'c'));
    for (const field of ['parts', 'part_set'] as const)
      expect(serials(corner, field)).toBe(
        JSON.stringify([
          { name: 'b', note: null, serial: 'serial-1' },
          { name: 'c', note: null, serial: 'serial-1' },
        ]),
      );
  });
});

test('hashicorp/terraform#4501: an attribute that is taken out goes back to its default, or stays where it is decided elsewhere', async () => {
  await withCorner(async (workspace, corner) => {
    await settles(workspace, thing('region = "south"\n address = "10.0.0.1"'));
    await settles(workspace, thing(''));
    expect(corner.things.get('it')).toMatchObject({ region: 'north', address: '10.0.0.1' });
  });
});

test('hashicorp/terraform#28776: a refresh right after apply finds nothing that changed outside of terraform', async () => {
  await withCorner(async (workspace) => {
    await settles(
      workspace,
      thing('texts = ["\\u0065\\u0301"]\n labels = { "é" = "ü" }\n count_exact = 1.50'),
    );
    const before = JSON.parse(await stateText(workspace)).resources;
    succeeded(await workspace.apply('-refresh-only'));
    expect(JSON.parse(await stateText(workspace)).resources).toEqual(before);
  });
});

test('hashicorp/terraform#20879: a value of more than four megabytes goes through plan, apply and state', async () => {
  await withCorner(async (workspace, corner) => {
    await writeFile(join(workspace.folder, 'big.txt'), 'x'.repeat(5 * 1024 * 1024));
    await settles(workspace, thing('texts = [file("big.txt")]'));
    expect(String(corner.things.get('it')?.texts).length).toBe(5 * 1024 * 1024);
  });
});

test('tfcoremock#47: a data source that has to wait for an apply gives what the plan promised, and no more', async () => {
  await withCorner(async (workspace, corner) => {
    const hcl = (text: string) => `
      ${thing(`texts = ["${text}"]`, 'first')}
      data "corner_thing" "first" {
        name       = corner_thing.first.name
        depends_on = [corner_thing.first]
      }
      ${thing('labels = { at = data.corner_thing.first.etag }', 'second')}`;
    await settles(workspace, hcl('a'));
    await settles(workspace, hcl('b'));
    expect(corner.things.get('second')?.labels).toEqual({ at: corner.things.get('first')?.etag });
  });
});

test('an ephemeral resource is opened and closed in every run that uses it, and its secret is in no plan and no state', async () => {
  const hcl = `
    ephemeral "corner_pass" "it" { hours = 2 }
    ${thing('secret_wo = ephemeral.corner_pass.it.secret\n secret_wo_version = 1')}`;
  await withCorner(async (workspace, corner) => {
    await settles(workspace, hcl);
    expect(corner.secrets.get('it')).toBe('pass-secret');
    expect(corner.events.filter((event) => event === 'open 2h').length).toBeGreaterThan(1);
    expect(corner.events.filter((event) => event === 'close 2h').length).toBe(
      corner.events.filter((event) => event === 'open 2h').length,
    );
    expect(await stateText(workspace)).not.toContain('pass-secret');
  });
});
