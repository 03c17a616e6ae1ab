// `npm run demo`: the main job end to end on real servers, told step by step. Everything that is shown is read from
// Postgres, Temporal and the ledger themselves. With --json all steps and their outcomes are one JSON object on standard output;
// --cli terraform or --cli tofu chooses who applies; --kubernetes adds a cluster, where kubectl declares.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { buildMirror } from '../../provider/build.ts';
import { findTerraform } from '../../servers/terraform.ts';
import { startDevProcess } from '../support/dev.ts';
import { openWorld } from '../support/world.ts';
import { type DemoCluster, startDemoCluster } from './cluster.ts';
import { clusterStory } from './cluster-story.ts';
import { ending } from './ending.ts';
import { type Scene, story } from './story.ts';
import { type TerraformDriver, terraformIn } from './terraform.ts';

interface Outcome {
  readonly step: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly shown: readonly string[];
  readonly error?: string;
}

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    cli: { type: 'string' },
    kubernetes: { type: 'boolean', default: false },
  },
});
const product = z.enum(['terraform', 'tofu'], '--cli is terraform or tofu').optional().parse(flags.cli);
const say = (line: string): void => {
  if (!flags.json) process.stdout.write(`${line}\n`);
};

const folder = await mkdtemp(join(tmpdir(), 'lattice-demo-'));
const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
const outcomes: Outcome[] = [];

async function step<T>(name: string, run: (show: (line: string) => void) => Promise<T>): Promise<T> {
  say(`\n● ${name}`);
  const began = performance.now();
  const shown: string[] = [];
  const show = (line: string): void => {
    shown.push(line);
    say(`    ${line}`);
  };
  const end = (error?: unknown): void => {
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const ok = error === undefined;
    outcomes.push({ step: name, ok, seconds, shown, ...(!ok && { error: String(error) }) });
    say(ok ? `  ✓ ${seconds} s` : `  ✗ ${String(error)}`);
  };
  try {
    const result = await run(show);
    end();
    return result;
  } catch (error) {
    end(error);
    throw error;
  }
}

async function openCluster(): Promise<DemoCluster> {
  return await step(
    'a cluster: etcd, the API server and its controllers, and our kinds in it',
    async (show) => {
      const cluster = await startDemoCluster(join(folder, 'cluster'), show);
      undo.push(() => cluster.stop());
      return cluster;
    },
  );
}

async function openScene(kubeconfig: string | undefined): Promise<Scene> {
  const dev = await step('lattice dev starts Postgres, Temporal, a controller and a worker', async (show) => {
    const started = await startDevProcess({
      folder: join(folder, 'dev'),
      sweepIntervalMs: 1_000,
      onProgress: show,
      ...(kubeconfig !== undefined && { kubeconfig }),
    });
    undo.push(() => started.stop());
    return started;
  });
  const world = await openWorld(dev.state);
  undo.push(() => world.close());
  const terraform = await step(
    'the provider is built and Terraform finds it in a filesystem mirror',
    async (show) => {
      const mirror = await buildMirror({ out: join(folder, 'provider') });
      const cli = await findTerraform({ progress: show, product });
      show(`${cli.product} ${cli.version}`);
      const open = async (example: string): Promise<TerraformDriver> => {
        const workspace = join(folder, example);
        const source = join(import.meta.dirname, '../../examples/terraform', example);
        await cp(source, workspace, { recursive: true });
        const driver = await terraformIn(workspace, mirror, dev.state, cli);
        show(`${example}: ${(await driver.run('init', '-input=false')).lastLine}`);
        return driver;
      };
      return { quickstart: await open('quickstart'), governance: await open('governance') };
    },
  );
  return { dev, world, terraform: terraform.quickstart, governance: terraform.governance, org: 'acme' };
}

let failed = false;
try {
  const cluster = flags.kubernetes ? await openCluster() : undefined;
  const scene = await openScene(cluster?.kubeconfig);
  const steps = [...story, ...(cluster === undefined ? [] : clusterStory(cluster)), ...ending];
  for (const { name, tell } of steps) await step(name, (show) => tell(scene, show));
} catch {
  // Told by the step that failed.
  failed = true;
} finally {
  for (const end of undo.reverse()) await end().catch((error: unknown) => say(String(error)));
}
const passed = outcomes.filter(({ ok }) => ok).length;
const total = outcomes.length - passed;
if (flags.json)
  process.stdout.write(`${JSON.stringify({ name: 'demo', ok: !failed, steps: outcomes }, null, 2)}\n`);
say(failed ? '\nThe demo failed.' : '\nThe whole story was true.');
process.stdout.write(flags.json ? '' : `demo: ${passed} passed, ${total} failed\n`);
process.exitCode = failed ? 1 : 0;
