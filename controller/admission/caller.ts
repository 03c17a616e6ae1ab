// Who asks: the credential's name, what it may do where, and the owner that it claims for what it writes.

import type { Owner } from '../../crds/api.ts';
import type { AuditEvent } from '../../crds/audit.ts';
import { type Finding, finding } from '../../crds/findings.ts';
import { apiVerbs } from '../../crds/verbs.ts';
import type { ReadSubject } from '../../store/object-lists.ts';
import type { AdmissionSettings } from './settings.ts';

export { apiVerbs as verbs };
export type Verb = (typeof apiVerbs)[number];

export interface Caller extends ReadSubject {
  /** Name of the credential in the tokens file, by which it owns objects, approves and is judged. */
  readonly name: string;
  /** As the ledger has it, where that says more than the name: of a minted token `name/id`. */
  readonly actor?: string;
  readonly verbs: readonly Verb[];
  readonly owner: Owner;
  /** When it is a user of Kubernetes: whether its webhook was told the name. Everybody else comes by HTTP with a token. */
  readonly kubernetes?: { readonly verified: boolean };
  /** What the operator lets any caller declare; nothing of it when left out. */
  readonly settings?: AdmissionSettings;
}

/** What the caller may not do, as a finding; undefined when it may. */
export function forbidden(caller: Caller, verb: Verb, org: string): Finding | undefined {
  if (!caller.verbs.includes(verb))
    return finding('Forbidden', '', `the token "${caller.name}" does not have the verb "${verb}"`);
  if (caller.orgs !== 'all' && !caller.orgs.includes(org))
    return finding('Forbidden', '', `the token "${caller.name}" does not reach org "${org}"`);
  return undefined;
}

export const actorOf = ({ actor, name }: Caller): string => actor ?? name;

/** Who did it and where it came from, as the ledger has it. */
export function originOf(caller: Caller): Pick<AuditEvent, 'actor' | 'source'> {
  const id = actorOf(caller);
  return caller.kubernetes === undefined
    ? { actor: { type: 'token', id }, source: 'http' }
    : { actor: { type: 'kubernetes', id, verified: caller.kubernetes.verified }, source: 'kubernetes' };
}

export const sameOwner = (left: Owner, right: Owner): boolean =>
  left.manager === right.manager && left.instance === right.instance;

export const ownerText = (owner: Owner): string => `${owner.manager}/${owner.instance}`;
