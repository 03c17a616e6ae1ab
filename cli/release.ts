// `npm run build:provider [-- --out FOLDER] [--platform linux_amd64]...`: makes what is released, for every platform unless
// some are named. The folder is emptied first. Signing the sums is left to who holds the key.

import { parseArgs } from 'node:util';
import { buildRelease } from '../provider/ship/release.ts';
import { isShipped, pinnedNode, shippedPlatforms } from '../servers/node.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist/release' },
    platform: { type: 'string', multiple: true, default: shippedPlatforms },
  },
});
const unknown = values.platform.filter((name) => !isShipped(name));
if (unknown.length > 0) {
  process.stderr.write(`no such platform: ${unknown.join(', ')}; there are ${shippedPlatforms.join(', ')}\n`);
  process.exit(1);
}
const say = (line: string) => process.stderr.write(`${line}\n`);
const nodes = [];
for (const platform of values.platform.filter(isShipped))
  nodes.push({ platform, ...(await pinnedNode(platform, say)) });
const { files, mirror } = await buildRelease({ out: values.out, nodes, say });
process.stdout.write(`${[...files, mirror.mirrorDir].join('\n')}\n`);
