// stackit#532, opentofu#4375: objects that were managed under another address of this provider move over, however the address is
// written; what another provider managed does not.

import { expect, test } from '@jest/globals';
import { createProvider } from './provider.ts';
import { decodeMsgpack } from './sdk/cty/msgpack.ts';
import { ProviderDefinition } from './sdk/protocol/generated/tfplugin6.ts';
import { typeOf } from './sdk/schema/schema.ts';
import { withClient } from './sdk/testing/client.ts';

const stored = { id: 'acme/team', org: 'acme', name: 'team', limit_tokens: 9007199254740991, gone: 'x' };

async function moved(sourceProviderAddress: string, sourceTypeName: string) {
  const provider = createProvider({});
  let answer: unknown;
  await withClient(provider, async (client) => {
    const { targetState, targetIdentity, diagnostics } = await client.call(
      ProviderDefinition.methods.moveResourceState,
      {
        targetTypeName: 'lattice_budget',
        sourceProviderAddress,
        sourceTypeName,
        sourceState: { json: new TextEncoder().encode(JSON.stringify(stored)) },
      },
    );
    const schema = provider.resources.get('lattice_budget')?.schema;
    answer =
      targetState === undefined || schema === undefined
        ? diagnostics.map(({ summary }) => summary)
        : {
            state: decodeMsgpack(targetState.msgpack, typeOf(schema.attributes)),
            hasIdentity: targetIdentity !== undefined,
          };
  });
  return answer;
}

test.each(['registry.example.com/acme/lattice', 'lattice.dev/lattice/lattice', 'acme/lattice', 'lattice'])(
  'a budget under %s moves with all that it has',
  async (address) => {
    expect(await moved(address, 'lattice_budget')).toMatchObject({
      state: { org: 'acme', name: 'team', limit_tokens: 9_007_199_254_740_991n, deletion_protection: false },
      hasIdentity: true,
    });
  },
);

test.each([
  ['registry.example.com/acme/other', 'lattice_budget'],
  ['lattice.dev/lattice/lattice', 'lattice_agent'],
  ['registry.example.com/acme/notlattice', 'lattice_budget'],
])('what %s managed as %s does not become a budget', async (address, type) => {
  expect(await moved(address, type)).toEqual(['It cannot be moved']);
});
