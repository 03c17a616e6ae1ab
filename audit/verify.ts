// Verifies chains from their links alone, without a database or a controller. It says of each break where it is and what
// is wrong, and never trusts a hash that it did not compute.

import { type AuditLink, auditEventSchema, SYSTEM_CHAIN } from '../crds/audit.ts';
import { canonicalJson, genesisHash, linkHash } from './hash.ts';

export interface ChainBreak {
  readonly chain: string;
  readonly seq: number;
  readonly problem: string;
}

export interface ChainVerdict {
  readonly chain: string;
  readonly org: string;
  readonly length: number;
  readonly head: string;
  readonly breaks: readonly ChainBreak[];
}

/** Verifies one chain; its links come in order of seq. */
export async function verifyChain(
  chain: string,
  links: AsyncIterable<AuditLink> | Iterable<AuditLink>,
): Promise<ChainVerdict> {
  const breaks: ChainBreak[] = [];
  let org = chain === SYSTEM_CHAIN ? SYSTEM_CHAIN : '';
  let length = 0;
  let head: string | undefined;
  for await (const link of links) {
    const expected = length + 1;
    const broken = (problem: string): void => {
      breaks.push({ chain, seq: link.seq, problem });
    };
    if (link.chain !== chain) broken(`the link belongs to chain ${link.chain}`);
    if (link.seq !== expected)
      broken(`the link before it has seq ${length}: links are missing, doubled or out of order`);
    const event = parseEvent(link.event);
    if (event === undefined) broken('the event is not a canonical version 1 event');
    if (head === undefined) {
      if (chain !== SYSTEM_CHAIN) org = event?.org ?? '';
      head = genesisHash(chain, org).toString('hex');
    }
    if (event !== undefined && chain !== SYSTEM_CHAIN && event.org !== org)
      broken(`the event is of org ${event.org}, the chain of org ${org}`);
    if (link.prevHash !== head) broken('prevHash is not the hash of the link before it');
    const hash = linkHash(Buffer.from(link.event), Buffer.from(link.prevHash, 'hex')).toString('hex');
    if (link.hash !== hash) broken('the hash does not match the event: the event or the hash was changed');
    head = link.hash;
    length = link.seq;
  }
  return { chain, org, length, head: head ?? genesisHash(chain, org).toString('hex'), breaks };
}

function parseEvent(text: string): { org: string } | undefined {
  try {
    const event = auditEventSchema.parse(JSON.parse(text));
    return canonicalJson(event) === text ? event : undefined;
  } catch {
    return undefined;
  }
}
