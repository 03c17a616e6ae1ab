// Compiled policies by digest: in memory, in Postgres, else compiled now. Two who want the same one compile it once.

import { z } from 'zod';
import {
  type CompiledPolicy,
  type CompileResult,
  compile,
  digestOf,
  type PolicySource,
} from '../../policies/engine/index.ts';
import { ruleSchema } from '../../policies/engine/types.ts';
import type { Database } from '../../store/database.ts';

export interface PolicyLibrary {
  /** The compiled policy, or what is wrong with its source. */
  load(source: PolicySource): Promise<CompileResult>;
}

const MOST_REMEMBERED = 1_000;

export function policyLibrary(db: Database): PolicyLibrary {
  const known = new Map<string, Promise<CompileResult>>();
  return {
    load: (source) => {
      const digest = digestOf(source);
      const remembered = known.get(digest);
      if (remembered !== undefined) return remembered;
      const loading = loadOrCompile(db, source, digest);
      known.set(digest, loading);
      // What failed for a reason outside the source is tried again.
      loading.catch(() => known.delete(digest));
      const [oldest] = known.keys();
      if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
      return loading;
    },
  };
}

const row = z.object({
  policy: z.object({
    name: z.string(),
    digest: z.string(),
    title: z.string(),
    description: z.string(),
    rules: z.array(ruleSchema),
  }),
  wasm: z.instanceof(Buffer),
});

async function loadOrCompile(db: Database, source: PolicySource, digest: string): Promise<CompileResult> {
  const [stored] = await db.rows(row, 'SELECT policy, wasm FROM compiled_policies WHERE digest = $1', [
    digest,
  ]);
  if (stored !== undefined)
    return { ok: true, policy: { ...stored.policy, wasm: new Uint8Array(stored.wasm) } };
  const result = await compile(source);
  if (result.ok) await store(db, result.policy);
  return result;
}

async function store(db: Database, { wasm, ...policy }: CompiledPolicy): Promise<void> {
  await db.run(
    'INSERT INTO compiled_policies (digest, policy, wasm) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [policy.digest, JSON.stringify(policy), Buffer.from(wasm)],
  );
}
