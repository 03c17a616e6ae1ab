// Policies: one warm decision here beside the same decision by `opa run --server` over loopback, and a large plan.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompiledPolicy, compile, PolicyEngine, type PolicyInput } from '../policies/engine/index.ts';
import { startChild } from '../servers/child.ts';
import { findTool } from '../servers/find.ts';
import { freePort } from '../servers/ports.ts';
import { eventually } from '../test/support/eventually.ts';
import { type Measured, quantile } from './report.ts';

const DECISIONS = 10_000;
const BLOCKS = 10;
const CHANGES = 1_000;
const POLICIES = 20;
const RUNS = 5;

const rego = (name: string, forbidden: string): string => `package lattice.policy.${name}

deny contains finding if {
	some change in input.changes
	change.kind == "Agent"
	some index, tool in change.after.spec.tools
	startswith(tool, "${forbidden}")
	finding := {"object": change, "pointer": sprintf("/spec/tools/%d", [index]), "message": sprintf("tool %q is not allowed", [tool])}
}
`;

/** Of so many changes, one has the tool that a policy forbids. */
const RARE = 100;
const OFTEN = 7;
const tool = (index: number, outOf: number): string => `shell-${String(index % outOf).padStart(2, '0')}`;

const inputOf = (count: number, outOf: number): PolicyInput => ({
  actor: { name: 'bench' },
  source: 'bench',
  changes: Array.from({ length: count }, (_, index) => ({
    action: 'create' as const,
    kind: 'Agent',
    org: 'acme',
    name: `agent-${index}`,
    before: null,
    after: {
      metadata: { org: 'acme', name: `agent-${index}`, labels: { team: 'core' }, annotations: {} },
      spec: {
        model: { provider: 'ollama', name: 'smollm2' },
        tools: ['search', 'reply', tool(index, outOf)],
        desiredState: 'running',
      },
    },
    unknown: [],
  })),
  refs: {},
  totals: {},
});

export async function policy(say: (line: string) => void): Promise<Measured[]> {
  const engine = new PolicyEngine();
  try {
    say(`${DECISIONS} decisions here and by opa's server, in turns`);
    const single = await compiled('one', tool(0, RARE));
    const { ours, server } = await decisions(engine, single);
    say(`${CHANGES} changes against ${POLICIES} policies`);
    const large = await plans(engine, RARE);
    const broken = await plans(engine, OFTEN);
    const reach = { atMost: 0.2 };
    return [
      {
        work: 'one decision, warm, p50',
        figure: quantile(ours, 0.5),
        unit: 'ms',
        peer: { name: 'opa server', figure: quantile(server, 0.5) },
        reach,
      },
      {
        work: 'one decision, warm, p99',
        figure: quantile(ours, 0.99),
        unit: 'ms',
        peer: { name: 'opa server', figure: quantile(server, 0.99) },
      },
      {
        work: `${CHANGES} changes against ${POLICIES} policies, each broken by one in ${RARE}`,
        figure: quantile(large, 0.5),
        unit: 'ms',
        reach: { atMost: 100 },
      },
      // Its cost is that of telling the findings, nearly three thousand of them; shown, and bound by nothing.
      {
        work: `the same, every policy broken by one change in ${OFTEN}`,
        figure: quantile(broken, 0.5),
        unit: 'ms',
      },
    ];
  } finally {
    await engine.close();
  }
}

async function compiled(name: string, forbidden: string): Promise<CompiledPolicy> {
  const result = await compile({ name, rego: rego(name, forbidden) });
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.policy;
}

async function decisions(
  engine: PolicyEngine,
  policy: CompiledPolicy,
): Promise<{ ours: number[]; server: number[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-bench-'));
  const port = await freePort();
  await writeFile(join(folder, 'one.rego'), rego('one', tool(0, RARE)));
  const { path } = await findTool('opa');
  const child = await startChild({
    name: 'opa',
    command: path,
    args: [
      'run',
      '--server',
      '--addr',
      `127.0.0.1:${port}`,
      '--log-level',
      'error',
      join(folder, 'one.rego'),
    ],
    logFile: join(folder, 'opa.log'),
    stopSignal: 'SIGTERM',
    stopLimitMs: 10_000,
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    const health = () =>
      fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually('opa serves', health, (ok) => ok);
    const input = inputOf(1, RARE);
    const body = JSON.stringify({ input });
    const ask = async (): Promise<void> => {
      const answer = await fetch(`${url}/v1/data/lattice/policy/one/deny`, { method: 'POST', body });
      await answer.arrayBuffer();
    };
    const judge = () => engine.evaluate([policy], input);
    const [ours, server]: [number[], number[]] = [[], []];
    // In blocks, in turns: each is measured as its only user would find it, and both while the machine is the same.
    for (let block = 0; block <= BLOCKS; block++)
      for (const [samples, run] of [
        [ours, judge],
        [server, ask],
      ] as const)
        for (let index = 0; index < DECISIONS / BLOCKS; index++) {
          const began = performance.now();
          await run();
          if (block > 0) samples.push(performance.now() - began);
        }
    return { ours, server };
  } finally {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function plans(engine: PolicyEngine, outOf: number): Promise<number[]> {
  const policies = await Promise.all(
    Array.from({ length: POLICIES }, (_, index) => compiled(`p${index}`, tool(index, outOf))),
  );
  const input = inputOf(CHANGES, outOf);
  const samples: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const began = performance.now();
    await engine.evaluate(policies, input);
    if (run > 0) samples.push(performance.now() - began);
  }
  return samples;
}
