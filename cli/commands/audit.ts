// `lattice audit list | export | verify`: the ledger, read from the controller, from a database or from an exported file, and
// always verified here, by us, from the exact bytes.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { z } from 'zod';
import { type ChainSummary, listChains, readLinks } from '../../audit/read.ts';
import { type ChainVerdict, verifyChain } from '../../audit/verify.ts';
import { type AuditLink, auditEventSchema, auditLinkSchema } from '../../crds/audit.ts';
import { openDatabase } from '../../store/database.ts';
import { clientOf, withClientOptions } from '../client.ts';
import { table } from '../table.ts';
import { requireDatabaseUrl, UsageError } from '../usage.ts';

const PAGE = 1_000;

interface LinkSource {
  chains(): Promise<ChainSummary[]>;
  links(chain: string): AsyncIterable<AuditLink>;
  close(): Promise<void>;
}

const sourceFlags = z.object({
  database: z.string().optional(),
  file: z.string().optional(),
  org: z.string().optional(),
});

export function auditCommand(): Command {
  return new Command('audit')
    .description('Read and verify the audit ledger.')
    .addCommand(
      withSource(new Command('list').description('Show the events of the chains.')).action(
        (options: unknown) => withLinks(options, list),
      ),
    )
    .addCommand(
      withSource(
        new Command('export').description('Write the links of the chains, one JSON object a line.'),
      ).action((options: unknown) => withLinks(options, exportLinks)),
    )
    .addCommand(
      withSource(new Command('verify').description('Verify the chains; exits 1 when one is broken.')).action(
        (options: unknown) => withLinks(options, verify),
      ),
    );
}

function withSource(command: Command): Command {
  return withClientOptions(command)
    .option('--org <name>', 'only the chains of this org (system: the system chain)')
    .option('--database <url>', 'read this Postgres instead of the controller')
    .option('--file <path>', 'read this export instead of the controller');
}

async function withLinks(
  options: unknown,
  use: (source: LinkSource, chains: ChainSummary[]) => Promise<void>,
): Promise<void> {
  const { database, file, org } = sourceFlags.parse(options);
  const source =
    file !== undefined
      ? fileSource(file)
      : database !== undefined
        ? databaseSource(database)
        : await apiSource(options);
  try {
    const chains = (await source.chains()).filter((chain) => org === undefined || chain.org === org);
    if (chains.length === 0)
      throw new UsageError(org === undefined ? 'there is no chain' : `there is no chain of org ${org}`);
    await use(source, chains);
  } finally {
    await source.close();
  }
}

async function list(source: LinkSource, chains: ChainSummary[]): Promise<void> {
  const rows: string[][] = [];
  for (const { chain, org } of chains)
    for await (const link of source.links(chain)) {
      const event = auditEventSchema.parse(JSON.parse(link.event));
      const object = `${event.kind} ${event.kind === 'Org' ? event.name : `${event.org}/${event.name}`}`;
      const end = event.phase === 'intent' ? 'intent' : event.outcome;
      rows.push([
        org,
        String(link.seq),
        event.time,
        event.actor.id,
        event.action,
        object,
        end,
        event.reason,
        event.message,
      ]);
    }
  process.stdout.write(
    table(['CHAIN', 'SEQ', 'TIME', 'ACTOR', 'ACTION', 'OBJECT', 'OUTCOME', 'REASON', 'MESSAGE'], rows),
  );
}

async function exportLinks(source: LinkSource, chains: ChainSummary[]): Promise<void> {
  for (const { chain } of chains)
    for await (const link of source.links(chain)) process.stdout.write(`${JSON.stringify(link)}\n`);
}

async function verify(source: LinkSource, chains: ChainSummary[]): Promise<void> {
  const verdicts: ChainVerdict[] = [];
  for (const { chain } of chains) verdicts.push(await verifyChain(chain, source.links(chain)));
  process.stdout.write(
    table(
      ['CHAIN', 'ORG', 'LINKS', 'UNSEALED', 'HEAD', 'VERDICT'],
      verdicts.map((verdict, index) => [
        verdict.chain,
        verdict.org,
        String(verdict.length),
        String(chains[index]?.unsealed ?? 0),
        verdict.head.slice(0, 16),
        verdict.breaks.length === 0 ? 'ok' : 'BROKEN',
      ]),
    ),
  );
  const breaks = verdicts.flatMap((verdict) => verdict.breaks);
  for (const { chain, seq, problem } of breaks)
    process.stderr.write(`chain ${chain}, link ${seq}: ${problem}\n`);
  if (breaks.length > 0)
    throw new UsageError('the ledger does not verify: it was changed after it was written');
}

async function apiSource(options: unknown): Promise<LinkSource> {
  const client = await clientOf(options);
  const page = z.object({
    items: z.array(z.object({ chain: z.string(), org: z.string(), length: z.int(), unsealed: z.int() })),
  });
  return {
    chains: async () => page.parse(JSON.parse(await client.read('/v1/audit/chains'))).items,
    links: (chain) =>
      paged(async (after) => {
        const text = await client.read(
          `/v1/audit/chains/${encodeURIComponent(chain)}?after=${after}&limit=${PAGE}`,
        );
        return text
          .split('\n')
          .filter((line) => line !== '')
          .map(parseLink);
      }),
    close: async () => {},
  };
}

function databaseSource(url: string): LinkSource {
  requireDatabaseUrl(url);
  const db = openDatabase({ url, applicationName: 'lattice-audit', connections: 2 });
  return {
    chains: () => listChains(db),
    links: (chain) => paged((after) => readLinks(db, chain, after, PAGE)),
    close: () => db.close(),
  };
}

function fileSource(path: string): LinkSource {
  const lines = async function* (): AsyncGenerator<AuditLink> {
    for await (const line of createInterface({ input: createReadStream(path) }))
      if (line !== '') yield parseLink(line);
  };
  return {
    chains: async () => {
      const chains = new Map<string, ChainSummary>();
      for await (const link of lines()) {
        const known = chains.get(link.chain);
        const org = known?.org ?? (link.chain === 'system' ? 'system' : orgOf(link));
        chains.set(link.chain, { chain: link.chain, org, length: (known?.length ?? 0) + 1, unsealed: 0 });
      }
      return [...chains.values()];
    },
    links: async function* (chain) {
      for await (const link of lines()) if (link.chain === chain) yield link;
    },
    close: async () => {},
  };
}

function parseLink(line: string): AuditLink {
  try {
    return auditLinkSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new UsageError(`not a line of an export: ${line.slice(0, 80)}`, { cause: error });
  }
}

const orgOf = (link: AuditLink): string => {
  try {
    return auditEventSchema.parse(JSON.parse(link.event)).org;
  } catch {
    return link.chain;
  }
};

async function* paged(page: (after: number) => Promise<AuditLink[]>): AsyncGenerator<AuditLink> {
  for (let after = 0; ; ) {
    const links = await page(after);
    yield* links;
    const last = links.at(-1);
    if (last === undefined || links.length < PAGE) return;
    after = last.seq;
  }
}
