// `lattice adopt KIND NAME [--owner MANAGER/INSTANCE]`: moves the ownership of an object; its spec stays as it is.

import { Command } from 'commander';
import { displayName } from '../../crds/kinds.ts';
import { clientOf, withClientOptions } from '../client.ts';
import { parseName } from '../names.ts';

export function adoptCommand(): Command {
  return withClientOptions(
    new Command('adopt')
      .description('Take over the ownership of an object.')
      .argument('<kind>', 'org, budget, agent, ...')
      .argument('<name>', 'ORG/NAME; for orgs the name'),
  ).action(async (kindText: string, nameText: string, options: unknown) => {
    const name = parseName(kindText, nameText);
    const client = await clientOf(options);
    const { owner } = (await client.adopt(name)).metadata;
    process.stdout.write(
      `${displayName(name.kind, name.org, name.name)} is now owned by ${owner.manager}/${owner.instance}\n`,
    );
  });
}
