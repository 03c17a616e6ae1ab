// The reconciler of mesh peers as a table: what stands goes in as plain data, steps and a judgement come out.

import { expect, test } from '@jest/globals';
import { meshPeer } from '../../crds/mesh-peer.ts';
import type { Database } from '../../store/database.ts';
import type { StoredObject } from '../../store/objects.ts';
import type { AddressPlan } from '../backends/addresses.ts';
import { meshPeerReconciler } from './mesh-peer.ts';
import { describeStep } from './reconciler.ts';

const refuse = (): never => {
  throw new Error('a diff asks nobody');
};
const db: Database = { rows: refuse, run: refuse, transaction: refuse, subscribe: refuse, close: refuse };
const reconciler = meshPeerReconciler(db);

const peer = (deleting = false): StoredObject => ({
  uid: '0190a5d0-7b1e-7c3a-9f00-000000000001',
  kind: meshPeer,
  org: 'acme',
  name: 'laptop',
  owner: { manager: 'api', instance: 'me', ref: '' },
  labels: {},
  annotations: {},
  spec: { network: 'home', routes: [] },
  generation: 1,
  resourceVersion: '9',
  status: { observedGeneration: 0, conditions: [], externalIds: {} },
  idempotencyKey: null,
  createdAt: new Date(0),
  deletionTimestamp: deleting ? new Date(1) : null,
});

const given: AddressPlan = { state: 'given', address: '10.20.0.7' };
const free: AddressPlan = { state: 'free', address: '10.20.0.8' };
const full: AddressPlan = { state: 'full' };
const noNetwork: AddressPlan = { state: 'no-network' };
const same = { desired: { uid: 'x', address: '10.20.0.7' }, actual: { uid: 'x', address: '10.20.0.7' } };
const missing = { desired: { uid: 'x', address: null }, actual: null };

test.each([
  { why: 'as declared', row: same, address: given, steps: [], end: 'done Available' },
  {
    why: 'a new peer gets its address and its row together',
    row: missing,
    address: free,
    steps: ['give the address 10.20.0.8', 'write the missing row of lattice_mesh_peers'],
    end: 'done Available',
  },
  {
    why: 'a lost address is given with the row, which holds it',
    row: same,
    address: free,
    steps: ['give the address 10.20.0.8', 'correct the row of lattice_mesh_peers: address'],
    end: 'done Available',
  },
  {
    why: 'a full network',
    row: missing,
    address: full,
    steps: ['write the missing row of lattice_mesh_peers'],
    end: 'again NetworkFull',
  },
  { why: 'no network', row: same, address: noNetwork, steps: [], end: 'again ReferenceNotFound' },
  {
    why: 'a peer that goes gives its address back',
    deleting: true,
    row: same,
    address: given,
    steps: ['delete row of lattice_mesh_peers', 'release the address 10.20.0.7'],
    end: 'done Deleted',
  },
  {
    why: 'a peer that goes takes no address',
    deleting: true,
    row: missing,
    address: free,
    steps: [],
    end: 'done Deleted',
  },
  {
    why: 'a peer that never got an address leaves a full network',
    deleting: true,
    row: missing,
    address: full,
    steps: [],
    end: 'done Deleted',
  },
])('what is done for a peer: $why', ({ deleting, row, address, steps, end }) => {
  const object = peer(deleting);
  expect(reconciler.diff(object, { row, address }, 1).map(describeStep)).toEqual(steps);
  const result = reconciler.assess(object, { row, address });
  expect(`${result.type} ${result.type === 'done' ? result.reason : result.code}`).toBe(end);
});

test('with an address, the whole row that is written is told, not the address alone', () => {
  const row = { desired: { uid: 'x', address: null, generation: 1 }, actual: null };
  const [, written] = reconciler.diff(peer(), { row, address: free }, 1);
  expect(written).toMatchObject({ do: 'upsertRow', columns: ['address', 'generation', 'uid'] });
});
