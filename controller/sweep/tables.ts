// The sweep of a governance table: rows that differ from what is declared are put to work, rows that nobody declared are
// removed, each with its event.

import { appendEvent } from '../../audit/append.ts';
import { requestSweepWork } from '../../store/work.ts';
import { removeUnmanagedRow, tableDrift } from '../backends/tables.ts';
import type { ControllerContext } from '../context.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';

export async function sweepTable(context: ControllerContext, { kind, table }: Reconciler): Promise<void> {
  const drift = await tableDrift(context.db, table);
  const drifted = drift.filter((row) => !row.unmanaged).map((row) => row.uid);
  if (drifted.length > 0) {
    await requestSweepWork(context.db, drifted);
    context.metrics.drift.inc({ kind: kind.name, found: 'drifted' }, drifted.length);
  }
  for (const { uid } of drift.filter((row) => row.unmanaged)) await removeRow(context, kind.name, table, uid);
}

async function removeRow(
  context: ControllerContext,
  kind: string,
  table: Reconciler['table'],
  uid: string,
): Promise<void> {
  const row = await context.db.transaction(async (tx) => {
    const removed = await removeUnmanagedRow(tx, table, uid);
    if (removed === undefined) return undefined;
    const org = text(removed.org) ?? (kind === 'Org' ? text(removed.name) : undefined) ?? '';
    await appendEvent(
      tx,
      { org },
      {
        actor: { type: 'controller', id: 'controller' },
        source: 'sweep',
        owner: null,
        kind,
        org,
        name: text(removed.name) ?? '',
        uid,
        generation: null,
        action: 'remove',
        phase: 'outcome',
        changed: [table.name],
        outcome: 'ok',
        reason: 'Unmanaged',
        message: `removed a row of ${table.name} that no object stands behind`,
      },
      { before: removed, after: null },
    );
    return removed;
  });
  if (row === undefined) return;
  context.metrics.drift.inc({ kind, found: 'unmanaged' });
  context.log.warn({ kind, table: table.name, uid, name: row.name }, 'removed a row that nobody declared');
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
