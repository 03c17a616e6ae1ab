// Evaluates compiled policies against one input.
// Promise: a finding, a deferral or silence for each rule and change; a policy that fails is a finding and stops nobody else.
// Never: an effect, the clock, or an exception for what a policy does.
import { availableParallelism } from 'node:os';
import { deferralsOf } from './deferral.ts';
import { encodeInput } from './encode.ts';
import { failureOf, findingsOf, keyText } from './outcome.ts';
import { Pool, type PoolLimits } from './pool.ts';
import type { TaskResult } from './protocol.ts';
import type { CompiledPolicy, Deferral, PolicyFinding, PolicyInput, Verdict } from './types.ts';

export interface EvaluateOptions {
  /** What `time.now_ns()` says throughout. Without it time stands at the epoch, so nobody depends on it by accident. */
  readonly nowNs?: bigint;
}

const defaults: PoolLimits = {
  threads: Math.min(4, availableParallelism()),
  timeoutMs: 2_000,
  memoryMb: 128,
};

export class PolicyEngine {
  readonly #pool: Pool;

  constructor(limits: Partial<PoolLimits> = {}) {
    this.#pool = new Pool({ ...defaults, ...limits });
  }

  async evaluate(
    policies: readonly CompiledPolicy[],
    input: PolicyInput,
    { nowNs = 0n }: EvaluateOptions = {},
  ): Promise<Verdict> {
    const results = await this.#pool.run({
      input: encodeInput(input),
      nowNs,
      // Findings are put in an order of their own.
      order: 'any',
      tasks: policies.map(({ digest, wasm, rules }) => ({
        digest,
        wasm,
        entrypoints: rules.map(({ entrypoint }) => entrypoint),
      })),
    });
    const judged = policies.map((policy, index) => judge(policy, results[index], input));
    return {
      findings: judged.flatMap(({ findings }) => findings),
      deferred: judged.flatMap(({ deferred }) => deferred),
      digests: policies.map(({ digest }) => digest),
    };
  }

  /** Ends the threads; evaluations under way are rejected. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}

interface Judged {
  readonly findings: readonly PolicyFinding[];
  readonly deferred: readonly Deferral[];
}

function judge(policy: CompiledPolicy, result: TaskResult | undefined, input: PolicyInput): Judged {
  if (!result?.ok) {
    const { code, message } = result ?? { code: 'PolicyFailed', message: 'there is no result' };
    return { findings: [failureOf(policy, code, message)], deferred: [] };
  }
  const perRule = policy.rules.map((rule, index): Judged => {
    const deferred = deferralsOf(rule, input.changes);
    const findings = findingsOf(rule, result.values[index] ?? '[]', input.changes).sort(byPlace);
    if (deferred.length === 0) return { findings, deferred };
    const waiting = new Set(deferred.map(({ object }) => keyText(object)));
    // Where a finding may depend on any change, none can be told while one of them is not known.
    const told = findings.filter(
      ({ code, object }) =>
        code !== 'PolicyViolation' || (rule.scope === 'change' && object && !waiting.has(keyText(object))),
    );
    return { findings: told, deferred };
  });
  return {
    findings: perRule.flatMap(({ findings }) => findings),
    deferred: perRule.flatMap(({ deferred }) => deferred),
  };
}

/** Not the order of the set, which depends on the words. */
function byPlace(a: PolicyFinding, b: PolicyFinding): number {
  const text = (finding: PolicyFinding) =>
    JSON.stringify([finding.object ? keyText(finding.object) : '', finding.pointer, finding.message]);
  return text(a) < text(b) ? -1 : Number(text(a) > text(b));
}
