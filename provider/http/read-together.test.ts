import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type ApiObject, objectSchema } from '../../crds/api.ts';
import { resources } from '../../crds/generated/terraform.ts';
import { beginOperation } from './operation.ts';
import { type Asked, readTogether } from './read-together.ts';

const operation = beginOperation(new AbortController().signal, 60_000);

function asked(type: string, org: string, name: string): Asked {
  const definition = resources[type];
  if (definition === undefined) throw new Error(`there is no ${type}`);
  return { operation, key: { definition, org, name } };
}

const object = ({ key }: Asked): ApiObject =>
  objectSchema.parse({
    apiVersion: 'lattice.dev/v1alpha1',
    kind: key.definition.kind,
    metadata: {
      org: key.org,
      name: key.name,
      uid: '0190a5d0-7b1e-7c3a-9f00-000000000001',
      labels: {},
      annotations: {},
      generation: 1,
      resourceVersion: '1',
      owner: { manager: 'api', instance: 'me', ref: '' },
      createdAt: new Date(0).toISOString(),
    },
    spec: {},
    status: { observedGeneration: 1, conditions: [], externalIds: {} },
  });

/** Records what was loaded together, and answers when told. */
function loads() {
  const requests: string[][] = [];
  const answers: (() => void)[] = [];
  const read = readTogether(async (together) => {
    requests.push(together.map(({ key }) => `${key.org}/${key.name}`));
    await new Promise<void>((resolve) => answers.push(resolve));
    return together.map((each) => (each.key.name === 'nobody' ? undefined : object(each)));
  });
  return { requests, read, answer: () => answers.shift()?.() };
}

test('what is asked for while an answer is awaited goes out as one request, each answered with its own', async () => {
  const { requests, read, answer } = loads();
  const first = read(asked('lattice_budget', 'acme', 'a'));
  await turn();
  const more = ['b', 'nobody', 'b'].map((name) => read(asked('lattice_budget', 'acme', name)));
  await turn();
  expect(requests).toEqual([['acme/a']]);
  answer();
  expect((await first)?.metadata.name).toBe('a');
  await turn();
  expect(requests).toEqual([['acme/a'], ['acme/b', 'acme/nobody', 'acme/b']]);
  answer();
  expect((await Promise.all(more)).map((found) => found?.metadata.name)).toEqual(['b', undefined, 'b']);
});

test('collections do not wait for each other', async () => {
  const { requests, read } = loads();
  void read(asked('lattice_budget', 'acme', 'a'));
  void read(asked('lattice_budget', 'globex', 'a'));
  void read(asked('lattice_agent', 'acme', 'a'));
  await turn();
  expect(requests).toHaveLength(3);
});

test('a failure is told to all who asked together, and to nobody after them', async () => {
  let fails = true;
  const read = readTogether(async (together) => {
    if (fails) throw new Error('no answer');
    return together.map(object);
  });
  const failing = ['a', 'b'].map((name) => read(asked('lattice_budget', 'acme', name)));
  for (const each of failing) await expect(each).rejects.toThrow('no answer');
  fails = false;
  expect((await read(asked('lattice_budget', 'acme', 'a')))?.metadata.name).toBe('a');
});
