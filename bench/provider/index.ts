// Our provider beside one that the Go framework makes of the same resource, driven by the same Terraform in turn. The
// controller is the one of the provider's tests, in this process: it answers at once, so what differs is the providers.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeController, startFakeController } from '../../provider/testing/fake-controller.ts';
import type { Measured } from '../report.ts';
import { elements } from './elements.ts';
import { ourProvider, type Peer, referenceProvider } from './peers.ts';
import { MANY, plans } from './plans.ts';
import { startAndEnd } from './process.ts';
import { openWorkspace } from './workspace.ts';

export async function provider(say: (line: string) => void): Promise<Measured[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-bench-'));
  const controller = await startFakeController();
  try {
    const peers = { ours: await ourProvider(join(folder, 'built')), reference: await referenceProvider(say) };
    const ours = await openWorkspace(peers.ours, controller, folder);
    const reference = await openWorkspace(peers.reference, controller, folder);
    const empty = (peer: Peer) => emptyFor(controller, peer);
    Object.values(peers).forEach(empty);
    return [
      ...(await startAndEnd(peers.ours, peers.reference, say)),
      ...(await plans({ ours, reference, empty, say })),
      // A folder of its own: what the other plans leave in their state would be planned too.
      ...(await elements(await openWorkspace(peers.ours, controller, join(folder, 'wide')), say)),
    ];
  } finally {
    await controller.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** An org of its own and nothing in it; what is made there is ready at the first look, as the real controller manages. */
function emptyFor({ store }: FakeController, { name }: Peer): void {
  const org = name.toLowerCase();
  for (const key of store.objects.keys()) if (key.split('/')[1] === org) store.objects.delete(key);
  const owner = { manager: 'terraform', instance: 'default', ref: '' } as const;
  const manifest = { apiVersion: 'lattice.dev/v1alpha1', kind: 'Org', metadata: { name: org }, spec: {} };
  store.create(owner, manifest, undefined);
  for (let index = 0; index < MANY; index++) store.verdicts.set(`Budget/${org}/budget-${index}`, []);
}
