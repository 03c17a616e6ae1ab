// Org: the tenant. It owns a Temporal namespace and a chain of the audit ledger, and every other object lives in one.

import { z } from 'zod';
import { text } from './fields.ts';
import { defineKind } from './kind.ts';

export const orgSpec = z.strictObject({
  displayName: text({ min: 1, max: 128 })
    .optional()
    .describe('Name for people; the object name when left out.'),
  namespaces: z
    .array(
      z.strictObject({
        cluster: text({ min: 1, max: 253 }).describe(
          'Identity of the Kubernetes cluster (uid of kube-system).',
        ),
        namespace: text({ min: 1, max: 63 }).describe('Kubernetes namespace.'),
      }),
    )
    .max(256)
    .default([])
    .describe(
      'Kubernetes namespaces whose objects belong to this org. A namespace that no org lists is refused.',
    ),
});
export type OrgSpec = z.infer<typeof orgSpec>;

export const org = defineKind({
  name: 'Org',
  singular: 'org',
  plural: 'orgs',
  shortNames: [],
  scope: 'cluster',
  description:
    'A tenant: its agents run in a Temporal namespace of their own and its history is a chain of its own.',
  definitionVersion: 1,
  spec: orgSpec,
  protectable: true,
  columns: [{ name: 'Namespace', pointer: '/status/externalIds/temporalNamespace' }],
});
