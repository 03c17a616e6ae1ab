// What a process of the provider costs by itself, however little there is to plan: Terraform starts three for a plan and
// four for an apply.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Measured, quantile } from '../report.ts';
import { launch } from './launched.ts';
import type { Peer } from './peers.ts';

const STARTS = 25;

export async function startAndEnd(
  { executable }: Peer,
  reference: Peer,
  say: (line: string) => void,
): Promise<Measured[]> {
  say(`${STARTS} starts`);
  const ours: number[] = [];
  const bare: number[] = [];
  const theirs: number[] = [];
  const lingers: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    bare.push(await bareNode());
    const launched = await launch(executable);
    ours.push(launched.handshakeMs);
    lingers.push(await launched.shutDown());
    const go = await launch(reference.executable);
    theirs.push(go.handshakeMs);
    // Its server ends before the answer to Shutdown is out.
    await go.kill();
  }
  const work = 'exec to handshake';
  const figure = quantile(ours, 0.5);
  return [
    {
      work,
      figure,
      unit: 'ms',
      peer: { name: 'node -e 0', figure: quantile(bare, 0.5) },
      reach: { atMost: 2 },
    },
    { work, figure, unit: 'ms', peer: { name: reference.name, figure: quantile(theirs, 0.5) } },
    {
      work: "from Shutdown's answer to the end of the process",
      figure: quantile(lingers, 0.5),
      unit: 'ms',
      reach: { atMost: 50 },
    },
  ];
}

async function bareNode(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await once(child, 'exit');
  return performance.now() - began;
}
