// The governance tables. Each has a view of what it should hold; a row is written by copying it from there, and drift is
// the difference of the two. We own these tables whole: a row without an object is removed.

import DataLoader from 'dataloader';
import { z } from 'zod';
import { changedPointers } from '../../crds/json.ts';
import type { Database, Queryable, Transaction } from '../../store/database.ts';
import type { GovernanceTable, PostgresStep } from '../reconcile/reconciler.ts';

type RowStep = Extract<PostgresStep, { do: 'upsertRow' | 'deleteRow' }>;

const record = z.record(z.string(), z.unknown()).nullable();
const pair = z.object({ uid: z.string(), desired: record, actual: record });

export type ObservedRow = Pick<z.infer<typeof pair>, 'desired' | 'actual'>;

/** Reads rows of a table beside what they should be; what is asked for at the same moment is read with one query. */
export function rowObserver(db: Queryable, table: GovernanceTable): (uid: string) => Promise<ObservedRow> {
  const rows = new DataLoader<string, ObservedRow>(
    async (uids) => {
      const found = await db.rows(
        pair,
        // One look by key for each, whatever Postgres believes of the tables' sizes: a join it may plan as a scan of both.
        `SELECT o.uid, (SELECT to_jsonb(d) FROM ${table.desired} d WHERE d.uid = o.uid) AS desired,
           (SELECT to_jsonb(t) FROM ${table.name} t WHERE t.uid = o.uid) AS actual FROM unnest($1::uuid[]) AS o (uid)`,
        [uids],
      );
      const byUid = new Map(found.map((row) => [row.uid, row]));
      return uids.map((uid) => byUid.get(uid) ?? { desired: null, actual: null });
    },
    { cache: false },
  );
  return (uid) => rows.load(uid);
}

/** Steps that bring the row to what is declared. */
export function rowSteps(table: GovernanceTable, row: ObservedRow): RowStep[] {
  if (row.desired === null) return removalSteps(table, row);
  const found = row.actual === null ? 'missing' : 'changed';
  const columns = changedColumns(row.desired, row.actual ?? {});
  return columns.length === 0 ? [] : [{ in: 'postgres', do: 'upsertRow', table: table.name, found, columns }];
}

export function removalSteps(table: GovernanceTable, row: ObservedRow): RowStep[] {
  return row.actual === null ? [] : [{ in: 'postgres', do: 'deleteRow', table: table.name }];
}

function changedColumns(desired: Record<string, unknown>, actual: Record<string, unknown>): string[] {
  return Object.keys(desired)
    .sort()
    .filter((column) => changedPointers(desired[column], actual[column]).length > 0);
}

export async function deleteRows(
  tx: Transaction,
  table: GovernanceTable,
  uids: readonly string[],
): Promise<void> {
  if (uids.length > 0) await tx.run(`DELETE FROM ${table.name} WHERE uid = ANY ($1::uuid[])`, [uids]);
}

/** Writes rows as they should be. */
export async function upsertRows(
  tx: Transaction,
  table: GovernanceTable,
  uids: readonly string[],
): Promise<void> {
  if (uids.length === 0) return;
  const columns = await columnsOf(tx, table);
  await tx.run(
    `INSERT INTO ${table.name} (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM ${table.desired}
     WHERE uid = ANY ($1::uuid[])
     ON CONFLICT (uid) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    [uids],
  );
}

/** By table; a migration that changes a table comes with programs that are started anew. */
const knownColumns = new Map<string, string[]>();

async function columnsOf(db: Queryable, table: GovernanceTable): Promise<string[]> {
  const known = knownColumns.get(table.name);
  if (known !== undefined) return known;
  const columns = await db.rows(
    z.object({ name: z.string() }),
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table.name],
  );
  const names = columns.map(({ name }) => name);
  knownColumns.set(table.name, names);
  return names;
}

export interface TableDrift {
  readonly uid: string;
  /** No object stands behind the row. */
  readonly unmanaged: boolean;
}

/** Every row that is missing, changed or unmanaged: one query, whatever the size of the table. */
export async function tableDrift(db: Database, table: GovernanceTable): Promise<TableDrift[]> {
  return await db.rows(
    z.object({ uid: z.string(), unmanaged: z.boolean() }),
    `SELECT coalesce(d.uid, t.uid) AS uid, d.uid IS NULL AS unmanaged
     FROM ${table.desired} d FULL JOIN ${table.name} t ON t.uid = d.uid
     WHERE d.* IS DISTINCT FROM t.*`,
  );
}

const unmanagedRow = z.object({ row: z.record(z.string(), z.unknown()) });

/** Deletes a row if there is still no object behind it, and returns it. */
export async function removeUnmanagedRow(
  tx: Transaction,
  table: GovernanceTable,
  uid: string,
): Promise<Record<string, unknown> | undefined> {
  const [removed] = await tx.rows(
    unmanagedRow,
    `DELETE FROM ${table.name} t WHERE t.uid = $1 AND NOT EXISTS (SELECT FROM objects o WHERE o.uid = t.uid) RETURNING to_jsonb(t) AS row`,
    [uid],
  );
  return removed?.row;
}
