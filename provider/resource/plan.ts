// What the controller has to say about a planned change. Promise: the version that was read is kept for apply, so that a
// change in between is noticed. Never: a question for a change that needs no write.

import { exactJson } from '../object/exact-json.ts';
import { keyOf, shownAs } from '../object/key.ts';
import { manifestOf } from '../object/manifest.ts';
import type { ValueMap } from '../sdk/cty/value.ts';
import { type Diagnostic, problem } from '../sdk/diagnostics.ts';
import type { Planned, PlanRequest } from '../sdk/resource.ts';
import type { Session } from '../session.ts';
import { dryRun } from './dry-run.ts';
import type { ResourceType } from './resource.ts';

export async function planWrite(
  session: Session,
  type: ResourceType,
  { prior, planned, private: kept }: PlanRequest,
): Promise<Planned> {
  const { definition, schema } = type;
  const key = keyOf(definition, planned);
  const wanted = manifestOf(definition, schema.attributes, planned);
  const isWrite =
    prior === null ||
    wanted.unknown.length > 0 ||
    exactJson(wanted.manifest) !== exactJson(manifestOf(definition, schema.attributes, prior).manifest);
  // The version of what the user was shown, not of what is there now.
  const before = prior === null ? {} : kept;
  // An object whose name is not known yet can be asked about at apply only.
  if (key === undefined || !isWrite) return { private: before, diagnostics: [] };
  if (prior === null && session.isInState(key)) {
    // A tainted object is replaced without our being asked about its end: let the dry run not find it in the way.
    const { manifest } = manifestOf(definition, schema.attributes, keyOnly(planned));
    session.overlay.record({ action: 'delete', key, manifest, unknown: [] });
  }
  const change = { action: prior === null ? 'create' : 'apply', key, ...wanted } as const;
  const { found, diagnostics } = await dryRun(session, type, change);
  return { private: prior === null ? {} : { ...found, ...kept }, diagnostics };
}

export async function planDelete(
  session: Session,
  type: ResourceType,
  prior: ValueMap,
): Promise<readonly Diagnostic[]> {
  const key = keyOf(type.definition, prior);
  if (key === undefined) return [];
  if (isProtected(prior)) return [protectedFault(shownAs(key))];
  const { manifest } = manifestOf(type.definition, type.schema.attributes, keyOnly(prior));
  const { diagnostics } = await dryRun(session, type, { action: 'delete', key, manifest, unknown: [] });
  return diagnostics;
}

export const isProtected = (state: ValueMap): boolean => state.deletion_protection === true;

export function protectedFault(object: string): Diagnostic {
  return problem(
    'It is protected against deletion',
    `The ${object} has deletion_protection. To delete or replace it, set deletion_protection = false and apply that first.`,
    ['deletion_protection'],
  );
}

function keyOnly(state: ValueMap): ValueMap {
  return { org: state.org ?? null, name: state.name ?? null };
}
