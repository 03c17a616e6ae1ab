// The chain as an auditor sees it: an export, verified by the command without any server; and nothing left unsealed.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lattice, runNode } from '../cli.ts';
import { cleanEnvironment } from '../dev.ts';
import type { World } from '../world.ts';

const LAUNCHER = join(import.meta.dirname, '../../../cli/lattice.js');

/** What is wrong; empty when every chain verifies whole. */
export async function chainFaults(world: World, folder: string): Promise<string[]> {
  const exported = await lattice(world.state, ['audit', 'export']);
  if (exported.code !== 0) return [`the export failed: ${exported.stderr}`];
  const file = join(folder, 'export.jsonl');
  await writeFile(file, exported.stdout);
  const verified = await runNode([LAUNCHER, 'audit', 'verify', '--file', file], cleanEnvironment());
  const faults = verified.code === 0 ? [] : [`${verified.stdout}${verified.stderr}`];
  const [count] = await world.sql(
    `SELECT count(*) FILTER (WHERE l.event_id IS NULL)::int AS unsealed, count(*)::int AS events
     FROM audit_event e LEFT JOIN audit_link l ON l.event_id = e.id`,
  );
  if (count?.unsealed !== 0) faults.push(`${count?.unsealed} events have no link`);
  const lines = exported.stdout.split('\n').length - 1;
  if (lines !== count?.events) faults.push(`the export has ${lines} of ${count?.events} events`);
  return faults;
}
