// Asks the controller what a planned change would do. Promise: findings come back on their attributes, and what is planned
// is laid over the controller's objects for the dry runs after it. Never: a stored change.

import { sentence } from '../coded.ts';
import { mayComeLater } from '../http/errors.ts';
import { shownAs } from '../object/key.ts';
import type { Diagnostic } from '../sdk/diagnostics.ts';
import type { Private } from '../sdk/resource.ts';
import { READ_TIMEOUT_MS, type Session } from '../session.ts';
import { failure, findingDiagnostic } from './failure.ts';
import type { Change } from './overlay.ts';
import type { ResourceType } from './resource.ts';

export interface DryRun {
  readonly found: Private;
  readonly diagnostics: readonly Diagnostic[];
}

export async function dryRun(session: Session, { schema }: ResourceType, change: Change): Promise<DryRun> {
  if (session.controller === undefined) return { found: {}, diagnostics: [] };
  const request = session.overlay.request(change);
  session.overlay.record(change);
  try {
    const { changes } = await session.controller.plan(session.begin(READ_TIMEOUT_MS), request);
    const resourceVersion = changes[0]?.resourceVersion;
    return {
      found: resourceVersion === undefined ? {} : { resourceVersion },
      diagnostics: changes.flatMap(({ findings }) =>
        findings.map((found) => {
          if (!mayComeLater(found.code)) return findingDiagnostic(schema.attributes, found);
          const remedy = `${sentence(found.remedy)} If this apply creates it, the provider waits for it.`;
          return findingDiagnostic(schema.attributes, { ...found, remedy }, 'warning');
        }),
      ),
    };
  } catch (error) {
    return { found: {}, diagnostics: failure(error, schema.attributes, `plan ${shownAs(change.key)}`) };
  }
}
