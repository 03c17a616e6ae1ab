// MeshNetwork: a range of addresses in which peers of an org reach each other over WireGuard.

import { z } from 'zod';
import { cidr } from './cidr.ts';
import { defineKind } from './kind.ts';

export const meshNetworkSpec = z.strictObject({
  cidr: cidr(
    'Range of the network, e.g. "10.20.0.0/24". It cannot be changed: peers keep their addresses.',
  ).meta({
    immutable: true,
  }),
});
export type MeshNetworkSpec = z.infer<typeof meshNetworkSpec>;

export const meshNetwork = defineKind({
  name: 'MeshNetwork',
  singular: 'meshnetwork',
  plural: 'meshnetworks',
  shortNames: ['mnet'],
  scope: 'org',
  description: 'A range of addresses in which the peers of an org reach each other over WireGuard.',
  definitionVersion: 1,
  spec: meshNetworkSpec,
  protectable: true,
  columns: [{ name: 'CIDR', pointer: '/spec/cidr' }],
});
