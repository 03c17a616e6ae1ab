// How fast custom resources become Ready, and how fast the same API server takes the same objects without us.

import { z } from 'zod';
import { collectionPath } from '../../controller/kubernetes/api/resource.ts';
import { API_VERSION } from '../../crds/api.ts';
import { kindNamed } from '../../crds/kinds.ts';
import { NAMESPACE, resource } from '../../test/e2e/kubernetes/stand.ts';
import { inParallel } from '../spine/load.ts';
import type { BenchClient } from './client.ts';

const KINDS = ['Budget', 'AgentRole'] as const;

/** Every other one is a role. */
function manifestOf(index: number, namespace = NAMESPACE) {
  return index % 2 === 0
    ? resource('Budget', `budget-${index}`, { limitMicroUsd: index }, { namespace })
    : resource(
        'AgentRole',
        `role-${index}`,
        { rules: [{ effect: 'allow', verbs: ['get', 'list'], kinds: ['Agent'] }] },
        { namespace },
      );
}

const RAW = 'raw';

/** Objects a second that a client creates and patches a status into. Leaves nothing. */
export async function raw({ api, create }: BenchClient, count: number): Promise<number> {
  await api.call(z.unknown(), {
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: RAW } },
  });
  const at = new Date().toISOString();
  const condition = {
    status: 'True',
    reason: 'InForce',
    message: '',
    observedGeneration: 1,
    lastTransitionTime: at,
  };
  const status = {
    observedGeneration: 1,
    conditions: [
      { type: 'Ready', ...condition },
      { type: 'Synced', ...condition },
    ],
  };
  const began = performance.now();
  await inParallel(count, async (index) => {
    const manifest = manifestOf(index, RAW);
    await create(manifest.kind, manifest, RAW);
    const { kind, metadata } = manifest;
    await api.call(z.unknown(), {
      method: 'PATCH',
      path: `${rawPath(kind)}/${metadata.name}/status`,
      query: { fieldManager: 'bench', force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion: API_VERSION, kind, metadata: { name: metadata.name, namespace: RAW }, status },
    });
  });
  const seconds = (performance.now() - began) / 1000;
  for (const kind of KINDS) await api.call(z.unknown(), { method: 'DELETE', path: rawPath(kind) });
  return count / seconds;
}

function rawPath(name: string): string {
  const kind = kindNamed(name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return collectionPath(kind, RAW);
}

export async function budgetsAndRoles(client: BenchClient, count: number): Promise<number> {
  const began = performance.now();
  const ready = client.untilReady(KINDS, count);
  await inParallel(count, (index) => createOne(client, index));
  await ready;
  return count / ((performance.now() - began) / 1000);
}

const createOne = async ({ create }: BenchClient, index: number): Promise<void> => {
  const manifest = manifestOf(index);
  await create(manifest.kind, manifest);
};

export async function agents(client: BenchClient, count: number): Promise<number> {
  const began = performance.now();
  const ready = client.untilReady(['Agent'], count);
  const spec = { model: { provider: 'ollama', name: 'smollm2' }, budget: 'budget-2' };
  await inParallel(count, (index) => client.create('Agent', resource('Agent', `agent-${index}`, spec)));
  await ready;
  return count / ((performance.now() - began) / 1000);
}

/** `more` budgets and roles beside the `there` first ones. */
export async function fill(client: BenchClient, there: number, more: number): Promise<void> {
  await inParallel(more, (index) => createOne(client, there + index));
  await client.untilReady(KINDS, there + more);
}
