// Writes typed bindings of the provider to .gen from a printed schema: `node bindings.mts schema.json`. Promise: offline, and no
// Terraform is run for it. Never: committed; they follow from the schema.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

// The generator asks for a CLI's version while it loads, and reports crashes unless told not to.
process.env.CHECKPOINT_DISABLE = '1';
const { CodeMaker, TerraformProviderGenerator } = await import('@cdktn/provider-generator');

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('name the file of the schema: node bindings.mts schema.json');
const schema = JSON.parse(await readFile(path, 'utf8'));
const out = join(import.meta.dirname, '.gen');
await rm(out, { recursive: true, force: true });
const code = new CodeMaker({ indentationLevel: 2 });
new TerraformProviderGenerator(code, schema).generateAll();
await code.save(out);
