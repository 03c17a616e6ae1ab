// What tools make of our statuses: kstatus itself, which Helm, Flux and others are built on, `kubectl wait`, Helm, and Argo CD with
// the health script that we ship.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { kinds } from '../../../crds/kinds.ts';
import { run } from '../../../servers/command.ts';
import { findTool } from '../../../servers/find.ts';
import { removeFolder, temporaryFolder } from '../../support/dev.ts';
import { buildGoProgram, type GoProgram } from '../../support/go-program.ts';
import { NAMESPACE, resource, type Stand, startStand } from './stand.ts';
import { everyState, type Observed, type State } from './states.ts';

const verdict = z.strictObject({
  status: z.string().optional(),
  message: z.string().optional(),
  error: z.string().optional(),
});

let stand: Stand;
let folder: string;
let kstatus: GoProgram<z.infer<typeof verdict>>;
let argocd: GoProgram<z.infer<typeof verdict>>;
let states: Record<State, Observed>;

beforeAll(async () => {
  [kstatus, argocd, stand, folder] = await Promise.all([
    buildGoProgram('kstatus', verdict),
    buildGoProgram('argocd-health', verdict),
    startStand(),
    temporaryFolder(),
  ]);
  states = await everyState(stand);
}, 400_000);

afterAll(async () => {
  await stand?.stop();
  await kstatus?.remove();
  await argocd?.remove();
  await removeFolder(folder);
});

/**
 * A paused object is as done as it was: nothing of it changes, so a pause must not make a release wait or fail. What was changed
 * meanwhile is not in force though, so whoever waits for that change goes on waiting, until it is resumed or the wait ends.
 */
const expected: Record<State, string> = {
  fresh: 'InProgress',
  ready: 'Current',
  changed: 'InProgress',
  refused: 'Failed',
  waiting: 'InProgress',
  leaving: 'Terminating',
  paused: 'Current',
  pausedChanged: 'InProgress',
  pausedFresh: 'InProgress',
};

test('kstatus takes each state for what it is', async () => {
  const answers = await kstatus.ask(Object.values(states));
  const said = Object.keys(states).map((state, at) => [state, answers[at]?.status]);
  expect(Object.fromEntries(said)).toEqual(expected);
});

test('what is refused is told in its own words', async () => {
  const [answer] = await kstatus.ask([states.refused]);
  expect(answer?.message).toMatch(/ready/);
});

const shownByArgoCd: Record<State, string> = {
  fresh: 'Progressing',
  ready: 'Healthy',
  changed: 'Progressing',
  refused: 'Degraded',
  waiting: 'Progressing',
  leaving: 'Progressing',
  paused: 'Suspended',
  pausedChanged: 'Suspended',
  pausedFresh: 'Suspended',
};

const SETTINGS = join(import.meta.dirname, '../../../deploy/argocd/generated/argocd-cm.yaml');
const settings = z.strictObject({ data: z.record(z.string(), z.string()) });

test('Argo CD shows each state, and our words', async () => {
  const { data } = settings.parse(parse(await readFile(SETTINGS, 'utf8')));
  const answers = await argocd.ask(
    Object.values(states).map((object) => ({
      script: data[`resource.customizations.health.lattice.dev_${object.kind}`],
      object,
    })),
  );
  const said = Object.keys(states).map((state, at) => [state, answers[at]?.status]);
  expect(Object.fromEntries(said)).toEqual(shownByArgoCd);
  const [, , , refused] = answers;
  expect(refused?.message).toMatch(/ready/);
  expect(Object.keys(data)).toHaveLength(kinds.length);
});

test('the settings of Argo CD take ours beside what they say', async () => {
  await stand.kubectl('create', 'namespace', 'argocd');
  await stand.kubectl('create', 'configmap', 'argocd-cm', '-n', 'argocd', '--from-literal=url=https://cd');
  await stand.kubectl('patch', 'configmap', 'argocd-cm', '-n', 'argocd', '--patch-file', SETTINGS);
  const { data } = z
    .object({ data: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await stand.kubectl('get', 'configmap', 'argocd-cm', '-n', 'argocd', '-o', 'json')));
  expect(data.url).toBe('https://cd');
  expect(Object.keys(data)).toHaveLength(1 + kinds.length);
});

test('kubectl does not take a readiness for one of the present generation', async () => {
  const [controller] = stand.fleet.controllers;
  await stand.apply(resource('Budget', 'stale', { limitMicroUsd: 5 }));
  const wait = (limit: string) =>
    stand.kubectl('wait', 'budget/stale', '-n', NAMESPACE, '--for=condition=Ready', `--timeout=${limit}`);
  await wait('60s');
  await controller?.stop();
  await stand.apply(resource('Budget', 'stale', { limitMicroUsd: 6 }));
  await expect(wait('1s')).rejects.toThrow('timed out');
  await controller?.start();
  await wait('60s');
});

/** A chart with these objects, installed with real Helm, which waits. */
async function install(name: string, objects: readonly object[], limit: string): Promise<string> {
  const chart = join(folder, name);
  await mkdir(join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'Chart.yaml'), stringify({ apiVersion: 'v2', name, version: '1.0.0' }));
  await writeFile(
    join(chart, 'templates/objects.yaml'),
    objects.map((each) => stringify(each)).join('---\n'),
  );
  return await helm('install', name, chart, '--wait', '--timeout', limit);
}

async function helm(...args: string[]): Promise<string> {
  const { path } = await findTool('helm');
  const home = { PATH: process.env.PATH, HOME: join(folder, 'home') };
  const env = { ...home, KUBECONFIG: stand.kubernetes.apiServer.kubeconfig };
  return await run(path, [...args, '-n', NAMESPACE], { env });
}

test('helm is done with an install when everything is ready, and with an uninstall when everything is gone', async () => {
  const printed = await install(
    'works',
    [
      resource('Agent', 'helmed', { model: { provider: 'ollama', name: 'smollm2' }, budget: 'helmed' }),
      resource('Budget', 'helmed', { limitMicroUsd: 5 }),
    ],
    '90s',
  );
  expect(printed).toMatch(/STATUS: deployed/i);
  const rows = () => stand.fleet.world.sql(`SELECT FROM objects WHERE name = 'helmed'`);
  const ready = await stand.fleet.world.sql(`SELECT FROM lattice_agents WHERE name = 'helmed'`);
  expect([await rows(), ready].map(({ length }) => length)).toEqual([2, 1]);
  await helm('uninstall', 'works', '--wait', '--timeout', '90s');
  expect(await rows()).toEqual([]);
});

test('helm install --wait fails with our words when an object is refused', async () => {
  const refused = resource('Budget', 'too-much', { parent: 'ready', limitMicroUsd: 6 });
  await expect(install('fails', [refused], '60s')).rejects.toThrow(
    /too-much not ready. status: Failed, message: .* is 6, but budget "ready" allows 5/,
  );
});
