// What a minted token may do: never more than who minted it may, now and whenever it is used. Plain functions over plain data.

import { type Finding, finding } from '../../crds/findings.ts';
import type { MintRequest } from '../../crds/token.ts';
import type { StoredToken } from '../../store/minted-tokens.ts';
import { type Rights, verbsOf } from '../http/tokens.ts';

export type Granted = Pick<Rights, 'orgs' | 'verbs' | 'managers'>;

/** What is asked for; where nothing is said, all that the minter has. Verbs are named one by one, as they are today. */
export function wantedRights(minter: Rights, asked: MintRequest): Granted {
  const orgs = asked.orgs ?? minter.orgs;
  return {
    orgs: orgs.includes('*') ? ['*'] : unique(orgs),
    verbs: unique(asked.verbs === undefined ? verbsOf(minter) : verbsOf({ ...minter, verbs: asked.verbs })),
    managers: unique(asked.managers ?? minter.managers),
  };
}

/** What of it the minter does not have itself. */
export function excessOf(minter: Rights, wanted: Granted): Finding[] {
  const { name } = minter;
  const reaches = (org: string): boolean => minter.orgs.includes('*') || minter.orgs.includes(org);
  const refused = (pointer: string, message: string): Finding => finding('Forbidden', pointer, message);
  return [
    ...wanted.orgs
      .filter((org) => !reaches(org))
      .map((org) =>
        refused('/orgs', `the token "${name}" does not reach ${org === '*' ? 'all orgs' : `org "${org}"`}`),
      ),
    ...wanted.verbs
      .filter((verb) => verb !== '*' && !verbsOf(minter).includes(verb))
      .map((verb) => refused('/verbs', `the token "${name}" does not have the verb "${verb}"`)),
    ...wanted.managers
      .filter((manager) => !mayClaim(minter, manager))
      .map((manager) => refused('/managers', `the token "${name}" may not claim objects for ${manager}`)),
  ];
}

/** What the token may do now: what it was given and its minter still has. It acts under the minter's name. */
export function rightsNow(minter: Rights, given: StoredToken): Rights {
  const all = (orgs: readonly string[]): boolean => orgs.includes('*');
  return {
    name: minter.name,
    orgs: all(minter.orgs)
      ? [...given.orgs]
      : all(given.orgs)
        ? minter.orgs
        : minter.orgs.filter((org) => given.orgs.includes(org)),
    verbs: verbsOf(minter).filter((verb) => given.verbs.includes(verb)),
    managers: minter.managers.filter((manager) => given.managers.includes(manager)),
  };
}

/** `api` is always allowed. */
const mayClaim = (minter: Rights, manager: Rights['managers'][number]): boolean =>
  manager === 'api' || minter.managers.includes(manager);

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
