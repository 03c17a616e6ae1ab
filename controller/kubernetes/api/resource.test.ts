// Who a resource says has declared it.

import { expect, test } from '@jest/globals';
import { FIELD_MANAGER, FINALIZER_MANAGER, resourceSchema } from './resource.ts';

const writer = (...managedFields: object[]) =>
  resourceSchema.parse({ metadata: { name: 'a', uid: 'u', resourceVersion: '1', managedFields } }).metadata
    .managedFields;

test('the newest writer of what is declared is the one, whatever we have written since', () => {
  expect(
    writer(
      { manager: 'helm', operation: 'Apply', time: '2026-01-01T00:00:01Z' },
      { manager: 'kubectl-edit', operation: 'Update', time: '2026-01-01T00:00:05Z' },
      { manager: FINALIZER_MANAGER, operation: 'Update', time: '2026-01-01T00:00:07Z' },
      { manager: FIELD_MANAGER, operation: 'Apply', time: '2026-01-01T00:00:08Z', subresource: 'status' },
      { manager: 'meddler', operation: 'Update', time: '2026-01-01T00:00:09Z', subresource: 'status' },
    ),
  ).toBe('kubectl-edit');
});

test('nobody is named where nobody is told', () => {
  expect(writer()).toBeUndefined();
});
