// Turns the Rego of one policy into a module of wasm and what the engine must know about it.
// Promise: the same source gives the same digest and module on every machine; a refusal says what and where.
// Never: a policy that uses what the engine does not have, that touches another policy's package, or that has no rule.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { locationSchema, moduleSchema } from './ast.ts';
import { capabilitiesFrom } from './capabilities.ts';
import { describeRules, packageTitle } from './metadata.ts';
import { checkModule } from './module.ts';
import { type OpaLimits, opaVersion, runOpa } from './opa.ts';
import { shadowBuiltins } from './shadow.ts';
import { readTar } from './tar.ts';
import type { CompileCode, CompileFinding, CompileResult, PolicySource } from './types.ts';

/** Changes whenever the same source may be decided otherwise: part of every digest. */
export const engineVersion = '1';

const mostBytes = 256 * 1024;
const defaultLimits: OpaLimits = { timeoutMs: 30_000, memoryMb: 4096 };

const errorsSchema = z.object({
  errors: z.array(z.object({ message: z.string(), code: z.string(), location: locationSchema.nullish() })),
});

/** What ends a compilation early. */
class Refused extends Error {
  readonly findings: readonly CompileFinding[];

  constructor(findings: readonly CompileFinding[]) {
    super('the policy was refused');
    this.findings = findings;
  }
}

export function digestOf({ name, rego, level }: PolicySource): string {
  const parts = ['lattice-policy', engineVersion, opaVersion, name, level ?? '', rego];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export async function compile(source: PolicySource, limits: Partial<OpaLimits> = {}): Promise<CompileResult> {
  const dir = await mkdtemp(join(tmpdir(), 'lattice-policy-'));
  try {
    return await compileIn(dir, source, { ...defaultLimits, ...limits });
  } catch (error) {
    if (error instanceof Refused) return { ok: false, findings: error.findings };
    // A tree so deep that walking it takes more stack than there is.
    if (error instanceof RangeError) {
      const message = 'the module is nested too deeply';
      return {
        ok: false,
        findings: [{ code: 'PolicyTooLarge', policy: source.name, message, line: 1, column: 1 }],
      };
    }
    throw error;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function compileIn(dir: string, source: PolicySource, limits: OpaLimits): Promise<CompileResult> {
  const refuse = (code: CompileCode, message: string): never => {
    throw new Refused([{ code, policy: source.name, message, line: 1, column: 1 }]);
  };
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(source.name))
    refuse('PolicyInvalid', `'${source.name}' is not a name of 1 to 63 characters of a-z, 0-9 and "-"`);
  if (Buffer.byteLength(source.rego) > mostBytes)
    refuse('PolicyTooLarge', `the module is larger than ${mostBytes / 1024} KiB`);

  const opa = async (...args: string[]): Promise<string> => {
    const run = await runOpa(args, dir, limits);
    if (run.ended === 'timeout')
      return refuse('PolicyTimeout', `compiling took more than ${limits.timeoutMs} ms`);
    if (run.ended === 'memory')
      return refuse('PolicyOutOfMemory', `compiling needs more than ${limits.memoryMb} MB`);
    if (run.code !== 0) throw new Refused(findingsFrom(source.name, run.stdout + run.stderr));
    return run.stdout;
  };
  await writeFile(join(dir, 'policy.rego'), source.rego);
  await writeFile(join(dir, 'capabilities.json'), await capabilities());
  const parsed: unknown = JSON.parse(
    await opa('parse', '--format=json', '--json-include=locations', 'policy.rego'),
  );
  const module = moduleSchema.parse(parsed);
  const findings = checkModule(source.name, module);
  if (findings.length > 0) throw new Refused(findings);
  await opa('check', '--format=json', '--capabilities=capabilities.json', 'policy.rego');
  const described = describeRules(source, module);
  if (described.findings.length > 0) throw new Refused(described.findings);

  await writeFile(join(dir, 'policy.rego'), shadowBuiltins(source.rego, module));
  const entrypoints = described.rules.flatMap(({ entrypoint }) => ['-e', entrypoint]);
  await opa(
    'build',
    '-t',
    'wasm',
    '--capabilities=capabilities.json',
    ...entrypoints,
    '-o',
    'bundle.tar.gz',
    'policy.rego',
  );
  const wasm = readTar(await readFile(join(dir, 'bundle.tar.gz')), '/policy.wasm');
  return {
    ok: true,
    policy: {
      name: source.name,
      digest: digestOf(source),
      wasm,
      ...packageTitle(module),
      rules: described.rules,
    },
  };
}

/** The capabilities depend on the pinned binary only, so one process asks once. */
let capabilitiesText: Promise<string> | undefined;

function capabilities(): Promise<string> {
  capabilitiesText ??= runOpa(['capabilities', '--current'], tmpdir(), defaultLimits).then((run) => {
    if (run.ended !== 'itself' || run.code !== 0) throw new Error('opa does not tell its capabilities');
    return capabilitiesFrom(run.stdout);
  });
  return capabilitiesText;
}

/** From opa's JSON errors, or from its text where it prints none. */
function findingsFrom(policy: string, printed: string): CompileFinding[] {
  const findings = errorsSchema
    .safeParse(parseJson(printed))
    .data?.errors.map(({ message, code, location }) => {
      const builtin = /^undefined function (\S+)$/.exec(message)?.[1];
      return {
        code: builtin ? 'PolicyBuiltin' : code === 'rego_parse_error' ? 'PolicySyntax' : 'PolicyInvalid',
        policy,
        message: builtin ? `there is no builtin '${builtin}' for policies` : message,
        line: location?.row ?? 1,
        // opa counts the column of an unexpected end from 0.
        column: Math.max(location?.col ?? 1, 1),
      } satisfies CompileFinding;
    });
  if (findings && findings.length > 0) return findings;
  return [{ code: 'PolicyInvalid', policy, message: printed.trim().slice(0, 2_000), line: 1, column: 1 }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
