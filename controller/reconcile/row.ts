// The reconciler of every kind whose only effect is its row in a governance table.

import type { Kind } from '../../crds/kind.ts';
import type { Database } from '../../store/database.ts';
import { type ObservedRow, removalSteps, rowObserver, rowSteps } from '../backends/tables.ts';
import type { GovernanceTable, Reconciler } from './reconciler.ts';

/** `message` says what it means that the object is ready. */
export function rowReconciler(
  db: Database,
  kind: Kind,
  table: GovernanceTable,
  message: string,
): Reconciler<ObservedRow> {
  const observe = rowObserver(db, table);
  return {
    kind,
    table,
    observe: ({ uid }) => observe(uid),
    diff: (object, row) =>
      object.deletionTimestamp === null ? rowSteps(table, row) : removalSteps(table, row),
    assess: () => ({ type: 'done', reason: 'Available', message }),
    externalIds: () => ({}),
  };
}
