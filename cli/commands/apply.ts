// `lattice apply -f FILE`: plans the whole set first and changes nothing when any of it is refused; then applies in order of
// dependence and waits until each object is ready.

import { Command } from 'commander';
import { z } from 'zod';
import { inOrderOfDependence } from '../../controller/admission/order.ts';
import { displayName } from '../../crds/kinds.ts';
import type { ChangePlan } from '../../crds/plan.ts';
import { type ApiClient, clientOf, withClientOptions } from '../client.ts';
import { nameOf, type ReadManifest, readManifests } from '../manifests.ts';
import { hasErrors, renderChange, summary } from '../plan.ts';
import { UsageError } from '../usage.ts';

const flags = z.object({
  file: z.array(z.string()),
  wait: z.boolean(),
  timeout: z.coerce.number().min(1),
});

export function applyCommand(): Command {
  return withClientOptions(
    new Command('apply')
      .description('Create or update what manifests declare.')
      .requiredOption('-f, --file <paths...>', 'files or folders of manifests; - is standard input')
      .option('--no-wait', 'do not wait until the objects are ready')
      .option('--timeout <seconds>', 'longest wait for one object', '300'),
  ).action(async (options: unknown) => {
    const { file, wait, timeout } = flags.parse(options);
    const manifests = await readManifests(file);
    const client = await clientOf(options);
    const planned = await planAll(client, manifests);
    for (const [source, change] of planned) process.stderr.write(`${renderChange(change, source)}\n`);
    const changes = [...planned.values()];
    if (hasErrors(changes)) throw new UsageError('nothing was changed: correct the errors above first');
    for (const { source } of inOrderOfDependence(
      [...planned.keys()].map((read) => ({
        action: 'apply' as const,
        manifest: read.manifest,
        source: read,
      })),
    ))
      await applyOne(client, source, planned.get(source));
    if (wait) for (const source of planned.keys()) await client.waitReady(nameOf(source), timeout * 1000);
    process.stdout.write(`applied: ${summary(changes)}\n`);
  });
}

async function planAll(
  client: ApiClient,
  manifests: readonly ReadManifest[],
): Promise<Map<ReadManifest, ChangePlan>> {
  const plan = await client.plan(manifests.map(({ manifest }) => ({ action: 'apply', manifest })));
  const pairs = manifests.flatMap((source, index) => {
    const change = plan.changes[index];
    return change === undefined ? [] : [[source, change] as const];
  });
  return new Map(pairs);
}

async function applyOne(
  client: ApiClient,
  source: ReadManifest,
  change: ChangePlan | undefined,
): Promise<void> {
  const name = nameOf(source);
  if (change === undefined || change.action === 'none') return;
  if (change.action === 'create') await client.create(name, source.manifest);
  else await client.update(name, source.manifest, change.resourceVersion ?? '');
  process.stderr.write(`${change.action}d ${displayName(name.kind, name.org, name.name)}\n`);
}
