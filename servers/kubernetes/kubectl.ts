// Runs kubectl as the user of one kubeconfig.
// Promise: resolves with what it printed; a refusal is an error that holds its words; its cache is beside the kubeconfig.
// Never: a setting or cache of the person who runs us.
import { run } from '../command.ts';
import { findTool } from '../find.ts';

export type Kubectl = (...args: string[]) => Promise<string>;

export async function kubectlFor(
  kubeconfig: string,
  progress: (line: string) => void = () => {},
): Promise<Kubectl> {
  const { path } = await findTool('kubectl', { progress });
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: kubeconfig, KUBERC: 'off' };
  return (...args) => run(path, [`--cache-dir=${kubeconfig}.cache`, ...args], { env });
}
