// `lattice delete KIND NAME`: marks the object and waits until nothing of it is left.

import { Command } from 'commander';
import { z } from 'zod';
import { displayName } from '../../crds/kinds.ts';
import { clientOf, withClientOptions } from '../client.ts';
import { parseName } from '../names.ts';

const flags = z.object({ wait: z.boolean(), timeout: z.coerce.number().min(1) });

export function deleteCommand(): Command {
  return withClientOptions(
    new Command('delete')
      .description('Delete one object. It waits for what refers to it, and never deletes that.')
      .argument('<kind>', 'org, budget, agent, ...')
      .argument('<name>', 'ORG/NAME; for orgs the name')
      .option('--no-wait', 'do not wait until it is gone')
      .option('--timeout <seconds>', 'longest wait', '300'),
  ).action(async (kindText: string, nameText: string, options: unknown) => {
    const { wait, timeout } = flags.parse(options);
    const name = parseName(kindText, nameText);
    const client = await clientOf(options);
    await client.delete(name);
    if (wait) await client.waitGone(name, timeout * 1000);
    process.stdout.write(`${wait ? 'deleted' : 'deleting'} ${displayName(name.kind, name.org, name.name)}\n`);
  });
}
