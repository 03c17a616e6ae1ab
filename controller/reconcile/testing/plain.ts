// Reconcilers as pure functions: what stands goes in as plain data, and any question to a backend fails the test.

import type { Kind } from '../../../crds/kind.ts';
import type { Database } from '../../../store/database.ts';
import type { StoredObject } from '../../../store/objects.ts';
import type { ObservedRow } from '../../backends/tables.ts';
import type { TemporalBackend } from '../../backends/temporal.ts';
import { describeStep, type Result, type Step } from '../reconciler.ts';

const refuse = (): never => {
  throw new Error('a diff asks nobody');
};
export const db: Database = {
  rows: refuse,
  run: refuse,
  transaction: refuse,
  subscribe: refuse,
  close: refuse,
};
export const temporal: TemporalBackend = {
  namespaceState: refuse,
  observeWorkflow: refuse,
  listWorkflows: refuse,
  perform: refuse,
  ping: refuse,
  close: refuse,
};
export const UID = '0190a5d0-7b1e-7c3a-9f00-000000000001';
export const FENCE = 42;

export const stored = (kind: Kind, spec: Record<string, unknown> = {}, deleting = false): StoredObject => ({
  uid: UID,
  kind,
  org: 'acme',
  name: kind.scope === 'cluster' ? 'acme' : 'x',
  owner: { manager: 'api', instance: 'me', ref: '' },
  labels: {},
  annotations: {},
  spec,
  generation: 3,
  resourceVersion: '9',
  status: { observedGeneration: 0, conditions: [], externalIds: {} },
  idempotencyKey: null,
  createdAt: new Date(0),
  deletionTimestamp: deleting ? new Date(1) : null,
});

export const row = (
  desired: Record<string, unknown> | null,
  actual: Record<string, unknown> | null,
): ObservedRow => ({ desired, actual });
export const same = row({ uid: UID, n: 1 }, { uid: UID, n: 1 });
export const missing = row({ uid: UID, n: 1 }, null);
export const edited = row({ uid: UID, n: 1 }, { uid: UID, n: 2 });
export const gone = row({ uid: UID, n: 1 }, null);

export const words = (steps: Step[]): string[] => steps.map(describeStep);
export const judged = (result: Result): string =>
  `${result.type} ${result.type === 'done' ? result.reason : result.code}`;

export const NOTHING = { desired: null, actual: null };
