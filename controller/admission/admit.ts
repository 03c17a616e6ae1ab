// Admission: the one path that every change takes, real or planned. It reads, decides and returns data; it stores nothing.
// A change whose findings hold an error is refused whole.

import { type Finding, finding } from '../../crds/findings.ts';
import { immutablePointers } from '../../crds/immutable.ts';
import { changedPointers } from '../../crds/json.ts';
import type { Kind } from '../../crds/kind.ts';
import { displayName, kindNamed, terraformType } from '../../crds/kinds.ts';
import type { PlannedChange } from '../../crds/plan.ts';
import { causedByUnknown, type ValidManifest, validateManifest } from '../../crds/validate.ts';
import type { ObjectKey, StoredObject } from '../../store/objects.ts';
import { budgetFindings } from './budget-tree.ts';
import { type Caller, forbidden, ownerText, sameOwner } from './caller.ts';
import { guardrailFindings } from './guardrails.ts';
import { meshNetworkFindings, meshPeerFindings } from './mesh.ts';
import { referenceFindings } from './references.ts';
import { agentRoleFindings } from './roles.ts';
import { modelProviderFindings } from './secrets.ts';
import { type AdmissionSettings, nothingAllowed } from './settings.ts';
import type { SeenObject, World } from './world.ts';

export interface Admission {
  readonly action: 'create' | 'update' | 'delete' | 'none';
  readonly key: ObjectKey;
  /** The object as it is seen now. */
  readonly before: SeenObject | undefined;
  /** What would be stored; absent for a delete and when it is not valid. */
  readonly manifest: ValidManifest | undefined;
  /** JSON pointers at which what is declared would change. */
  readonly changed: readonly string[];
  /** JSON pointers whose values are not known yet. */
  readonly unknown: readonly string[];
  readonly findings: readonly Finding[];
}

/** Defaults stand in the manifest where values are not known yet: a rule that reads one for another field looks at `unknown`. */
type Rule = (
  world: World,
  manifest: ValidManifest,
  settings: AdmissionSettings,
  unknown: readonly string[],
) => Promise<Finding[]>;

/** Rules beyond schema and references, by kind. */
const rules: Readonly<Record<string, Rule>> = {
  AgentRole: agentRoleFindings,
  Budget: budgetFindings,
  Guardrail: guardrailFindings,
  MeshNetwork: meshNetworkFindings,
  MeshPeer: meshPeerFindings,
  ModelProvider: modelProviderFindings,
};

export async function admit(world: World, caller: Caller, change: PlannedChange): Promise<Admission> {
  return change.action === 'delete'
    ? await admitDelete(world, caller, change.manifest)
    : await admitApply(world, caller, change);
}

async function admitApply(world: World, caller: Caller, change: PlannedChange): Promise<Admission> {
  const unknown = change.unknown ?? [];
  const { manifest, findings } = validateManifest(change.manifest, unknown);
  const key = manifest === undefined ? keyOf(change.manifest) : keyOfManifest(manifest);
  const before = await world.find(key);
  const denied = forbidden(caller, before === undefined ? 'create' : 'update', key.org);
  if (denied !== undefined || manifest === undefined)
    return {
      action: before === undefined ? 'create' : 'update',
      key,
      before,
      manifest: undefined,
      changed: [],
      unknown,
      findings: denied === undefined ? findings : [denied],
    };
  const changed = before === undefined ? ['/metadata', '/spec'] : declaredChanges(before, manifest, unknown);
  const action = before === undefined ? 'create' : changed.length === 0 ? 'none' : 'update';
  const standing = before === undefined ? undefined : standingFinding(caller, before, change.action, action);
  const fits =
    action === 'none' || standing !== undefined
      ? []
      : [
          ...immutableFindings(manifest.kind, changed, before),
          ...(await ruleFindings(world, caller, manifest, unknown)),
          ...(await referenceFindings(world, manifest)),
        ];
  return {
    action,
    key,
    before,
    manifest,
    changed,
    unknown,
    findings: [...findings, ...(standing === undefined ? [] : [standing]), ...fits],
  };
}

async function admitDelete(
  world: World,
  caller: Caller,
  manifest: Record<string, unknown>,
): Promise<Admission> {
  const key = keyOf(manifest);
  const before = await world.find(key);
  const denied = forbidden(caller, 'delete', key.org);
  const standing = before === undefined ? undefined : ownershipFinding(caller, before);
  const finding = denied ?? standing;
  return {
    action: before === undefined ? 'none' : 'delete',
    key,
    before,
    manifest: undefined,
    changed: [],
    unknown: [],
    findings: finding === undefined ? [] : [finding],
  };
}

/** Why an object that exists stands in the way of the change, if it does. */
function standingFinding(
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

/** What the rules of the kind say of an object that could be stored. */
export async function ruleFindings(
  world: World,
  caller: Caller,
  manifest: ValidManifest,
  unknown: readonly string[],
): Promise<Finding[]> {
  const rule = rules[manifest.kind.name];
  const found = (await rule?.(world, manifest, caller.settings ?? nothingAllowed, unknown)) ?? [];
  return found.filter(({ pointer }) => !causedByUnknown(pointer, unknown));
}

function immutableFindings(
  kind: Kind,
  changed: readonly string[],
  before: SeenObject | undefined,
): Finding[] {
  if (before?.stored === undefined) return [];
  return immutablePointers(kind)
    .filter((pointer) => changed.includes(pointer))
    .map((pointer) =>
      finding('ImmutableField', pointer, `${pointer.slice('/spec/'.length)} cannot be changed`),
    );
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

function ownershipFinding(caller: Caller, before: SeenObject): Finding | undefined {
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

/** Unknown values count as changed: nobody can say that they are not. */
function declaredChanges(before: SeenObject, manifest: ValidManifest, unknown: readonly string[]): string[] {
  const declared = (object: { labels: unknown; annotations: unknown; spec: unknown }) => ({
    metadata: { labels: object.labels, annotations: object.annotations },
    spec: object.spec,
  });
  const stored = before.stored ?? { labels: manifest.labels, annotations: manifest.annotations };
  const known = changedPointers(declared({ ...stored, spec: before.spec }), declared(manifest));
  return [...new Set([...known, ...unknown])].sort();
}

export function keyOfManifest(manifest: ValidManifest): ObjectKey {
  return { kind: manifest.kind.name, org: manifest.org, name: manifest.name };
}

/** The key of something that may not be valid, as far as it has one. */
function keyOf(manifest: Record<string, unknown>): ObjectKey {
  const metadata = (manifest.metadata ?? {}) as Record<string, unknown>;
  const name = typeof metadata.name === 'string' ? storable(metadata.name) : '';
  const org = typeof metadata.org === 'string' ? storable(metadata.org) : name;
  return { kind: typeof manifest.kind === 'string' ? storable(manifest.kind) : '', org, name };
}

/** Text that Postgres cannot hold names nothing. */
const storable = (text: string): string => (text.includes('\0') || !text.isWellFormed() ? '' : text);

function kindOf(name: string): Kind {
  const kind = kindNamed(name);
  if (kind === undefined) throw new Error(`unknown kind ${name}`);
  return kind;
}
