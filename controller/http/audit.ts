// Reading the ledger. Links are sent as they are stored, so that whoever receives them can verify them alone.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { listChains, readLinks } from '../../audit/read.ts';
import { SYSTEM_CHAIN } from '../../crds/audit.ts';
import { LatticeError } from '../../crds/findings.ts';
import type { Caller } from '../admission/caller.ts';
import type { ControllerContext } from '../context.ts';
import { parseQuery } from './request.ts';

const exportQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
});

export function auditRoutes(app: FastifyInstance, { db }: ControllerContext): void {
  app.get('/v1/audit/chains', async (request) => {
    const caller = auditor(request.caller);
    const chains = await listChains(db);
    return { items: chains.filter(({ chain, org }) => mayAudit(caller, chain, org)) };
  });

  app.get<{ Params: { chain: string } }>('/v1/audit/chains/:chain', async (request, reply) => {
    const caller = auditor(request.caller);
    const { chain } = request.params;
    const { after, limit } = parseQuery(exportQuery, request.query);
    const known = (await listChains(db)).find((summary) => summary.chain === chain);
    if (known === undefined) throw new LatticeError('NotFound', 'there is no such chain');
    if (!mayAudit(caller, known.chain, known.org))
      throw new LatticeError('Forbidden', `the token "${caller.name}" does not reach this chain`);
    const links = await readLinks(db, chain, after, limit);
    return reply.type('application/jsonl').send(links.map((link) => `${JSON.stringify(link)}\n`).join(''));
  });
}

function auditor(caller: Caller): Caller {
  if (!caller.verbs.includes('audit'))
    throw new LatticeError('Forbidden', `the token "${caller.name}" does not have the verb "audit"`);
  return caller;
}

/** The system chain tells of every org, so only a token that reaches all of them reads it. */
function mayAudit(caller: Caller, chain: string, org: string): boolean {
  return caller.orgs === 'all' || (chain !== SYSTEM_CHAIN && caller.orgs.includes(org));
}
