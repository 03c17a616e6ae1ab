// The shared world as Terraform reaches it: the provider, built into a mirror in the suite's own folder, and workspaces that
// talk to the controller. Promise: after `close` nothing of it is left. Never: a mirror that two suites share; they run at once.

import { buildMirror, type Mirror } from '../../provider/build.ts';
import { installProvider } from '../../provider/testing/installed-provider.ts';
import { inWorkspace, type Workspace } from '../../provider/testing/terraform.ts';
import { sharedWorld, type World } from './world.ts';

type Environment = Readonly<Record<string, string>>;

/** Runs `body` in a fresh workspace; the environment is laid over the one that reaches the controller. */
export type InTerraform = (
  body: (workspace: Workspace) => Promise<void>,
  environment?: Environment,
) => Promise<void>;

export interface TerraformWorld {
  readonly world: World;
  /** The suite's own; the mirror is in it. */
  readonly folder: string;
  readonly mirror: Mirror;
  readonly inTerraform: InTerraform;
  close(): Promise<void>;
}

/** What tells the provider where the controller is and who asks. */
export const reaching = (controller: { readonly address: string; readonly token: string }): Environment => ({
  LATTICE_ADDRESS: controller.address,
  LATTICE_TOKEN: controller.token,
});

/** For the controller of the shared environment. */
export async function openTerraformWorld(): Promise<TerraformWorld> {
  const world = await sharedWorld();
  const { folder, mirror, remove } = await installProvider();
  return {
    world,
    folder,
    mirror,
    inTerraform: workspacesOf(mirror, reaching(world.state)),
    close: async () => {
      await world.close();
      await remove();
    },
  };
}

/** For a test that has a controller and a folder of its own, in which the provider is built. */
export async function terraformIn(
  folder: string,
  controller: { readonly address: string; readonly token: string },
): Promise<InTerraform> {
  return workspacesOf(await buildMirror({ out: folder }), reaching(controller));
}

function workspacesOf(mirror: Mirror, reached: Environment): InTerraform {
  return (body, environment = {}) =>
    inWorkspace({ mirror, environment: { ...reached, ...environment } }, body);
}
