// Org: a row of lattice_orgs, which makes workers serve it, and a Temporal namespace. Registering and deleting a namespace
// both take their time after the call has returned, so both are judged by what is seen afterwards.

import { namespaceOf } from '../../crds/agent-workflow.ts';
import { org } from '../../crds/org.ts';
import type { Database } from '../../store/database.ts';
import { type ObservedRow, removalSteps, rowObserver, rowSteps } from '../backends/tables.ts';
import type { NamespaceState, TemporalBackend } from '../backends/temporal.ts';
import type { Reconciler, Result, Step } from './reconciler.ts';

const table = { name: 'lattice_orgs', desired: 'desired_orgs' };
const LOOK_AGAIN_MS = 250;

interface Observed {
  readonly row: ObservedRow;
  readonly namespace: NamespaceState;
}

export function orgReconciler(db: Database, temporal: TemporalBackend): Reconciler<Observed> {
  const observeRow = rowObserver(db, table);
  return {
    kind: org,
    table,
    observe: async (object) => ({
      row: await observeRow(object.uid),
      namespace: await temporal.namespaceState(namespaceOf(object.name)),
    }),
    diff: (object, observed) => {
      const namespace = namespaceOf(object.name);
      const on = (present: boolean, step: Step): Step[] => (present ? [step] : []);
      if (object.deletionTimestamp === null)
        return [
          ...rowSteps(table, observed.row),
          ...on(observed.namespace === 'absent', { in: 'temporal', do: 'registerNamespace', namespace }),
        ];
      // The row first: workers leave the namespace before it goes.
      const present = observed.namespace === 'pending' || observed.namespace === 'serving';
      return [
        ...removalSteps(table, observed.row),
        ...on(present, { in: 'temporal', do: 'deleteNamespace', namespace }),
      ];
    },
    assess: (object, { namespace }) =>
      object.deletionTimestamp === null ? servingResult(namespace) : goneResult(namespace),
    externalIds: (object) => ({ temporalNamespace: namespaceOf(object.name) }),
  };
}

function servingResult(namespace: NamespaceState): Result {
  switch (namespace) {
    case 'serving':
      return { type: 'done', reason: 'Available', message: 'The namespace serves.' };
    case 'terminating':
      return {
        type: 'again',
        afterMs: LOOK_AGAIN_MS,
        code: 'NamespaceTerminating',
        message: 'A namespace of the same name is still being deleted.',
      };
    case 'absent':
    case 'pending':
      return {
        type: 'again',
        afterMs: LOOK_AGAIN_MS,
        code: 'NamespacePending',
        message: 'The namespace is registered and does not serve yet.',
      };
  }
}

function goneResult(namespace: NamespaceState): Result {
  if (namespace === 'absent') return { type: 'done', reason: 'Deleted', message: 'The namespace is gone.' };
  return {
    type: 'again',
    afterMs: LOOK_AGAIN_MS,
    code: 'NamespaceTerminating',
    message: 'The namespace is being deleted.',
  };
}
