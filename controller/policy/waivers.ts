// Waivers: who may write one, and which are in force.

import { z } from 'zod';
import { type Finding, finding } from '../../crds/findings.ts';
import { type WaiverSpec, waiverSpec } from '../../crds/waiver.ts';
import type { Queryable } from '../../store/database.ts';
import type { Admission } from '../admission/admit.ts';
import type { Caller } from '../admission/caller.ts';

/** A waiver is approved by who writes it, who needs the verb `override`: nobody approves in another's name. */
export function waiverFindings(caller: Caller, { action, key, manifest }: Admission): Finding[] {
  if (key.kind !== 'Waiver' || action === 'delete' || action === 'none' || manifest === undefined) return [];
  if (!caller.verbs.includes('override'))
    return [finding('Forbidden', '', `the token "${caller.name}" does not have the verb "override"`)];
  if (manifest.spec.approver === caller.name) return [];
  return [
    finding(
      'ApproverMismatch',
      '/spec/approver',
      `the approver is "${String(manifest.spec.approver)}", but the waiver is written by "${caller.name}"`,
    ),
  ];
}

const waiverRow = z.object({ name: z.string(), spec: waiverSpec });

/** By fingerprint: the name of a waiver that has not expired. */
export async function waiversInForce(db: Queryable, org: string): Promise<Map<string, string>> {
  const rows = await db.rows(
    waiverRow,
    `SELECT name, spec FROM objects WHERE kind = 'Waiver' AND org = $1 AND deletion_timestamp IS NULL`,
    [org],
  );
  const inForce = ({ expiresAt }: WaiverSpec): boolean => Date.parse(expiresAt) > Date.now();
  return new Map(rows.filter(({ spec }) => inForce(spec)).map(({ name, spec }) => [spec.fingerprint, name]));
}
