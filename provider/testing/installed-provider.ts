// The provider as Terraform finds it installed: built once for a suite, into a folder of its own. Promise: `remove` leaves nothing.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildMirror, type Mirror } from '../build.ts';
import { inWorkspace, type Workspace } from './terraform.ts';

type Environment = Readonly<Record<string, string>>;

export interface InstalledProvider {
  /** The mirror is in it. */
  readonly folder: string;
  readonly mirror: Mirror;
  /** Runs `body` in a fresh workspace with this environment. */
  inTerraform(environment: Environment, body: (workspace: Workspace) => Promise<void>): Promise<void>;
  remove(): Promise<void>;
}

export async function installProvider(): Promise<InstalledProvider> {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-provider-build-'));
  const mirror = await buildMirror({ out: folder });
  return {
    folder,
    mirror,
    inTerraform: (environment, body) => inWorkspace({ mirror, environment }, body),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
