// Whole chains as plain data, for the tests of verification: made as the sealer makes them, ready to be forged.

import type { AuditEvent, AuditLink } from '../../crds/audit.ts';
import { canonicalJson, genesisHash, linkHash } from '../hash.ts';

export const ACME = '0190a5d0-7b1e-7c3a-9f00-000000000001';
export const GLOBEX = '0190a5d0-7b1e-7c3a-9f00-000000000002';

export const event = (org: string, name: string): AuditEvent => ({
  v: 1,
  time: '2026-01-02T03:04:05.000006Z',
  actor: { type: 'token', id: 'ci' },
  source: 'http',
  owner: { manager: 'git', instance: 'main', ref: '' },
  kind: 'Budget',
  org,
  name,
  uid: null,
  generation: 1,
  action: 'create',
  phase: 'outcome',
  changed: ['/spec'],
  diffHash: null,
  policy: null,
  outcome: 'ok',
  reason: 'Admitted',
  message: 'ü\u{1f600}',
});

export function seal(chain: string, org: string, events: readonly string[]): AuditLink[] {
  let prevHash = genesisHash(chain, org).toString('hex');
  return events.map((text, index) => {
    const hash = hashOf(text, prevHash);
    const link = { chain, seq: index + 1, prevHash, hash, event: text };
    prevHash = hash;
    return link;
  });
}

export const hashOf = (text: string, prevHash: string): string =>
  linkHash(Buffer.from(text), Buffer.from(prevHash, 'hex')).toString('hex');

export const names = ['one', 'two', 'three', 'four', 'five'];
export const chainOf = (chain: string, org: string): AuditLink[] =>
  seal(
    chain,
    org,
    names.map((name) => canonicalJson(event(org, name))),
  );

export const at = (links: readonly AuditLink[], seq: number): AuditLink => {
  const found = links[seq - 1];
  if (found === undefined) throw new Error(`no link ${seq}`);
  return found;
};
export const renamed = (link: AuditLink): AuditLink => ({
  ...link,
  event: link.event.replace('three', 'THREE'),
});
