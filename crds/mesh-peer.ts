// MeshPeer: a host in a mesh network. Its address is given once and stays; its private key never leaves the host.

import { z } from 'zod';
import { cidr } from './cidr.ts';
import { reference } from './fields.ts';
import { defineKind } from './kind.ts';

export const meshPeerSpec = z.strictObject({
  network: reference('MeshNetwork', 'The network that the peer is in. It cannot be changed.').meta({
    immutable: true,
  }),
  publicKey: z
    .string()
    .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'a WireGuard public key: 32 bytes in base64')
    .refine((key) => !/^A+=$/.test(key), 'the key of all zeros is no key')
    .optional()
    .meta({
      description: 'WireGuard public key. Left out, it is the one with which the host enrols.',
      filledIn: true,
    }),
  endpoint: z
    .string()
    .max(260)
    .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'host:port')
    .refine((endpoint) => Number(endpoint.split(':').at(-1)) <= 65_535, 'a port is at most 65535')
    .optional()
    .describe('host:port at which others reach it; left out for a peer that only calls out.'),
  routes: z
    .array(cidr('A range behind this peer.'))
    .max(64)
    .default([])
    .describe('Ranges behind this peer that others reach through it.'),
  keepaliveSeconds: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('Interval of keepalives, for peers behind NAT.'),
});
export type MeshPeerSpec = z.infer<typeof meshPeerSpec>;

export const meshPeer = defineKind({
  name: 'MeshPeer',
  singular: 'meshpeer',
  plural: 'meshpeers',
  shortNames: ['mpeer'],
  scope: 'org',
  description: 'A host in a mesh network.',
  definitionVersion: 1,
  spec: meshPeerSpec,
  columns: [
    { name: 'Network', pointer: '/spec/network' },
    { name: 'Address', pointer: '/status/externalIds/address' },
  ],
});
