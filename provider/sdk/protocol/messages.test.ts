// What the wire carries and what becomes of it, held against bytes that are written by hand: the codecs are generated, and
// another generator must not change what core meets.

import { expect, test } from '@jest/globals';
import { pathMessage, timestampMessage } from './convert.ts';
import { HealthDefinition } from './generated/health.ts';
import {
  AttributePath,
  DynamicValue,
  InvokeAction_Event,
  ListResource_Request,
  OpenEphemeralResource_Response,
  PlanResourceChange_Request,
  ProviderDefinition,
  RawState,
  UpgradeResourceState_Request,
} from './generated/tfplugin6.ts';
import { encodeMessage, pathOf } from './rpc.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('a message that is absent is undefined, and one that is empty is there', () => {
  // typeName "a"; prior_state is there without a byte.
  const { typeName, priorState, config, priorPrivate } = PlanResourceChange_Request.decode(
    hex('0a 01 61 12 00'),
  );
  expect(typeName).toBe('a');
  expect(priorState).toEqual({ msgpack: new Uint8Array(), json: new Uint8Array() });
  expect(config).toBeUndefined();
  expect(priorPrivate).toHaveLength(0);
  expect(encodeMessage(PlanResourceChange_Request, { typeName: 'a', priorState: {} })).toEqual(
    hex('0a 01 61 12 00'),
  );
});

test('fields that only a newer core knows are passed over, whatever their type', () => {
  const unknown = '98 06 01 | a2 06 02 6869 | a9 06 0102030405060708 | b5 06 01020304'.replaceAll('|', '');
  expect(DynamicValue.decode(hex(`${unknown} 0a 01 c0 ${unknown}`))).toEqual({
    msgpack: Buffer.of(0xc0),
    json: new Uint8Array(),
  });
});

test('integers of 64 bits keep every digit', () => {
  for (const exact of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -1n, 0n]) {
    const bytes = encodeMessage(UpgradeResourceState_Request, { version: exact });
    expect(UpgradeResourceState_Request.decode(bytes).version).toBe(exact);
  }
  expect(() => encodeMessage(ListResource_Request, { limit: 2n ** 63n })).toThrow();
});

test('an optional field is told from its default', () => {
  expect(OpenEphemeralResource_Response.decode(hex('')).private).toBeUndefined();
  expect(encodeMessage(OpenEphemeralResource_Response, { private: new Uint8Array() }).length).toBe(2);
});

test('a oneof has the case that was sent, even at its default, and the last one counts', () => {
  const paths = AttributePath.decode(hex('0a 02 0a 00  0a 02 18 00  0a 05 0a 01 61 18 07'));
  expect(paths.steps.map(({ selector }) => selector)).toEqual([
    { $case: 'attributeName', value: '' },
    { $case: 'elementKeyInt', value: 0n },
    { $case: 'elementKeyInt', value: 7n },
  ]);
  const path = pathMessage(['parts', 0, { key: 'k' }]);
  expect(encodeMessage(AttributePath, path)).toEqual(
    hex('0a 07 0a 05 7061727473  0a 02 18 00  0a 03 12 01 6b'),
  );
  expect(InvokeAction_Event.decode(hex('')).type).toBeUndefined();
});

test('a map keeps its entries, those with a default too', () => {
  const flatmap = { a: '1', b: '' };
  const bytes = encodeMessage(RawState, { flatmap });
  expect(RawState.decode(bytes).flatmap).toEqual(flatmap);
  expect(RawState.decode(hex('12 03 0a 01 63')).flatmap).toEqual({ c: '' });
});

test('a value of 5 MiB comes back byte for byte', () => {
  const msgpack = Buffer.alloc(5 * 1024 * 1024, 'lattice');
  const decoded = DynamicValue.decode(encodeMessage(DynamicValue, { msgpack }));
  expect(Buffer.compare(decoded.msgpack, msgpack)).toBe(0);
});

test('bytes that are cut off are an error, not half a message', () => {
  expect(() => PlanResourceChange_Request.decode(hex('0a 05 61'))).toThrow();
});

test('a time before 1970 has nanoseconds that count forward', () => {
  expect(timestampMessage(1_500)).toEqual({ seconds: 1n, nanos: 500_000_000 });
  expect(timestampMessage(-1)).toEqual({ seconds: -1n, nanos: 999_000_000 });
});

test('a method has the path of the service that defines it, and a stranger has none', () => {
  expect(pathOf(ProviderDefinition.methods.getMetadata)).toBe('/tfplugin6.Provider/GetMetadata');
  expect(pathOf(HealthDefinition.methods.check)).toBe('/grpc.health.v1.Health/Check');
  expect(() => pathOf({ ...HealthDefinition.methods.check })).toThrow('no service');
});
