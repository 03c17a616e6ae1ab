// Budget: a row of lattice_ai_budgets, nothing else.

import { budget } from '../../crds/budget.ts';
import type { Database } from '../../store/database.ts';
import { type ObservedRow, observeRow, removalSteps, rowSteps } from '../backends/tables.ts';
import type { Reconciler } from './reconciler.ts';

const table = { name: 'lattice_ai_budgets', desired: 'desired_ai_budgets' };

export function budgetReconciler(db: Database): Reconciler<ObservedRow> {
  return {
    kind: budget,
    table,
    observe: (object) => observeRow(db, table, object.uid),
    diff: (object, row) =>
      object.deletionTimestamp === null ? rowSteps(table, row) : removalSteps(table, row),
    assess: () => ({ type: 'done', reason: 'Available', message: 'The limit is in force.' }),
    externalIds: () => ({}),
  };
}
