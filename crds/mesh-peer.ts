// MeshPeer: a host in a mesh network. Its address is given once and stays; its private key never leaves the host.

import { z } from 'zod';
import { celMatches } from './cel.ts';
import { cidr } from './cidr.ts';
import { patterned, reference } from './fields.ts';
import { defineKind } from './kind.ts';

const NO_KEY = /^A+=$/;
const NO_KEY_RULE = 'the key of all zeros is no key';
const PORT_RULE = 'a port is at most 65535';

export const meshPeerSpec = z.strictObject({
  network: reference('MeshNetwork', 'The network that the peer is in. It cannot be changed.').meta({
    immutable: true,
  }),
  publicKey: patterned(
    /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/,
    44,
    'a WireGuard public key: 32 bytes in base64',
  )
    .refine((key) => !NO_KEY.test(key), NO_KEY_RULE)
    .optional()
    .meta({
      description: 'WireGuard public key. Left out, it is the one with which the host enrols.',
      filledIn: true,
      cel: [{ rule: `!${celMatches('self', NO_KEY)}`, message: NO_KEY_RULE }],
    }),
  endpoint: z
    .string()
    .max(260)
    .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'host:port')
    .refine((endpoint) => Number(endpoint.split(':').at(-1)) <= 65_535, PORT_RULE)
    .optional()
    .meta({
      description: 'host:port at which others reach it; left out for a peer that only calls out.',
      cel: [
        {
          rule: `!${celMatches('self', /:[0-9]{1,5}$/)} || int(self.substring(self.lastIndexOf(":") + 1)) <= 65535`,
          message: PORT_RULE,
        },
      ],
    }),
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
