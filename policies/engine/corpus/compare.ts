// Runs the corpus on both engines. Promise: a difference names the case and both values. Never: a case skipped silently.
import { parseJson } from '../../../crds/json.ts';
import { compile } from '../compile.ts';
import { encodeInput } from '../encode.ts';
import { Pool } from '../pool.ts';
import type { CompiledPolicy } from '../types.ts';
import { type Family, moduleOf } from './case.ts';
import { startNative } from './native.ts';

export interface Difference {
  readonly family: string;
  readonly expr: string;
  readonly native: string;
  readonly ours: string;
}

export async function compareFamilies(
  families: readonly Family[],
): Promise<{ cases: number; differences: Difference[] }> {
  const compiled = await Promise.all(families.map(compileFamily));
  const native = await startNative(
    Object.fromEntries(families.map((family) => [family.name, moduleOf(family)])),
  );
  const pool = new Pool({ threads: 1, timeoutMs: 10_000, memoryMb: 128 });
  try {
    const differences: Difference[] = [];
    for (const { family, policy } of compiled) {
      for (const [index, { expr, input = {} }] of family.cases.entries()) {
        const entrypoint = `lattice/policy/${family.name}/deny_${index}`;
        const task = { digest: policy.digest, wasm: policy.wasm, entrypoints: [entrypoint] };
        const [result] = await pool.run({
          input: encodeInput(input),
          nowNs: 0n,
          order: 'rego',
          tasks: [task],
        });
        const ours = result?.ok ? show(parseJson(result.values[0] ?? 'null')) : 'error';
        const answer = await native.ask(entrypoint, input);
        const theirs = answer === 'error' ? 'error' : show(answer.value);
        if (ours !== theirs) differences.push({ family: family.name, expr, native: theirs, ours });
      }
    }
    return { cases: families.reduce((sum, { cases }) => sum + cases.length, 0), differences };
  } finally {
    await Promise.all([native.close(), pool.close()]);
  }
}

async function compileFamily(family: Family): Promise<{ family: Family; policy: CompiledPolicy }> {
  const result = await compile({ name: family.name, rego: moduleOf(family) });
  if (result.ok) return { family, policy: result.policy };
  const [first] = result.findings;
  throw new Error(
    `the module of family '${family.name}' was refused at line ${first?.line}: ${first?.message}`,
  );
}

/** One text for equal values: keys in one order, big integers digit by digit. */
function show(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return `bigint ${item}`;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
  });
}
