// Plans one resource: the engine decides what it will be, the controller says whether it may. Promise: a plan without a
// change asks nobody; the version that was read is kept for apply, so that a change in between is noticed.

import type { ValueMap } from '../cty/value.ts';
import type { Diagnostic, Path } from '../diagnostics.ts';
import { hasErrors } from '../diagnostics.ts';
import { exactJson } from '../object/exact-json.ts';
import { keyOf } from '../object/key.ts';
import { manifestOf } from '../object/manifest.ts';
import { planState } from '../plan/plan.ts';
import type { Session } from '../session.ts';
import { dryRun } from './dry-run.ts';
import type { Private, ResourceType } from './resource.ts';

export interface PlanRequest {
  readonly prior: ValueMap | null;
  /** Null for a deletion. */
  readonly proposed: ValueMap | null;
  readonly config: ValueMap | null;
  readonly private: Private;
}

export interface PlanAnswer {
  readonly planned: ValueMap | null;
  readonly replacedBy: readonly Path[];
  readonly private: Private;
  readonly diagnostics: readonly Diagnostic[];
}

export async function planResource(
  session: Session,
  type: ResourceType,
  request: PlanRequest,
): Promise<PlanAnswer> {
  const { prior, proposed, config } = request;
  if (proposed === null || config === null)
    return {
      planned: null,
      replacedBy: [],
      private: request.private,
      diagnostics: prior === null ? [] : await planDelete(session, type, prior),
    };
  const plan = planState(type.schema, { prior, config, proposed });
  const answer = { planned: plan.state, replacedBy: plan.replacedBy, private: request.private };
  if (!plan.changed || hasErrors(plan.diagnostics)) return { ...answer, diagnostics: plan.diagnostics };
  // Core asks again for the new object, without a prior state, when the old one cannot stay.
  if (prior !== null && plan.replacedBy.length > 0)
    return { ...answer, diagnostics: await planDelete(session, type, prior) };
  const { found, diagnostics } = await planWrite(session, type, prior, plan.state);
  // The version of what the user was shown, not of what is there now.
  return { ...answer, private: prior === null ? {} : { ...found, ...request.private }, diagnostics };
}

async function planWrite(session: Session, type: ResourceType, prior: ValueMap | null, planned: ValueMap) {
  const { definition, schema } = type;
  const key = keyOf(definition, planned);
  const wanted = manifestOf(definition, schema.attributes, planned);
  const isWrite =
    prior === null ||
    wanted.unknown.length > 0 ||
    exactJson(wanted.manifest) !== exactJson(manifestOf(definition, schema.attributes, prior).manifest);
  // An object whose name is not known yet can be asked about at apply only.
  if (key === undefined || !isWrite) return { found: {}, diagnostics: [] };
  if (prior === null && session.isInState(key)) {
    // A tainted object is replaced without our being asked about its end: let the dry run not find it in the way.
    const { manifest } = manifestOf(definition, schema.attributes, keyOnly(planned));
    session.overlay.record({ action: 'delete', key, manifest, unknown: [] });
  }
  return await dryRun(session, type, { action: prior === null ? 'create' : 'apply', key, ...wanted });
}

async function planDelete(
  session: Session,
  type: ResourceType,
  prior: ValueMap,
): Promise<readonly Diagnostic[]> {
  const key = keyOf(type.definition, prior);
  if (key === undefined) return [];
  const { manifest } = manifestOf(type.definition, type.schema.attributes, keyOnly(prior));
  const { diagnostics } = await dryRun(session, type, { action: 'delete', key, manifest, unknown: [] });
  return diagnostics;
}

function keyOnly(state: ValueMap): ValueMap {
  return { org: state.org ?? null, name: state.name ?? null };
}
