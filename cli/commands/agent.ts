// `lattice agent hold | release | holds ORG/NAME`: keeps an agent from working for a while, whatever is declared of it.

import { Command, Option } from 'commander';
import { z } from 'zod';
import { agent } from '../../crds/agent.ts';
import { type Hold, holdListSchema, holdModeSchema, holdModes, holdSchema } from '../../crds/hold.ts';
import { parseJson } from '../../crds/json.ts';
import { clientOf, itemPath, withClientOptions } from '../client.ts';
import { parseName } from '../names.ts';
import { table } from '../table.ts';

export function agentCommand(): Command {
  return new Command('agent')
    .description('Hold agents and let them go; what is declared of them stays as it is.')
    .addCommand(holdCommand())
    .addCommand(releaseCommand())
    .addCommand(holdsCommand());
}

const named = (command: string, description: string): Command =>
  withClientOptions(new Command(command).description(description).argument('<agent>', 'ORG/NAME'));

const modeOption = (): Option =>
  new Option('--mode <mode>', 'pause: takes no turn; halt: its workflow is ended')
    .choices([...holdModes])
    .default('pause');

const modeFlag = z.object({ mode: holdModeSchema });
const holdFlags = modeFlag.extend({ reason: z.string(), expires: z.string().optional() });

function holdCommand(): Command {
  return named('hold', 'Hold an agent. To hold it again changes the reason and the expiry.')
    .requiredOption('--reason <text>', 'why, for whoever finds it held')
    .option(
      '--expires <time>',
      'when the hold ends by itself, in RFC 3339; stays until released when left out',
    )
    .addOption(modeOption())
    .action(async (agentText: string, options: unknown) => {
      const { mode, reason, expires } = holdFlags.parse(options);
      const client = await clientOf(options);
      const body = { reason, ...(expires !== undefined && { expiresAt: expires }) };
      const hold = holdSchema.parse(parseJson(await client.write('PUT', holdPath(agentText, mode), body)));
      const until = hold.expiresAt === undefined ? 'until it is released' : `until ${hold.expiresAt}`;
      process.stdout.write(`holding agent ${agentText} (${hold.mode}) ${until}\n`);
    });
}

function releaseCommand(): Command {
  return named('release', 'Lift a hold of an agent.')
    .addOption(modeOption())
    .action(async (agentText: string, options: unknown) => {
      const { mode } = modeFlag.parse(options);
      const client = await clientOf(options);
      holdSchema.parse(parseJson(await client.write('DELETE', holdPath(agentText, mode))));
      process.stdout.write(`released agent ${agentText} (${mode})\n`);
    });
}

function holdsCommand(): Command {
  return named('holds', 'Show the holds of an agent that are in force.')
    .option('--json', 'print JSON')
    .action(async (agentText: string, options: unknown) => {
      const { json } = z.object({ json: z.boolean().optional() }).parse(options);
      const client = await clientOf(options);
      const { items } = holdListSchema.parse(parseJson(await client.read(holdPath(agentText))));
      process.stdout.write(json ? `${JSON.stringify(items, null, 2)}\n` : render(items));
    });
}

function holdPath(agentText: string, mode?: string): string {
  const holds = `${itemPath(parseName(agent.singular, agentText))}/holds`;
  return mode === undefined ? holds : `${holds}/${mode}`;
}

function render(holds: readonly Hold[]): string {
  if (holds.length === 0) return 'nothing holds it\n';
  return table(
    ['MODE', 'ACTOR', 'SINCE', 'UNTIL', 'REASON'],
    holds.map(({ mode, actor, reason, createdAt, expiresAt }) => [
      mode,
      actor,
      createdAt,
      expiresAt ?? '-',
      reason,
    ]),
  );
}
