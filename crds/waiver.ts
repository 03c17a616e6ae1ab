// Waiver: lets one finding of a soft-mandatory policy pass until a day. It names who approved it and why, and using it is an
// event of its own on the ledger.

import { z } from 'zod';
import { patterned, text } from './fields.ts';
import { defineKind } from './kind.ts';

export const waiverSpec = z.strictObject({
  fingerprint: patterned(
    /^[0-9a-f]{64}$/,
    64,
    'a fingerprint has 64 hexadecimal digits; copy it from the finding',
  ).describe('Fingerprint of the finding that is let pass.'),
  approver: text({ min: 1, max: 128 }).describe(
    'Who approves: the name of the credential that writes the waiver.',
  ),
  reason: text({ min: 8, max: 1024 }).describe('Why the finding may pass.'),
  expiresAt: z.iso.datetime({ offset: true }).max(64).meta({
    description: 'When the waiver ends, in RFC 3339, e.g. "2027-01-31T00:00:00Z".',
    form: 'time',
  }),
});
export type WaiverSpec = z.infer<typeof waiverSpec>;

export const waiver = defineKind({
  name: 'Waiver',
  singular: 'waiver',
  plural: 'waivers',
  shortNames: [],
  scope: 'org',
  description: 'Lets one finding of a soft-mandatory policy pass until a day.',
  definitionVersion: 1,
  spec: waiverSpec,
  columns: [
    { name: 'Approver', pointer: '/spec/approver' },
    { name: 'Expires', pointer: '/spec/expiresAt' },
    { name: 'Fingerprint', pointer: '/spec/fingerprint', wide: true },
  ],
});
