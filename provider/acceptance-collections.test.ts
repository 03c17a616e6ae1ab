// elastic/elasticstack#2006: null against empty after apply. Every form of a collection, against every way in which a server can
// tell an empty one: whatever came before, the next plan is empty.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ApiObject } from '../crds/api.ts';
import { startFakeController } from './testing/fake-controller.ts';
import { type InstalledProvider, installProvider } from './testing/installed-provider.ts';
import { follow } from './testing/steps.ts';

let provider: InstalledProvider;

beforeAll(async () => {
  provider = await installProvider();
});

afterAll(() => provider.remove());

const tellings: readonly [how: string, told: (spec: ApiObject['spec']) => ApiObject['spec']][] = [
  [
    'null',
    (spec) => Object.fromEntries(Object.entries(spec).map(([field, is]) => [field, isEmpty(is) ? null : is])),
  ],
  ['as it is', (spec) => spec],
  ['not at all', (spec) => Object.fromEntries(Object.entries(spec).filter(([, is]) => !isEmpty(is)))],
];
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

test.each(tellings)(
  'a list, a list of objects and a map that are left out, null, empty or of one plan empty, where the server tells an empty one %s',
  async (_how, told) => {
    const written = (tools: string, namespaces: string, labels: string) => `
      resource "lattice_org" "it" {
        name = "acme"
        ${namespaces && `namespaces = ${namespaces}`}
        ${labels && `labels = ${labels}`}
      }
      resource "lattice_agent" "it" {
        org   = lattice_org.it.name
        name  = "triage"
        model = { provider = "main", name = "m" }
        ${tools && `tools = ${tools}`}
      }`;
    const forms: readonly Parameters<typeof written>[] = [
      ['', '', ''],
      ['null', 'null', 'null'],
      ['[]', '[]', '{}'],
      ['["search"]', '[{ cluster = "c", namespace = "n" }]', '{ a = "b" }'],
    ];
    const fake = await startFakeController();
    const environment = { LATTICE_ADDRESS: fake.endpoint, LATTICE_TOKEN: fake.token };
    fake.told = (object) => ({ ...object, spec: told(object.spec) });
    await provider.inTerraform(environment, async (workspace) => {
      await follow(
        workspace,
        [...forms, ...forms.toReversed()].map((form) => ({ step: form.join(), config: written(...form) })),
      );
    });
    expect([...fake.store.objects.keys()]).toEqual(['Org/acme', 'Agent/acme/triage']);
    await fake.close();
  },
);
