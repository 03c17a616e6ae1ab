// MeshPeer: a row of lattice_mesh_peers and an address of its network, given once and kept while the peer exists.

import { meshPeer } from '../../crds/mesh-peer.ts';
import type { Database } from '../../store/database.ts';
import type { StoredObject } from '../../store/objects.ts';
import { type AddressPlan, observeAddress } from '../backends/addresses.ts';
import { type ObservedRow, observeRow, removalSteps, rowSteps } from '../backends/tables.ts';
import type { Reconciler, Step } from './reconciler.ts';

const table = { name: 'lattice_mesh_peers', desired: 'desired_mesh_peers' };

interface Observed {
  readonly row: ObservedRow;
  readonly address: AddressPlan;
}

export function meshPeerReconciler(db: Database): Reconciler<Observed> {
  return {
    kind: meshPeer,
    table,
    observe: async (object) => ({
      row: await observeRow(db, table, object.uid),
      address: await observeAddress(db, object.uid),
    }),
    diff: (object, { row, address }) =>
      object.deletionTimestamp === null
        ? presentSteps(row, address)
        : [...removalSteps(table, row), ...releaseSteps(address)],
    assess: (_object, { address }) =>
      address.state === 'full'
        ? {
            type: 'again',
            afterMs: 5_000,
            code: 'NetworkFull',
            message: 'The network has no free address; an address rests for a while after its peer is gone.',
          }
        : { type: 'done', reason: 'Available', message: 'The peer has its address.' },
    externalIds: (_object: StoredObject, { address }) =>
      address.state === 'given' || address.state === 'free' ? { address: address.address } : {},
  };
}

function presentSteps(row: ObservedRow, address: AddressPlan): Step[] {
  if (address.state !== 'free') return rowSteps(table, row);
  // The row holds the address, so it is written whenever one is given.
  return [
    { in: 'postgres', do: 'giveAddress', address: address.address },
    {
      in: 'postgres',
      do: 'upsertRow',
      table: table.name,
      found: row.actual === null ? 'missing' : 'changed',
      columns: ['address'],
    },
  ];
}

function releaseSteps(address: AddressPlan): Step[] {
  return address.state === 'given'
    ? [{ in: 'postgres', do: 'releaseAddress', address: address.address }]
    : [];
}
