// Asks the pinned opa for the values of the corpus: all modules in one server, one request a case.
// Promise: the answers of opa's own evaluator. Never: a network port (a socket in its own folder), or a server that
// outlives close().
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { parseJson } from '../../../crds/json.ts';
import { findTool } from '../../../servers/find.ts';
import { encodeInput } from '../encode.ts';

const answerSchema = z.object({ result: z.unknown().optional() });

export interface NativeOpa {
  /** The value at a path of `data`, or `error` where the evaluation failed. */
  ask(path: string, input: unknown): Promise<{ value?: unknown } | 'error'>;
  close(): Promise<void>;
}

export async function startNative(modules: Readonly<Record<string, string>>): Promise<NativeOpa> {
  const dir = await mkdtemp(join(tmpdir(), 'lattice-corpus-'));
  const sources = join(dir, 'modules');
  await mkdir(sources);
  for (const [name, rego] of Object.entries(modules)) await writeFile(join(sources, `${name}.rego`), rego);
  const socketPath = join(dir, 'opa.sock');
  const { path } = await findTool('opa');
  const args = [
    'run',
    '--server',
    `--addr=unix://${socketPath}`,
    '--log-level=error',
    '--skip-version-check',
    sources,
  ];
  const server = spawn(path, args, { env: { HOME: dir, TZ: 'UTC' }, stdio: ['ignore', 'ignore', 'pipe'] });
  const complaints = text(server.stderr);
  const agent = new Agent({ keepAlive: true });

  const post = (at: string, body: Uint8Array): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const sent = request({ socketPath, agent, path: at, method: 'POST' }, (response) => {
        text(response).then(
          (received) => resolve({ status: response.statusCode ?? 0, text: received }),
          reject,
        );
      });
      sent.on('error', reject).end(body);
    });

  const serves = (): Promise<boolean> =>
    post('/v1/data/none', encodeInput({})).then(
      () => true,
      () => false,
    );
  while (!(await serves())) {
    if (server.exitCode !== null) throw new Error(`opa did not start: ${await complaints}`);
    await delay(20);
  }

  return {
    async ask(at, input) {
      // The server takes null for no input at all.
      if (input === null) return evaluateNull(path, sources, at);
      const answer = await post(`/v1/data/${at}`, encodeInput({ input }));
      return answer.status === 200 ? { value: answerSchema.parse(parseJson(answer.text)).result } : 'error';
    },
    async close() {
      agent.destroy();
      const exited = once(server, 'exit');
      server.kill('SIGTERM');
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const evaluatedSchema = z.object({
  result: z.array(z.object({ expressions: z.array(z.object({ value: z.unknown() })) })).optional(),
});

function evaluateNull(opa: string, dir: string, at: string): Promise<{ value?: unknown } | 'error'> {
  const query = `data.${at.replaceAll('/', '.')}`;
  return new Promise((resolve) => {
    const args = ['eval', '--format=json', '--stdin-input', '--data', dir, query];
    const child = execFile(opa, args, { env: { HOME: dir, TZ: 'UTC' } }, (error, stdout) => {
      if (error) return resolve('error');
      resolve({ value: evaluatedSchema.parse(parseJson(stdout)).result?.[0]?.expressions[0]?.value });
    });
    child.stdin?.end('null');
  });
}
