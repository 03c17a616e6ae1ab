// MeshPeer: a row of lattice_mesh_peers and an address of its network, given once and kept while the peer exists.

import { meshPeer } from '../../crds/mesh-peer.ts';
import type { Database } from '../../store/database.ts';
import type { StoredObject } from '../../store/objects.ts';
import { type AddressPlan, observeAddress } from '../backends/addresses.ts';
import { type ObservedRow, removalSteps, rowObserver, rowSteps } from '../backends/tables.ts';
import type { Reconciler, Result, Step } from './reconciler.ts';

const table = { name: 'lattice_mesh_peers', desired: 'desired_mesh_peers' };

interface Observed {
  readonly row: ObservedRow;
  readonly address: AddressPlan;
}

export function meshPeerReconciler(db: Database): Reconciler<Observed> {
  const observeRow = rowObserver(db, table);
  return {
    kind: meshPeer,
    table,
    observe: async (object) => ({
      row: await observeRow(object.uid),
      address: await observeAddress(db, object.uid, object.status.externalIds.address),
    }),
    diff: (object, { row, address }) =>
      object.deletionTimestamp === null
        ? presentSteps(row, address)
        : [...removalSteps(table, row), ...releaseSteps(address)],
    assess: (object, { address }) => assess(object, address.state),
    externalIds: (_object: StoredObject, { address }) =>
      address.state === 'given' || address.state === 'free' ? { address: address.address } : {},
  };
}

const LOOK_AGAIN_MS = 5_000;

function assess(object: StoredObject, state: AddressPlan['state']): Result {
  // Going needs no address: else a peer that never got one could not leave a full network.
  if (object.deletionTimestamp !== null) return { type: 'done', reason: 'Deleted', message: '' };
  switch (state) {
    case 'given':
    case 'free':
      return { type: 'done', reason: 'Available', message: 'The peer has its address.' };
    case 'full':
      return {
        type: 'again',
        afterMs: LOOK_AGAIN_MS,
        code: 'NetworkFull',
        message: 'The network has no free address; an address rests for a while after its peer is gone.',
      };
    case 'no-network':
      return {
        type: 'again',
        afterMs: LOOK_AGAIN_MS,
        code: 'ReferenceNotFound',
        message: 'The network of the peer does not exist.',
      };
  }
}

function presentSteps(row: ObservedRow, address: AddressPlan): Step[] {
  if (address.state !== 'free') return rowSteps(table, row);
  // The row holds the address, so it is written whenever one is given, with whatever else of it is missing or changed.
  const others = rowSteps(table, row).flatMap((step) => (step.do === 'upsertRow' ? step.columns : []));
  return [
    { in: 'postgres', do: 'giveAddress', address: address.address },
    {
      in: 'postgres',
      do: 'upsertRow',
      table: table.name,
      found: row.actual === null ? 'missing' : 'changed',
      columns: [...new Set(['address', ...others])].sort(),
    },
  ];
}

function releaseSteps(address: AddressPlan): Step[] {
  return address.state === 'given'
    ? [{ in: 'postgres', do: 'releaseAddress', address: address.address }]
    : [];
}
