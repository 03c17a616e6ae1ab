// What has to do with Kubernetes among the pins: a control plane, and the tools that people talk to it with.
// Promise: all are built from the Go module proxy; those of Kubernetes itself resolve to the same modules, so what one build
//   has compiled the next one takes from Go's cache.
// Never: an entry that pins.ts does not include.
import type { GoSource, Pin } from '../pins.ts';

const version = '1.37.2';

/** Kubernetes' own libraries. Its go.mod replaces each by a folder of its repository, which Go ignores in a dependency. */
const staging = [
  'api',
  'apiextensions-apiserver',
  'apimachinery',
  'apiserver',
  'cli-runtime',
  'client-go',
  'cloud-provider',
  'cluster-bootstrap',
  'code-generator',
  'component-base',
  'component-helpers',
  'controller-manager',
  'cri-api',
  'cri-client',
  'cri-streaming',
  'csi-translation-lib',
  'dynamic-resource-allocation',
  'endpointslice',
  'externaljwt',
  'kms',
  'kube-aggregator',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'metrics',
  'mount-utils',
  'pod-security-admission',
  'sample-apiserver',
  'sample-cli-plugin',
  'sample-controller',
  'streaming',
];

/** Without symbols, which are a third of the file. */
const stripped = ['-s', '-w'];
const buildInfo = 'k8s.io/component-base/version';

function builtFrom(command: string, buildMinutes: number): GoSource {
  return {
    kind: 'go',
    module: 'k8s.io/kubernetes',
    command: `k8s.io/kubernetes/cmd/${command}`,
    sum: 'h1:A2VDEiObzkYqFTKhSsn0ZEb0RlLEXpHWj93gi2HqEwE=',
    replaces: Object.fromEntries(staging.map((name) => [`k8s.io/${name}`, `k8s.io/${name} v0.37.2`])),
    tags: [],
    // A release's build sets these; without them every program would call itself v0.0.0, also to its clients.
    ldflags: [
      ...stripped,
      `-X ${buildInfo}.gitVersion=v${version}`,
      `-X ${buildInfo}.gitMajor=1`,
      `-X ${buildInfo}.gitMinor=37`,
      `-X ${buildInfo}.gitTreeState=clean`,
    ],
    buildMinutes,
  };
}

export const kubernetesPins = {
  etcd: {
    name: 'etcd',
    version: '3.7.3',
    env: 'LATTICE_ETCD',
    versionArgs: ['--version'],
    source: {
      kind: 'go',
      module: 'go.etcd.io/etcd/server/v3',
      command: 'go.etcd.io/etcd/server/v3',
      sum: 'h1:KcTZ/aEZrOiQe0/kdr7iYYcvyfbEoOwDOacHkz8xwZc=',
      replaces: {},
      tags: [],
      ldflags: stripped,
      buildMinutes: 1,
    },
  },
  'kube-apiserver': {
    name: 'kube-apiserver',
    version,
    env: 'LATTICE_KUBE_APISERVER',
    versionArgs: ['--version'],
    source: builtFrom('kube-apiserver', 5),
  },
  'kube-controller-manager': {
    name: 'kube-controller-manager',
    version,
    env: 'LATTICE_KUBE_CONTROLLER_MANAGER',
    versionArgs: ['--version'],
    source: builtFrom('kube-controller-manager', 2),
  },
  kubectl: {
    name: 'kubectl',
    version,
    env: 'LATTICE_KUBECTL',
    // Kubernetes supports a kubectl one minor version older or newer than the server.
    onPath: { command: 'kubectl', atLeast: '1.36.0', below: '1.39.0' },
    versionArgs: ['version', '--client'],
    source: builtFrom('kubectl', 1),
  },
  helm: {
    name: 'helm',
    version: '4.3.1',
    env: 'LATTICE_HELM',
    onPath: { command: 'helm', atLeast: '4.0.0', below: '5.0.0' },
    versionArgs: ['version', '--short'],
    source: {
      kind: 'go',
      module: 'helm.sh/helm/v4',
      command: 'helm.sh/helm/v4/cmd/helm',
      sum: 'h1:UndCoLe9UPmNoL7IvWzaUXveL7T5t/ijoorEmgJdI9g=',
      replaces: {},
      tags: [],
      ldflags: [...stripped, '-X helm.sh/helm/v4/internal/version.version=v4.3.1'],
      buildMinutes: 2,
    },
  },
} as const satisfies Readonly<Record<string, Pin>>;
