// `lattice get KIND [ORG | ORG/NAME]`: a table, or JSON.

import { Command } from 'commander';
import { z } from 'zod';
import { type ApiObject, conditionOf } from '../../crds/api.ts';
import { valueAt } from '../../crds/json.ts';
import type { Kind } from '../../crds/kind.ts';
import { displayName } from '../../crds/kinds.ts';
import { clientOf, withClientOptions } from '../client.ts';
import { parseKind, parseName } from '../names.ts';
import { table } from '../table.ts';
import { UsageError } from '../usage.ts';

const flags = z.object({ json: z.boolean().optional() });

export function getCommand(): Command {
  return withClientOptions(
    new Command('get')
      .description('Show objects of a kind: all of an org, or one.')
      .argument('<kind>', 'org, budget, agent, ...')
      .argument('[name]', 'ORG for all in an org, ORG/NAME for one; for orgs the name')
      .option('--json', 'print JSON'),
  ).action(async (kindText: string, nameText: string | undefined, options: unknown) => {
    const { json } = flags.parse(options);
    const kind = parseKind(kindText);
    const client = await clientOf(options);
    if (nameText !== undefined && (kind.scope === 'cluster' || nameText.includes('/'))) {
      const name = parseName(kindText, nameText);
      const object = await client.get(name);
      if (object === undefined)
        throw new UsageError(`${displayName(kind, name.org, name.name)} does not exist`);
      process.stdout.write(json ? `${JSON.stringify(object, null, 2)}\n` : render(kind, [object]));
      return;
    }
    if (kind.scope === 'org' && nameText === undefined)
      throw new UsageError(`name the org: lattice get ${kindText} ORG`);
    const objects = await client.list(kind, nameText);
    process.stdout.write(json ? `${JSON.stringify(objects, null, 2)}\n` : render(kind, objects));
  });
}

function render(kind: Kind, objects: readonly ApiObject[]): string {
  const header = ['NAME', 'READY', 'STATUS', ...kind.columns.map(({ name }) => name.toUpperCase()), 'OWNER'];
  return table(
    header,
    objects.map((object) => {
      const ready = conditionOf(object.status, 'Ready');
      return [
        object.metadata.name,
        ready?.status ?? 'Unknown',
        object.metadata.deletionTimestamp === undefined
          ? (ready?.reason ?? '')
          : `Deleting: ${ready?.reason ?? ''}`,
        ...kind.columns.map(({ pointer }) => cell(valueAt(object, pointer))),
        `${object.metadata.owner.manager}/${object.metadata.owner.instance}`,
      ];
    }),
  );
}

const cell = (value: unknown): string =>
  value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
