// What the tests of this folder need: both renderings, and a real API server that is asked to take them.
// Promise: the server holds the definitions and the namespace, as it would when the rest is applied.
// Never: used by anything but tests.
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { run } from '../servers/command.ts';
import { findTool } from '../servers/find.ts';
import { type Kubectl, kubectlFor } from '../servers/kubernetes/kubectl.ts';
import { startKubernetes } from '../servers/kubernetes/kubernetes.ts';
import { eventually, temporaryFolder } from '../servers/testing.ts';

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
export type Manifest = z.infer<typeof manifest>;

export const chart = join(import.meta.dirname, 'helm/lattice');

export interface Cluster extends AsyncDisposable {
  /** A temporary folder. */
  readonly folder: string;
  /** As the admin. */
  readonly kubectl: Kubectl;
  helm(...args: string[]): Promise<string>;
  /** With strict validation; resolves with a line for each object. */
  apply(manifests: readonly unknown[], ...args: string[]): Promise<string>;
  kustomized(): Promise<Manifest[]>;
  charted(...args: string[]): Promise<Manifest[]>;
}

export async function startCluster(): Promise<Cluster> {
  await using started = new AsyncDisposableStack();
  const { path: folder } = started.use(await temporaryFolder());
  const running = await startKubernetes({ folder: join(folder, 'kubernetes'), unsafeNoFsync: true });
  started.defer(running.stop);
  const kubectl = await kubectlFor(running.apiServer.kubeconfig);
  const helmPath = (await findTool('helm')).path;
  const helm = (...args: string[]) =>
    run(helmPath, args, { env: { PATH: process.env.PATH, HOME: join(folder, 'helm') } });
  const apply = async (manifests: readonly unknown[], ...args: string[]) => {
    const file = join(folder, `${randomUUID()}.yaml`);
    await writeFile(file, manifests.map((each) => stringify(each)).join('---\n'));
    return kubectl('apply', '--validate=strict', '-f', file, ...args);
  };
  const kustomized = async () => read(await kubectl('kustomize', join(import.meta.dirname, 'kustomize')));
  const charted = async (...args: string[]) =>
    read(await helm('template', 'lattice', chart, '--namespace', 'lattice-system', ...args));
  const first = ['CustomResourceDefinition', 'Namespace'];
  await apply([podMonitorDefinition, ...(await kustomized()).filter(({ kind }) => first.includes(kind))]);
  await kubectl('wait', 'crd', '--all', '--for=condition=Established');
  await eventually('new kinds are served', () =>
    kubectl('get', 'podmonitors,agents', '-A').then(
      () => true,
      () => false,
    ),
  );
  const kept = started.move();
  const dispose = () => kept.disposeAsync();
  return { folder, kubectl, helm, apply, kustomized, charted, [Symbol.asyncDispose]: dispose };
}

function read(yaml: string): Manifest[] {
  return parseAllDocuments(yaml)
    .map((document): unknown => document.toJS())
    .filter((value) => value !== null)
    .map((value) => manifest.parse(value));
}

/** By kind and name, so that order does not count; settings as what they say. */
export function byName(manifests: readonly Manifest[]): Record<string, unknown> {
  return Object.fromEntries(
    manifests.map((each) => [
      `${each.kind}/${each.metadata.name}`,
      each.kind === 'ConfigMap' ? { ...each, data: parse(settingsText([each])) } : each,
    ]),
  );
}

const settings = z.object({ data: z.object({ 'lattice.yaml': z.string() }) });

/** The file of settings that the programs are given. */
export function settingsText(manifests: readonly Manifest[]): string {
  return settings.parse(manifests.find(({ kind }) => kind === 'ConfigMap')).data['lattice.yaml'];
}

/** The least that a PodMonitor can be checked by: the Prometheus operator's own definition is not ours to carry. */
const podMonitorDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'podmonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind: 'PodMonitor', listKind: 'PodMonitorList', plural: 'podmonitors', singular: 'podmonitor' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
