// Waivers: who may write one, and until when it holds.

import { type Finding, finding } from '../../crds/findings.ts';
import type { WaiverSpec } from '../../crds/waiver.ts';
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

/** Whether a waiver has not expired at a time. */
export const isCurrent = ({ expiresAt }: WaiverSpec, nowMs: number): boolean => Date.parse(expiresAt) > nowMs;
