// What a minted token may do, as tables.

import { expect, test } from '@jest/globals';
import type { MintRequest } from '../../crds/token.ts';
import type { StoredToken } from '../../store/minted-tokens.ts';
import { verbs } from '../admission/caller.ts';
import type { Rights } from '../http/tokens.ts';
import { excessOf, rightsNow, wantedRights } from './rights.ts';

const some: Rights = {
  name: 'ci',
  orgs: ['acme', 'beta'],
  verbs: ['get', 'create'],
  managers: ['terraform'],
};
const all: Rights = { name: 'root', orgs: ['*'], verbs: ['*'], managers: ['terraform', 'git'] };

const asked = (request: Omit<MintRequest, 'ttlSeconds'>): MintRequest => ({ ...request, ttlSeconds: 60 });

test('what is left out is all that the minter has, the verbs by their names of today', () => {
  expect(wantedRights(some, asked({}))).toEqual({
    orgs: ['acme', 'beta'],
    verbs: ['get', 'create'],
    managers: ['terraform'],
  });
  expect(wantedRights(all, asked({ orgs: ['acme', '*'] }))).toEqual({
    orgs: ['*'],
    verbs: [...verbs],
    managers: ['terraform', 'git'],
  });
});

test.each<{ why: string; minter: Rights; request: Omit<MintRequest, 'ttlSeconds'>; refused: string[] }>([
  { why: 'nothing said', minter: some, request: {}, refused: [] },
  {
    why: 'a part',
    minter: some,
    request: { orgs: ['acme'], verbs: ['get'], managers: ['api'] },
    refused: [],
  },
  { why: 'anything of all', minter: all, request: { orgs: ['x', '*'], verbs: ['*'] }, refused: [] },
  {
    why: 'more of everything',
    minter: some,
    request: { orgs: ['acme', 'gamma'], verbs: ['get', 'delete'], managers: ['git'] },
    refused: ['/orgs gamma', '/verbs delete', '/managers git'],
  },
  { why: 'all orgs', minter: some, request: { orgs: ['*'] }, refused: ['/orgs all'] },
  {
    why: 'all verbs: each that is missing is named',
    minter: some,
    request: { verbs: ['*'] },
    refused: verbs.filter((verb) => verb !== 'get' && verb !== 'create').map((verb) => `/verbs ${verb}`),
  },
  {
    why: 'a manager that it does not have',
    minter: all,
    request: { managers: ['kubernetes'] },
    refused: ['/managers kubernetes'],
  },
])('what the minter does not have is refused by its name: $why', ({ minter, request, refused }) => {
  const found = excessOf(minter, wantedRights(minter, asked(request)));
  expect(found).toHaveLength(refused.length);
  for (const [at, text] of refused.entries()) {
    const [pointer, name] = text.split(' ');
    expect(found[at]).toMatchObject({
      code: 'Forbidden',
      pointer,
      message: expect.stringContaining(name ?? ''),
    });
  }
});

const given = (granted: Partial<StoredToken> = {}): StoredToken => ({
  id: 'x',
  minter: 'ci',
  orgs: ['acme', 'beta'],
  verbs: ['get', 'create'],
  managers: ['terraform'],
  mintedAt: new Date(0),
  expiresAt: new Date(1),
  revokedAt: null,
  expired: false,
  ...granted,
});

test.each<{ why: string; minter: Rights; token: StoredToken; now: Omit<Rights, 'name'> }>([
  { why: 'as it was given', minter: some, token: given(), now: some },
  {
    why: 'the minter has lost some since',
    minter: { ...some, orgs: ['beta', 'gamma'], verbs: ['get', 'delete'], managers: [] },
    token: given(),
    now: { orgs: ['beta'], verbs: ['get'], managers: [] },
  },
  {
    why: 'the minter has got more since',
    minter: all,
    token: given(),
    now: { orgs: ['acme', 'beta'], verbs: ['get', 'create'], managers: ['terraform'] },
  },
  {
    why: 'all orgs were given, and the minter reaches only some now',
    minter: some,
    token: given({ orgs: ['*'] }),
    now: { orgs: ['acme', 'beta'], verbs: ['get', 'create'], managers: ['terraform'] },
  },
  {
    why: 'all orgs of all',
    minter: all,
    token: given({ orgs: ['*'], verbs: [], managers: [] }),
    now: { orgs: ['*'], verbs: [], managers: [] },
  },
])('a token may what it was given and its minter still has: $why', ({ minter, token, now }) => {
  const { orgs, verbs: may, managers } = now;
  expect(rightsNow(minter, token)).toEqual({ name: minter.name, orgs, verbs: may, managers });
});
