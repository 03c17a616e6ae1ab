// `npm run check:licenses`: every package that a production install brings, by the lock file, has a licence that lets people
// use, change and pass on Lattice as they like. Never: a licence guessed from a name; what the metadata leaves out is read by
// a person, and stands below with the hash of the text that was read.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** SPDX names of licences that ask for no more than to be named. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  // Of data only, such as caniuse-lite's: to be named is all it asks for.
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** Packages whose metadata names no licence, though a file in them does. */
const READ: Readonly<Record<string, { readonly license: string; readonly sha256: string }>> = {
  'unionfs@4.6.0': {
    license: 'Unlicense',
    sha256: '6b0382b16279f26ff69014300541967a356a666eb0b91b422f6862f6b7dad17e',
  },
};

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});

export interface Package {
  readonly name: string;
  readonly version: string;
  /** Of the lock file; undefined when the package names none. */
  readonly license: string | undefined;
  /** Folder of the package in the project. */
  readonly path: string;
}

/** What a production install brings, optional packages of other platforms included. */
export function productionPackages(lock: unknown): Package[] {
  return Object.entries(lockSchema.parse(lock).packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      license,
      path,
    }));
}

/** Why a package must not be there; undefined when it may. `licenseFile` gives the text of its licence, if it has one. */
export async function licenseProblem(
  { name, version, license, path }: Package,
  licenseFile: (path: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const shown = `${name}@${version}`;
  if (license !== undefined)
    return isPermissive(license)
      ? undefined
      : `${shown} has the licence "${license}", which is not on the list; use another package`;
  const read = Object.hasOwn(READ, shown) ? READ[shown] : undefined;
  if (read === undefined)
    return `${shown} names no licence; read the one in ${path} and add it to cli/licenses.ts, or use another package`;
  const text = await licenseFile(path);
  const hash = createHash('sha256')
    .update(text ?? '')
    .digest('hex');
  return hash === read.sha256 ? undefined : `${shown}: the licence in ${path} is not the text that was read`;
}

/** An SPDX expression: of `OR` one side is enough, of `AND` all must be on the list; `AND` binds closer. */
export function isPermissive(expression: string): boolean {
  const inner = /\(([^()]*)\)/.exec(expression);
  if (inner?.[1] !== undefined)
    return isPermissive(expression.replace(inner[0], isPermissive(inner[1]) ? 'MIT' : 'not-permissive'));
  return expression
    .split(' OR ')
    .some((side) => side.split(' AND ').every((license) => PERMISSIVE.has(license.trim())));
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const lock: unknown = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const packages = productionPackages(lock);
  const readLicense = (path: string) => readFile(join(root, path, 'LICENSE'), 'utf8').catch(() => undefined);
  const found = await Promise.all(packages.map((one) => licenseProblem(one, readLicense)));
  const problems = found.filter((problem) => problem !== undefined);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(
    `${packages.length} packages, ${problems.length} with a licence that is not allowed\n`,
  );
  process.exitCode = problems.length === 0 && packages.length > 0 ? 0 : 1;
}
