// Our provider beside one that the Go framework makes of the same resource, driven by the same Terraform in turn. The
// controller is the one of the provider's tests, in this process: it answers at once, so what differs is the providers.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeController, startFakeController } from '../../provider/testing/fake-controller.ts';
import type { Measured } from '../report.ts';
import { elements } from './elements.ts';
import { ourProvider, type Peer, referenceProvider } from './peers.ts';
import { plans } from './plans.ts';
import { startAndEnd } from './process.ts';
import { openWorkspace } from './workspace.ts';

export async function provider(say: (line: string) => void): Promise<Measured[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-bench-'));
  const controller = await startFakeController();
  try {
    const peers = { ours: await ourProvider(join(folder, 'built')), reference: await referenceProvider(say) };
    const ours = await openWorkspace(peers.ours, controller, folder);
    const reference = await openWorkspace(peers.reference, controller, folder);
    const empty = () => emptyFor(controller, Object.values(peers));
    empty();
    return [
      ...(await startAndEnd(peers.ours, peers.reference, say)),
      ...(await plans({ ours, reference, empty, say })),
      ...(await elements(ours, say)),
    ];
  } finally {
    await controller.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** An org for each provider and nothing in it; what is made there is ready at the first look, as the real one manages. */
function emptyFor({ store }: FakeController, peers: readonly Peer[]): void {
  store.objects.clear();
  const owner = { manager: 'terraform', instance: 'default', ref: '' } as const;
  for (const { name } of peers) {
    const org = name.toLowerCase();
    store.create(
      owner,
      { apiVersion: 'lattice.dev/v1alpha1', kind: 'Org', metadata: { name: org }, spec: {} },
      undefined,
    );
    for (let index = 0; index < 1_000; index++) store.verdicts.set(`Budget/${org}/budget-${index}`, []);
  }
}
