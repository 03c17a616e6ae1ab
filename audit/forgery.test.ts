// Links as plain data, forged in every way that somebody with the tables could, and found by verification offline.

import { expect, test } from '@jest/globals';
import type { AuditLink } from '../crds/audit.ts';
import { canonicalJson } from './hash.ts';
import { ACME, at, chainOf, event, GLOBEX, hashOf, renamed } from './testing/chains.ts';
import { verifyChain } from './verify.ts';

/** The chain with one link replaced by what `change` makes of it. */
const edited = (seq: number, change: (link: AuditLink) => AuditLink) => (links: AuditLink[]) =>
  links.map((link) => (link.seq === seq ? change(link) : link));
const without = (seq: number) => (links: AuditLink[]) => links.filter((link) => link.seq !== seq);
const rehashed = (link: AuditLink): AuditLink => ({ ...link, hash: hashOf(link.event, link.prevHash) });

/** What an export shows of an event in which one byte was made one that UTF-8 never has. */
function exported(text: string): string {
  const bytes = Buffer.from(text);
  bytes[bytes.indexOf('three')] = 0xff;
  return bytes.toString('utf8');
}

const HASH = 'the hash does not match the event';
const FOREIGN = 'the event is of org globex, the chain of org acme';
const PREVIOUS = 'prevHash is not the hash of the link before it';
const SEQ = 'links are missing, doubled or out of order';
const FORM = 'the event is not a canonical version 1 event';
const CHAIN = 'the link belongs to chain';

interface Forgery {
  readonly why: string;
  readonly forge: (links: AuditLink[]) => AuditLink[];
  /** Sequence number and problem of every break, in order. */
  readonly breaks: readonly (readonly [number, string])[];
}

const forgeries: Forgery[] = [
  { why: 'an edited field', forge: edited(3, renamed), breaks: [[3, HASH]] },
  {
    why: 'an edited hash',
    forge: edited(3, (link) => ({ ...link, hash: 'ab'.repeat(32) })),
    breaks: [
      [3, HASH],
      [4, PREVIOUS],
    ],
  },
  {
    why: 'an edited event with a hash that fits it',
    forge: edited(3, (link) => rehashed(renamed(link))),
    breaks: [[4, PREVIOUS]],
  },
  {
    why: 'an edited prevHash with a hash that fits it',
    forge: edited(3, (link) => rehashed({ ...link, prevHash: 'ab'.repeat(32) })),
    breaks: [
      [3, PREVIOUS],
      [4, PREVIOUS],
    ],
  },
  {
    why: 'a hash in capitals, which no export writes',
    forge: edited(5, (link) => ({ ...link, hash: link.hash.toUpperCase() })),
    breaks: [[5, HASH]],
  },
  {
    why: 'a middle link deleted',
    forge: without(3),
    breaks: [
      [4, SEQ],
      [4, PREVIOUS],
    ],
  },
  {
    why: 'a middle link deleted and the rest renumbered',
    forge: (links) => without(3)(links).map((link, index) => ({ ...link, seq: index + 1 })),
    breaks: [[3, PREVIOUS]],
  },
  {
    why: 'the first link deleted',
    forge: without(1),
    breaks: [
      [2, SEQ],
      [2, PREVIOUS],
    ],
  },
  {
    why: 'the first link deleted and the rest renumbered',
    forge: (links) => without(1)(links).map((link, index) => ({ ...link, seq: index + 1 })),
    breaks: [[1, PREVIOUS]],
  },
  {
    why: 'two rows swapped whole',
    forge: (links) => [at(links, 1), at(links, 3), at(links, 2), at(links, 4), at(links, 5)],
    breaks: [
      [3, SEQ],
      [3, PREVIOUS],
      [2, SEQ],
      [2, PREVIOUS],
      [4, SEQ],
      [4, PREVIOUS],
    ],
  },
  {
    why: 'the events of two rows swapped',
    forge: (links) =>
      edited(2, (link) => ({ ...link, event: at(links, 3).event }))(
        edited(3, (link) => ({ ...link, event: at(links, 2).event }))(links),
      ),
    breaks: [
      [2, HASH],
      [3, HASH],
    ],
  },
  {
    why: 'a row doubled',
    forge: (links) => [...links.slice(0, 3), at(links, 3), ...links.slice(3)],
    breaks: [
      [3, SEQ],
      [3, PREVIOUS],
    ],
  },
  {
    why: 'an event doubled as a new last link',
    forge: (links) => [...links, rehashed({ ...at(links, 5), seq: 6, prevHash: at(links, 4).hash })],
    breaks: [[6, PREVIOUS]],
  },
  {
    why: 'a link spliced from another org',
    forge: edited(3, () => at(chainOf(GLOBEX, 'globex'), 3)),
    breaks: [
      [3, CHAIN],
      [3, FOREIGN],
      [3, PREVIOUS],
      [4, PREVIOUS],
    ],
  },
  {
    why: 'a link spliced from another org and relabelled',
    forge: edited(3, () => ({ ...at(chainOf(GLOBEX, 'globex'), 3), chain: ACME })),
    breaks: [
      [3, FOREIGN],
      [3, PREVIOUS],
      [4, PREVIOUS],
    ],
  },
  {
    why: 'the chain id of one link changed',
    forge: edited(3, (link) => ({ ...link, chain: GLOBEX })),
    breaks: [[3, CHAIN]],
  },
  {
    why: 'another order of keys, with a hash that fits it',
    forge: edited(5, (link) => rehashed({ ...link, event: JSON.stringify(event('acme', 'five')) })),
    breaks: [[5, FORM]],
  },
  {
    why: 'white space, with a hash that fits it',
    forge: edited(5, (link) => rehashed({ ...link, event: ` ${link.event}` })),
    breaks: [[5, FORM]],
  },
  {
    why: 'an unknown field, with a hash that fits it',
    forge: edited(5, (link) =>
      rehashed({ ...link, event: canonicalJson({ ...event('acme', 'five'), x: 1 }) }),
    ),
    breaks: [[5, FORM]],
  },
  {
    why: 'another version, with a hash that fits it',
    forge: edited(5, (link) =>
      rehashed({ ...link, event: canonicalJson({ ...event('acme', 'five'), v: 2 }) }),
    ),
    breaks: [[5, FORM]],
  },
  {
    why: 'no JSON, with a hash that fits it',
    forge: edited(5, (link) => rehashed({ ...link, event: '{' })),
    breaks: [[5, FORM]],
  },
  {
    why: 'invalid UTF-8, as an export shows it',
    forge: edited(3, (link) => ({ ...link, event: exported(link.event) })),
    breaks: [[3, HASH]],
  },
];

test.each(forgeries)('a forgery is found, and where it is: $why', async ({ forge, breaks }) => {
  const verdict = await verifyChain(ACME, forge(chainOf(ACME, 'acme')));
  expect(verdict.breaks.map(({ seq }) => seq)).toEqual(breaks.map(([seq]) => seq));
  for (const [index, [, problem]] of breaks.entries())
    expect(verdict.breaks[index]?.problem).toContain(problem);
  expect(new Set(verdict.breaks.map(({ chain }) => chain))).toEqual(new Set([ACME]));
});
