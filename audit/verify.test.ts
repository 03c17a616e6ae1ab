// Verification offline: what a whole chain says, and what links alone cannot say.

import { expect, test } from '@jest/globals';
import { SYSTEM_CHAIN } from '../crds/audit.ts';
import { canonicalJson, genesisHash } from './hash.ts';
import { ACME, at, chainOf, event, GLOBEX, names, renamed, seal } from './testing/chains.ts';
import { verifyChain } from './verify.ts';

test.each([
  { chain: SYSTEM_CHAIN, org: 'system' },
  { chain: ACME, org: 'acme' },
])('a chain that nobody touched verifies: $org', async ({ chain, org }) => {
  const links = chainOf(chain, org);
  expect(await verifyChain(chain, links)).toEqual({
    chain,
    org,
    length: 5,
    head: at(links, 5).hash,
    breaks: [],
  });
});

test('links may come as a stream', async () => {
  const stream = (async function* () {
    yield* chainOf(ACME, 'acme');
  })();
  expect(await verifyChain(ACME, stream)).toMatchObject({ length: 5, breaks: [] });
});

test('a chain without links is whole, and begins where it would', async () => {
  expect(await verifyChain(SYSTEM_CHAIN, [])).toEqual({
    chain: SYSTEM_CHAIN,
    org: 'system',
    length: 0,
    head: genesisHash(SYSTEM_CHAIN, 'system').toString('hex'),
    breaks: [],
  });
});

const PREVIOUS = 'prevHash is not the hash of the link before it';

test('a whole chain that is passed off as that of another org does not verify', async () => {
  const passedOff = chainOf(GLOBEX, 'globex').map((link) => ({ ...link, chain: ACME }));
  expect((await verifyChain(ACME, passedOff)).breaks).toEqual([
    expect.objectContaining({ seq: 1, problem: PREVIOUS }),
  ]);
});

test('the org of a chain is bound to its beginning: it cannot be renamed', async () => {
  const links = seal(
    ACME,
    'globex',
    names.map((name) => canonicalJson(event('acme', name))),
  );
  expect((await verifyChain(ACME, links)).breaks).toEqual([
    expect.objectContaining({ seq: 1, problem: PREVIOUS }),
  ]);
});

// What links alone cannot show. It takes a head that somebody else has kept: a signed checkpoint outside the database.
test.each([1, 2, 4])(
  'that the last %i links are gone is not seen in the links, only by length and head',
  async (count) => {
    const links = chainOf(ACME, 'acme');
    const cut = await verifyChain(ACME, links.slice(0, -count));
    expect(cut.breaks).toEqual([]);
    expect(cut.length).toBe(5 - count);
    expect(cut.head).not.toBe(at(links, 5).hash);
  },
);

test('that everything behind an edit was hashed again is not seen in the links, only by the head', async () => {
  const links = chainOf(ACME, 'acme');
  const forged = await verifyChain(
    ACME,
    seal(
      ACME,
      'acme',
      links.map((link) => renamed(link).event),
    ),
  );
  expect(forged.breaks).toEqual([]);
  expect(forged.length).toBe(5);
  expect(forged.head).not.toBe(at(links, 5).hash);
});

test('an event of another org inside the chain of an org is named, although its hash fits', async () => {
  const links = seal(ACME, 'acme', [
    canonicalJson(event('acme', 'one')),
    canonicalJson(event('globex', 'two')),
  ]);
  const { breaks } = await verifyChain(ACME, links);
  expect(breaks).toEqual([
    { chain: ACME, seq: 2, problem: 'the event is of org globex, the chain of org acme' },
  ]);
});
