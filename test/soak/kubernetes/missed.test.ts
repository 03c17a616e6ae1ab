// The soak's own verdict: each thing that can be missed is found, and a world in which nothing is missed passes.

import { expect, test } from '@jest/globals';
import { missed, type Standing } from './missed.ts';
import type { Custom } from './resources.ts';
import { leaksOf } from './sample.ts';

const path = '/apis/lattice.dev/v1alpha1/namespaces/acme/budgets/team';
const spec = { limitMicroUsd: 5 };
const labels = { round: '3' };
const ready = [{ type: 'Ready', status: 'True', reason: 'Available', message: '' }];
const resource: Custom = {
  kind: 'Budget',
  path,
  metadata: { name: 'team', namespace: 'acme', uid: 'u1', generation: 2, labels },
  spec,
  status: { observedGeneration: 2, conditions: ready },
};
const row = {
  kind: 'Budget',
  org: 'acme',
  name: 'team',
  owner_manager: 'kubernetes',
  owner_instance: 'c1',
  owner_ref: 'u1',
  spec,
  labels,
};
const settled: Standing = {
  cluster: 'c1',
  resources: [resource],
  rows: [row],
  wanted: new Map([[path, { spec, labels }]]),
};

test('nothing is missed where cluster and store hold the same', () => {
  expect(missed(settled)).toEqual([]);
});

test.each<{ why: string; standing: Partial<Standing>; says: string }>([
  { why: 'a resource without an object', standing: { rows: [] }, says: 'is not in the store' },
  {
    why: 'an object without a resource',
    standing: { resources: [], wanted: new Map() },
    says: 'Budget acme/team of kubernetes stands for no resource',
  },
  {
    why: 'an object that stands for a resource that was deleted and made again',
    standing: { rows: [{ ...row, owner_ref: 'u0' }] },
    says: 'stands for no resource',
  },
  {
    why: 'an edit that was not taken',
    standing: { rows: [{ ...row, spec: { limitMicroUsd: 4 } }] },
    says: 'the store holds another spec',
  },
  {
    why: 'labels that were not taken',
    standing: { rows: [{ ...row, labels: { round: '2' } }] },
    says: 'the store holds other labels',
  },
  {
    why: 'a status of an older generation',
    standing: { resources: [{ ...resource, status: { observedGeneration: 1, conditions: ready } }] },
    says: 'is ready at 1 of 2',
  },
  {
    why: 'no status',
    standing: { resources: [{ ...resource, status: { conditions: [] } }] },
    says: 'is not ready',
  },
  {
    why: 'a deletion that hangs',
    standing: { wanted: new Map([[path, 'deleted']]) },
    says: 'was deleted and is there',
  },
  {
    why: 'a resource that the cluster has lost',
    standing: { resources: [], rows: [] },
    says: 'was declared and is not there',
  },
])('it is found: $why', ({ standing, says }) => {
  expect(missed({ ...settled, ...standing })).toEqual(
    expect.arrayContaining([expect.stringContaining(says)]),
  );
});

test('growth of memory or files is a leak, and less is none', () => {
  const grown = (residentMib: [number, number], files: [number, number]) =>
    leaksOf([{ incarnation: 'controller-0.1', minutes: 9, residentMib, files }]);
  expect(grown([200, 230], [80, 40])).toEqual([]);
  expect(grown([200, 300], [80, 80])).toEqual(['controller-0.1 grew from 200 to 300 MiB']);
  expect(grown([200, 200], [40, 90])).toEqual(['controller-0.1 had 40 files open, then 90']);
});
