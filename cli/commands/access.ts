// `lattice access of SUBJECT ORG`: what a user, a group or an agent may and may not do, and which role says so.

import { Command } from 'commander';
import { z } from 'zod';
import { accessSchema, type Permission } from '../../crds/access.ts';
import { parseJson } from '../../crds/json.ts';
import { clientOf, withClientOptions } from '../client.ts';
import { table } from '../table.ts';

const flags = z.object({ group: z.array(z.string()).default([]), json: z.boolean().optional() });

export function accessCommand(): Command {
  return new Command('access').description('Show who may do what.').addCommand(
    withClientOptions(
      new Command('of')
        .description('Show what a subject may and may not do; deny wins over allow.')
        .argument('<subject>', 'user:NAME, group:NAME or agent:NAME')
        .argument('<org>', 'name of the org')
        .option(
          '--group <name>',
          'a group that the subject is in; may be repeated',
          (name: string, before: string[] = []) => [...before, name],
        )
        .option('--json', 'print JSON'),
    ).action(async (subject: string, org: string, options: unknown) => {
      const { group, json } = flags.parse(options);
      const client = await clientOf(options);
      const query = new URLSearchParams({ subject });
      for (const name of group) query.append('group', name);
      const text = await client.read(`/v1/orgs/${encodeURIComponent(org)}/access?${query}`);
      const access = accessSchema.parse(parseJson(text));
      process.stdout.write(json ? `${JSON.stringify(access, null, 2)}\n` : render(access.permissions));
    }),
  );
}

/** One line for each verb and kind, so that it can be searched for either. */
function render(permissions: readonly Permission[]): string {
  if (permissions.length === 0) return 'nothing is allowed: no role reaches the subject\n';
  return table(
    ['VERB', 'KIND', 'SELECTOR', 'EFFECT', 'ROLE', 'BINDING', 'SUBJECT'],
    permissions.flatMap(({ verbs, kinds, selector, effect, origin }) =>
      verbs.flatMap((verb) =>
        kinds.map((kind) => [
          verb,
          kind,
          selector === '' ? '-' : selector,
          effect,
          origin.roles.join(' > '),
          origin.binding,
          origin.subject,
        ]),
      ),
    ),
  );
}
