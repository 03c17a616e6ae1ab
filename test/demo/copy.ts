// A copy of the ledger in a database of its own, to be tampered with.

import pg from 'pg';
import { migrate } from '../../store/migrate.ts';
import type { World } from '../support/world.ts';

export interface LedgerCopy {
  readonly url: string;
  /** Changes one word of one event, as somebody with all rights would. */
  edit(): Promise<void>;
}

export async function copyLedger(world: World): Promise<LedgerCopy> {
  await world.sql('DROP DATABASE IF EXISTS lattice_copy');
  await world.sql('CREATE DATABASE lattice_copy');
  const url = new URL(world.state.databaseUrl);
  url.pathname = '/lattice_copy';
  await migrate(url.href);
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  // One question, so one moment: others go on writing meanwhile. An event without its link is not part of the chain yet.
  const linked = await world.sql(
    `SELECT e.id, e.chain, e.bytes, e.content_hash, l.seq, l.prev_hash, l.hash
     FROM audit_link l JOIN audit_event e ON e.id = l.event_id ORDER BY l.chain, l.seq`,
  );
  for (const { id, chain, bytes, content_hash, seq, prev_hash, hash } of linked) {
    await client.query('INSERT INTO audit_event OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4)', [
      id,
      chain,
      bytes,
      content_hash,
    ]);
    await client.query('INSERT INTO audit_link VALUES ($1, $2, $3, $4, $5)', [
      chain,
      seq,
      id,
      prev_hash,
      hash,
    ]);
  }
  await client.end();
  return { url: url.href, edit: () => editOneEvent(url.href) };
}

async function editOneEvent(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // An owner can switch the triggers off; what it cannot do is make the hashes fit.
  await client.query('ALTER TABLE audit_event DISABLE TRIGGER ALL');
  const edited = await client.query(
    `UPDATE audit_event SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '"action":"create"', '"action":"update"'), 'UTF8')
     WHERE id = (SELECT max(id) FROM audit_event WHERE convert_from(bytes, 'UTF8') LIKE '%"action":"create"%')`,
  );
  await client.end();
  if (edited.rowCount !== 1) throw new Error(`edited ${edited.rowCount} events instead of one`);
}
