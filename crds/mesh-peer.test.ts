// What a peer may say of itself.

import { expect, test } from '@jest/globals';
import { meshPeerSpec } from './mesh-peer.ts';

test.each([
  { why: 'a host and a port', spec: { endpoint: 'gw.acme.example:51820' }, ok: true },
  { why: 'an IPv6 address and a port', spec: { endpoint: '[2001:db8::1]:65535' }, ok: true },
  { why: 'a port that is none', spec: { endpoint: 'gw.acme.example:65536' }, ok: false },
  { why: 'no port', spec: { endpoint: 'gw.acme.example' }, ok: false },
  { why: 'a key', spec: { publicKey: 'gmtxiSj//SC0abX7cy5/11XJ6aVqyeWM6fLK4qzzDz0=' }, ok: true },
  { why: 'the key of all zeros', spec: { publicKey: `${'A'.repeat(43)}=` }, ok: false },
  { why: 'a key that is too short', spec: { publicKey: 'gmtxiSj=' }, ok: false },
])('$why: $ok', ({ spec, ok }) => {
  expect(meshPeerSpec.safeParse({ network: 'office', ...spec }).success).toBe(ok);
});
