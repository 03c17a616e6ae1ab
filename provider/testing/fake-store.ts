// The objects of the fake controller, and the admission it needs: the real schemas, references, owners and versions.
// Promise: what it refuses, it refuses with the codes of the real one. Never: time, disk or another process.

import { randomUUID } from 'node:crypto';
import type { ApiObject, Condition, Owner } from '../../crds/api.ts';
import { type Finding, finding, LatticeError } from '../../crds/findings.ts';
import { changedPointers } from '../../crds/json.ts';
import { displayName, kindNamed } from '../../crds/kinds.ts';
import type { ChangePlan, PlannedChange } from '../../crds/plan.ts';
import { referencesOf } from '../../crds/references.ts';
import { type ValidManifest, validateManifest } from '../../crds/validate.ts';

export interface Verdict {
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
  readonly stalled?: boolean;
}

const READY: Verdict = { status: 'True', reason: 'Ready', message: '' };
const WORKING: Verdict = {
  status: 'False',
  reason: 'WorkflowPending',
  message: 'the workflow has not answered yet',
};

export class FakeStore {
  readonly objects = new Map<string, ApiObject>();
  /** What the next looks at an object find, by its key text; then it is ready. */
  readonly verdicts = new Map<string, readonly Verdict[] | 'never'>();
  /** Objects whose deletion does not end. */
  readonly undeletable = new Set<string>();
  /** Findings that the dry run and real writes add. */
  findings: (manifest: ValidManifest) => readonly Finding[] = () => [];
  private readonly idempotencyKeys = new Map<string, string>();
  private version = 0;

  create(owner: Owner, input: unknown, idempotencyKey: string | undefined): ApiObject {
    const manifest = this.admitted(input);
    const key = textOf(manifest);
    const existing = this.objects.get(key);
    if (existing !== undefined) {
      if (idempotencyKey !== undefined && this.idempotencyKeys.get(key) === idempotencyKey) return existing;
      throw refusal(this.exists(manifest, existing, owner));
    }
    if (idempotencyKey !== undefined) this.idempotencyKeys.set(key, idempotencyKey);
    return this.put(key, {
      ...declared(manifest),
      metadata: {
        ...metadataOf(manifest),
        uid: randomUUID(),
        generation: 1,
        resourceVersion: this.nextVersion(),
        owner,
        createdAt: '2030-01-01T00:00:00.000Z',
      },
      status: { observedGeneration: 0, conditions: [], externalIds: {} },
    });
  }

  update(owner: Owner, input: unknown, expected: string): ApiObject {
    const manifest = this.admitted(input);
    const before = this.mustFind(textOf(manifest));
    this.assertOwner(before, owner);
    assertVersion(before, expected);
    const specChanged = changedPointers(before.spec, manifest.spec).length > 0;
    return this.put(textOf(manifest), {
      ...before,
      spec: manifest.spec,
      metadata: {
        ...before.metadata,
        labels: manifest.labels,
        annotations: manifest.annotations,
        generation: before.metadata.generation + (specChanged ? 1 : 0),
        resourceVersion: this.nextVersion(),
      },
    });
  }

  remove(owner: Owner, key: string, expected: string | undefined): ApiObject {
    const before = this.mustFind(key);
    this.assertOwner(before, owner);
    if (expected !== undefined) assertVersion(before, expected);
    if (before.metadata.deletionTimestamp !== undefined) return before;
    return this.put(key, {
      ...before,
      metadata: {
        ...before.metadata,
        resourceVersion: this.nextVersion(),
        deletionTimestamp: '2030-01-01T00:00:00.000Z',
      },
    });
  }

  /** Each look moves the object on: not ready at first, then ready; marked for deletion at first, then gone. */
  look(key: string): ApiObject | undefined {
    const object = this.objects.get(key);
    if (object === undefined) return undefined;
    const next =
      object.metadata.deletionTimestamp === undefined
        ? this.reconciled(key, object)
        : this.ending(key, object);
    if (next === undefined) this.objects.delete(key);
    else this.objects.set(key, next);
    return next;
  }

  /** What lives in a collection, `Kind/org/undefined` or `Kind/`; only these names, when there are any. */
  list(collection: string, names: readonly string[]): ApiObject[] {
    const prefix = collection.replace(/[^/]*$/, '');
    return [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .filter((key) => names.length === 0 || names.includes(key.slice(prefix.length)))
      .sort()
      .flatMap((key) => this.look(key) ?? []);
  }

  /** A change by somebody else. */
  edit(key: string, change: (object: ApiObject) => Partial<ApiObject>): void {
    const before = this.mustFind(key);
    const after = { ...before, ...change(before) };
    this.put(key, { ...after, metadata: { ...after.metadata, resourceVersion: this.nextVersion() } });
  }

  plan(owner: Owner, change: PlannedChange, overlay: readonly PlannedChange[]): ChangePlan {
    const world = new Map<string, true | undefined>([...this.objects.keys()].map((key) => [key, true]));
    for (const earlier of overlay) {
      const { manifest } = validateManifest(earlier.manifest, earlier.unknown);
      if (manifest !== undefined) world.set(textOf(manifest), earlier.action === 'delete' ? undefined : true);
      else world.set(keyTextOf(earlier.manifest), earlier.action === 'delete' ? undefined : true);
    }
    const key = keyTextOf(change.manifest);
    const before = world.get(key) ? this.objects.get(key) : undefined;
    const existing = before === undefined ? {} : { resourceVersion: before.metadata.resourceVersion };
    const named = { kind: String(change.manifest.kind), name: key.split('/').at(-1) ?? '' };
    if (change.action === 'delete') {
      const findings = before === undefined ? [] : this.ownerFindings(before, owner);
      return {
        ...named,
        action: 'delete',
        before: before?.spec ?? null,
        after: null,
        changed: [],
        findings,
        ...existing,
      };
    }
    const { manifest, findings } = validateManifest(change.manifest, change.unknown);
    const all = [
      ...findings,
      ...(manifest === undefined ? [] : this.worldFindings(manifest, (wanted) => world.get(wanted) === true)),
      ...(manifest !== undefined && before !== undefined && change.action === 'create'
        ? [this.exists(manifest, before, owner)]
        : before === undefined
          ? []
          : this.ownerFindings(before, owner)),
    ];
    return {
      ...named,
      action: before === undefined ? 'create' : 'update',
      before: before?.spec ?? null,
      after: manifest?.spec ?? null,
      changed: [],
      findings: all,
      ...existing,
    };
  }

  private admitted(input: unknown): ValidManifest {
    const { manifest, findings } = validateManifest(input);
    const found =
      manifest === undefined ? findings : this.worldFindings(manifest, (key) => this.objects.has(key));
    const first = found.find(({ level }) => level === 'error');
    if (first !== undefined) throw refusal(first, found);
    if (manifest === undefined) throw new Error('neither a manifest nor a finding');
    return manifest;
  }

  private worldFindings(manifest: ValidManifest, exists: (key: string) => boolean): Finding[] {
    if (manifest.kind.scope === 'org' && !exists(`Org/${manifest.org}`))
      return [finding('OrgNotFound', '/metadata/org', `there is no org named "${manifest.org}"`)];
    const missing = referencesOf(manifest.kind, manifest.spec).filter(
      ({ kind, name }) => !exists(`${kind}/${manifest.org}/${name}`),
    );
    return [
      ...missing.map(({ kind, name, pointer }) =>
        finding('ReferenceNotFound', pointer, `${kind.toLowerCase()} ${manifest.org}/${name} does not exist`),
      ),
      ...this.findings(manifest),
    ];
  }

  private reconciled(key: string, object: ApiObject): ApiObject {
    const { generation } = object.metadata;
    const left = this.verdicts.get(key) ?? (object.status.observedGeneration === generation ? [] : [WORKING]);
    const verdict = left === 'never' ? WORKING : (left[0] ?? READY);
    if (left !== 'never') this.verdicts.set(key, left.slice(1));
    if (verdict === READY) this.verdicts.delete(key);
    const condition = (type: Condition['type'], status: Condition['status']): Condition => ({
      type,
      status,
      reason: verdict.reason,
      message: verdict.message,
      observedGeneration: generation,
      lastTransitionTime: '2030-01-01T00:00:00.000Z',
    });
    const conditions = [condition('Ready', verdict.status)];
    if (verdict.stalled) conditions.push(condition('Stalled', 'True'));
    return { ...object, status: { ...object.status, observedGeneration: generation, conditions } };
  }

  private ending(key: string, object: ApiObject): ApiObject | undefined {
    const waits = [...this.objects].find(
      ([other, candidate]) => other !== key && dependsOn(candidate, object),
    );
    if (waits === undefined && !this.undeletable.has(key)) return undefined;
    const message = `${waits?.[0] ?? 'something'} still refers to it`;
    const [ready] = this.reconciled(key, object).status.conditions;
    const conditions =
      ready === undefined ? [] : [{ ...ready, status: 'False' as const, reason: 'DependentsExist', message }];
    return { ...object, status: { ...object.status, conditions } };
  }

  private exists(manifest: ValidManifest, existing: ApiObject, owner: Owner): Finding {
    const shown = displayName(manifest.kind, manifest.org, manifest.name);
    const id = shown.split(' ')[1];
    const by = existing.metadata.owner;
    return finding(
      'AlreadyExists',
      '',
      `${shown} exists already, owned by ${by.manager}/${by.instance}. To manage it here: lattice adopt ` +
        `${manifest.kind.singular} ${id} --owner ${owner.manager}/${owner.instance}, then terraform import ` +
        `lattice_${manifest.kind.singular}.NAME ${id}`,
    );
  }

  private ownerFindings({ kind, metadata }: ApiObject, claimed: Owner): Finding[] {
    const { owner, name } = metadata;
    if (owner.manager === claimed.manager && owner.instance === claimed.instance) return [];
    const message = `${kind.toLowerCase()} ${name} is owned by ${owner.manager}/${owner.instance}, not by you`;
    return [finding('OwnedByAnother', '', message)];
  }

  private assertOwner(object: ApiObject, owner: Owner): void {
    const [found] = this.ownerFindings(object, owner);
    if (found !== undefined) throw refusal(found);
  }

  private mustFind(key: string): ApiObject {
    const object = this.objects.get(key);
    if (object === undefined) throw new LatticeError('NotFound', `${key} does not exist`);
    return object;
  }

  private put(key: string, object: ApiObject): ApiObject {
    this.objects.set(key, object);
    return object;
  }

  private nextVersion(): string {
    this.version += 1;
    return String(this.version);
  }
}

function assertVersion({ metadata }: ApiObject, expected: string): void {
  if (metadata.resourceVersion === expected) return;
  const detail = `${metadata.name} has changed since it was read: it is at resourceVersion ${metadata.resourceVersion}`;
  throw new LatticeError('StaleResourceVersion', detail);
}

function dependsOn(candidate: ApiObject, target: ApiObject): boolean {
  if (target.kind === 'Org') return candidate.metadata.org === target.metadata.name;
  const kind = kindNamed(candidate.kind);
  if (kind === undefined || candidate.metadata.org !== target.metadata.org) return false;
  return referencesOf(kind, candidate.spec).some(
    (reference) => reference.kind === target.kind && reference.name === target.metadata.name,
  );
}

function refusal(first: Finding, findings: readonly Finding[] = [first]): LatticeError {
  return new LatticeError(first.code, first.message, findings);
}

/** `Kind/org/name`, or `Kind/name` for a kind that lives in no org. */
function textOf({ kind, org, name }: ValidManifest): string {
  return kind.scope === 'cluster' ? `${kind.name}/${name}` : `${kind.name}/${org}/${name}`;
}

function keyTextOf({ kind, metadata }: Record<string, unknown>): string {
  const names =
    typeof metadata === 'object' && metadata !== null ? new Map(Object.entries(metadata)) : new Map();
  return [kind, names.get('org'), names.get('name')].filter((part) => part !== undefined).join('/');
}

function declared({ kind, spec }: ValidManifest) {
  return { apiVersion: 'lattice.dev/v1alpha1' as const, kind: kind.name, spec };
}

function metadataOf({ kind, org, name, labels, annotations }: ValidManifest) {
  return { ...(kind.scope === 'org' && { org }), name, labels, annotations };
}
