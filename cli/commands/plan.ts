// `lattice plan -f FILE`: what an apply would do, by the same admission; nothing is changed.

import { Command } from 'commander';
import { z } from 'zod';
import { clientOf, withClientOptions } from '../client.ts';
import { readManifests } from '../manifests.ts';
import { hasErrors, renderChange, summary } from '../plan.ts';

const flags = z.object({ file: z.array(z.string()), json: z.boolean().optional() });

export function planCommand(): Command {
  return withClientOptions(
    new Command('plan')
      .description('Show what applying manifests would do; changes nothing.')
      .requiredOption('-f, --file <paths...>', 'files or folders of manifests; - is standard input')
      .option('--json', 'print the plan as JSON'),
  ).action(async (options: unknown) => {
    const { file, json } = flags.parse(options);
    const manifests = await readManifests(file);
    const client = await clientOf(options);
    const plan = await client.plan(manifests.map(({ manifest }) => ({ action: 'apply', manifest })));
    if (json) process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
    else {
      for (const [index, change] of plan.changes.entries())
        process.stdout.write(`${renderChange(change, manifests[index])}\n`);
      process.stdout.write(`${summary(plan.changes)}\n`);
    }
    if (hasErrors(plan.changes)) process.exitCode = 1;
  });
}
