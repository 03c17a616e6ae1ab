// Finds a Terraform: the one named or installed on this machine, else an OpenTofu, else OpenTofu is built.
// Promise: what either variable names wins, then PATH; says which of the two products it is.
// Never: settings for it; callers set their own TF_CLI_CONFIG_FILE, the machine's may name a missing file.
import { ToolUnavailable } from './errors.ts';
import { type FindOptions, type FoundTool, findTool } from './find.ts';
import { pins } from './pins.ts';

export interface FoundTerraform extends FoundTool {
  readonly product: 'terraform' | 'tofu';
}

/** `product` asks for one of the two, whatever the machine has. */
export async function findTerraform(
  options: FindOptions & { readonly product?: FoundTerraform['product'] | undefined } = {},
): Promise<FoundTerraform> {
  const { product } = options;
  if (product !== undefined) return { ...(await findTool(product, options)), product };
  // Whoever sets only LATTICE_TOFU wants OpenTofu, though a terraform is on PATH.
  const wantsTofu = process.env[pins.tofu.env] && !process.env[pins.terraform.env];
  if (!wantsTofu) {
    try {
      return { ...(await findTool('terraform', options)), product: 'terraform' };
    } catch (error) {
      if (!(error instanceof ToolUnavailable) || process.env[pins.terraform.env]) throw error;
    }
  }
  return { ...(await findTool('tofu', options)), product: 'tofu' };
}
