// What an object that exists says to a change of it: it is being deleted, it is there already, somebody else owns it. Each
// names the owner and the exact command that takes the object.

import { type Finding, finding } from '../../crds/findings.ts';
import type { Kind } from '../../crds/kind.ts';
import { displayName, kindNamed, terraformType } from '../../crds/kinds.ts';
import type { PlannedChange } from '../../crds/plan.ts';
import type { StoredObject } from '../../store/objects.ts';
import type { Admission } from './admit.ts';
import { type Caller, ownerText, sameOwner } from './caller.ts';
import type { SeenObject } from './world.ts';

/** Why an object that exists stands in the way of the change, if it does. */
export function standingFinding(
  caller: Caller,
  before: SeenObject,
  asked: PlannedChange['action'],
  action: Admission['action'],
): Finding | undefined {
  if (before.deleting) {
    const kind = kindOf(before.kind);
    return finding('BeingDeleted', '', `${displayName(kind, before.org, before.name)} is being deleted`);
  }
  if (asked === 'create' && before.stored !== undefined) return existsFinding(caller, before.stored);
  return action === 'none' ? undefined : ownershipFinding(caller, before);
}

/** For a create that meets an object: who owns it, and the command that takes it. */
export function existsFinding(caller: Caller, existing: StoredObject): Finding {
  const shown = displayName(existing.kind, existing.org, existing.name);
  return finding(
    'AlreadyExists',
    '',
    `${shown} exists already, owned by ${ownerText(existing.owner)}. ${takeCommand(caller, existing)}`,
  );
}

export function ownershipFinding(caller: Caller, before: SeenObject): Finding | undefined {
  const existing = before.stored;
  if (existing === undefined || sameOwner(existing.owner, caller.owner)) return undefined;
  const shown = displayName(existing.kind, existing.org, existing.name);
  return finding(
    'OwnedByAnother',
    '',
    `${shown} is owned by ${ownerText(existing.owner)}, not by ${ownerText(caller.owner)}. ` +
      `Change it there, or take it over: ${adoptCommand(caller, existing)}`,
  );
}

function takeCommand(caller: Caller, existing: StoredObject): string {
  const id = existing.kind.scope === 'cluster' ? existing.name : `${existing.org}/${existing.name}`;
  const adopt = adoptCommand(caller, existing);
  if (caller.owner.manager !== 'terraform') return `To take it over: ${adopt}`;
  const imported = `terraform import ${terraformType(existing.kind)}.NAME ${id}`;
  return sameOwner(existing.owner, caller.owner)
    ? `To manage it here: ${imported}`
    : `To manage it here: ${adopt}, then ${imported}`;
}

function adoptCommand(caller: Caller, existing: StoredObject): string {
  const id = existing.kind.scope === 'cluster' ? existing.name : `${existing.org}/${existing.name}`;
  return `lattice adopt ${existing.kind.singular} ${id} --owner ${ownerText(caller.owner)}`;
}

function kindOf(name: string): Kind {
  const kind = kindNamed(name);
  if (kind === undefined) throw new Error(`unknown kind ${name}`);
  return kind;
}
