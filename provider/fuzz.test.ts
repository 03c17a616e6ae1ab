// Requests that no Terraform would send, to the real program: every one is answered, and the program lives on and says nothing
// of a panic. What it cannot read is an error of that call alone.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Encoder } from '@msgpack/msgpack';
import fc from 'fast-check';
import { resources } from '../crds/generated/terraform.ts';
import { buildMirror } from './build.ts';
import { resourceSchema } from './schema/from-definition.ts';
import { encodeMsgpack } from './sdk/cty/msgpack.ts';
import type { Type } from './sdk/cty/type.ts';
import { UNKNOWN, type Value } from './sdk/cty/value.ts';
import { ProviderDefinition } from './sdk/protocol/generated/tfplugin6.ts';
import { INVITATION } from './sdk/protocol/handshake.ts';
import { encodeMessage, type Init, pathOf, type UnaryMethod } from './sdk/protocol/rpc.ts';
import { typeOf } from './sdk/schema/schema.ts';
import { type FakeController, startFakeController } from './testing/fake-controller.ts';
import { type Program, startProgram } from './testing/program.ts';

let out = '';
let fake: FakeController;
let program: Program;
let client: Client;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'lattice-provider-fuzz-'));
  fake = await startFakeController();
  program = await startProgram(await buildMirror({ out }), {
    ...INVITATION,
    PLUGIN_UNIX_SOCKET_DIR: out,
    LATTICE_ADDRESS: fake.endpoint,
    LATTICE_TOKEN: fake.token,
  });
  const [, , , socket = ''] = (await program.firstLine).split('|');
  client = new Client(`unix:${socket}`, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await fake.close();
  await rm(out, { recursive: true, force: true });
});

/** Longer than any call may take here, on a busy machine too: nothing that is asked waits for a controller. */
const HANG_MS = 60_000;

interface Reply {
  readonly code: number;
  readonly bytes: Buffer | undefined;
}

async function send(path: string, request: Uint8Array): Promise<Reply> {
  const plain = (bytes: Buffer): Buffer => bytes;
  return await new Promise((resolve) => {
    const options = { deadline: Date.now() + HANG_MS };
    client.makeUnaryRequest(path, plain, plain, Buffer.from(request), options, (error, bytes) =>
      resolve({ code: error?.code ?? status.OK, bytes }),
    );
  });
}

/** Still there: it answers, and has not said that it panicked. */
async function expectAlive(): Promise<void> {
  const { code, bytes } = await send(pathOf(ProviderDefinition.methods.getMetadata), new Uint8Array());
  expect(code).toBe(status.OK);
  const { resources: served } = ProviderDefinition.methods.getMetadata.responseType.decode(
    bytes ?? new Uint8Array(),
  );
  expect(served).toHaveLength(Object.keys(resources).length);
}

const unaryCalls = Object.values(ProviderDefinition.methods)
  .filter(({ responseStream }) => !responseStream)
  .map(({ name }) => `/${ProviderDefinition.fullName}/${name}`);

test('bytes that are no message at all are an error of that call, and of no other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...unaryCalls),
      fc.uint8Array({ maxLength: 200 }),
      async (call, bytes) => {
        const { code } = await send(call, bytes);
        expect([status.OK, status.INTERNAL, status.UNIMPLEMENTED]).toContain(code);
      },
    ),
    { numRuns: 1_000 },
  );
  await expectAlive();
});

const encoder = new Encoder({ useBigInt64: true });

/** Values of a type, some of them wrong. */
function valuesOf(type: Type, depth = 0): fc.Arbitrary<Value> {
  const exact = ((): fc.Arbitrary<Value> => {
    if (type === 'string') return fc.string({ unit: 'binary', maxLength: 12 });
    if (type === 'bool') return fc.boolean();
    if (type === 'number') return fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });
    if (type === 'dynamic') return fc.constant(null);
    switch (type.kind) {
      case 'list':
      case 'set':
        return fc.array(valuesOf(type.element, depth + 1), { maxLength: 3 });
      case 'map':
        return fc.dictionary(fc.string({ maxLength: 5 }), valuesOf(type.element, depth + 1), { maxKeys: 3 });
      case 'tuple':
        return fc.tuple(...type.elements.map((element) => valuesOf(element, depth + 1)));
      case 'object':
        return fc.record(
          Object.fromEntries(
            Object.entries(type.attributes).map(([name, inner]) => [name, valuesOf(inner, depth + 1)]),
          ),
        );
    }
  })();
  if (depth === 0) return exact;
  return fc.oneof({ weight: 6, arbitrary: exact }, fc.constant(null), fc.constant(UNKNOWN));
}

const named = Object.entries(resources).map(([name, definition]) => {
  const type = typeOf(resourceSchema(definition).attributes);
  return { name, ofType: valuesOf(type).map((value) => ({ msgpack: encodeMsgpack(value, type) })) };
});
const anything = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((msgpack) => ({ msgpack })),
  fc.anything({ maxDepth: 3, withBigInt: false }).map((value) => ({ msgpack: encoder.encode(plain(value)) })),
  fc.oneof(fc.json(), fc.string()).map((text) => ({ json: Buffer.from(text) })),
  fc.constant(undefined),
  // Deeper than any value, and lengths that are not there.
  fc
    .constantFrom(0x91, 0x81, 0xdc, 0xdd, 0xc6, 0xdf)
    .map((byte) => ({ msgpack: Buffer.alloc(60_000, byte) })),
);

/** What msgpack has no form for is left out. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner) => (typeof inner === 'symbol' ? null : inner)) ?? 'null',
  );
}

const request = fc.constantFrom(...named).chain(({ name, ofType }) => {
  const value = fc.oneof({ weight: 3, arbitrary: ofType }, anything);
  const kept = fc.oneof(
    fc.constant(new Uint8Array()),
    fc.uint8Array({ maxLength: 20 }),
    fc.json().map(Buffer.from),
  );
  return fc.record({
    typeName: fc.oneof({ weight: 9, arbitrary: fc.constant(name) }, fc.string()),
    first: value,
    second: value,
    third: value,
    kept,
    id: fc.oneof(fc.constantFrom('a/b', '/', 'a'), fc.string({ unit: 'binary' })),
  });
});

interface Asked {
  readonly path: string;
  readonly bytes: Uint8Array;
}

function ask<I, O>(method: UnaryMethod<I, O>, message: NoInfer<Init<I>>): Asked {
  return { path: pathOf(method), bytes: encodeMessage(method.requestType, message) };
}

test('values of every sort in every call are answered, with a diagnostic where they are wrong', async () => {
  const { methods } = ProviderDefinition;
  await fc.assert(
    fc.asyncProperty(request, async ({ typeName, first, second, third, kept, id }) => {
      const asked = [
        ask(methods.validateProviderConfig, { config: first }),
        ask(methods.validateResourceConfig, { typeName, config: first }),
        ask(methods.validateDataResourceConfig, { typeName, config: first }),
        ask(methods.upgradeResourceState, { typeName, rawState: { json: Buffer.from(id) } }),
        ask(methods.readResource, { typeName, currentState: first, private: kept }),
        ask(methods.planResourceChange, {
          typeName,
          priorState: first,
          proposedNewState: second,
          config: third,
          priorPrivate: kept,
        }),
        // A destroy: what is planned is nothing.
        ask(methods.applyResourceChange, { typeName, priorState: first, plannedPrivate: kept }),
        ask(methods.importResourceState, { typeName, id }),
        ask(methods.readDataSource, { typeName, config: first }),
        ask(methods.importResourceState, { typeName, identity: { identityData: first } }),
        ask(methods.upgradeResourceIdentity, { typeName, rawIdentity: { json: Buffer.from(id) } }),
        ask(methods.moveResourceState, {
          targetTypeName: typeName,
          sourceTypeName: typeName,
          sourceProviderAddress: 'lattice',
          sourceState: { json: Buffer.from(id) },
        }),
        ask(methods.generateResourceConfig, { typeName, state: first }),
        ask(methods.validateListResourceConfig, { typeName, config: first }),
        ask(methods.validateEphemeralResourceConfig, { typeName: 'lattice_api_token', config: first }),
        ask(methods.openEphemeralResource, { typeName: 'lattice_api_token', config: first }),
        ask(methods.renewEphemeralResource, { typeName: 'lattice_api_token', private: kept }),
        ask(methods.closeEphemeralResource, { typeName: 'lattice_api_token', private: kept }),
        ask(methods.validateActionConfig, { actionType: 'lattice_agent_hold', config: first }),
        ask(methods.planAction, { actionType: 'lattice_agent_hold', config: first }),
      ];
      for (const one of asked)
        expect([one.path, (await send(one.path, one.bytes)).code]).toEqual([one.path, status.OK]);
    }),
    { numRuns: 500 },
  );
  await expectAlive();
});

test('it has told of its errors in lines of its log, and never of a panic', async () => {
  program.signal('SIGTERM');
  const { exitCode, stderr } = await program.finished;
  expect(exitCode).toBe(0);
  for (const line of stderr.trim().split('\n').filter(Boolean))
    expect(JSON.parse(line)).toMatchObject({ '@module': 'provider' });
});
