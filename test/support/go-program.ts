// A small Go program of the tests that answers one line of JSON with one line of JSON, for what only a library of Go can say.
// Promise: as many answers as questions, in their order. Never: a build that outlives its suite.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { z } from 'zod';
import { run } from '../../servers/command.ts';
import { removeFolder, temporaryFolder } from './dev.ts';

export interface GoProgram<Answer> {
  ask(questions: readonly object[]): Promise<Answer[]>;
  remove(): Promise<void>;
}

/** Builds the program in a folder of `test/`. */
export async function buildGoProgram<Answer>(
  name: string,
  answer: z.ZodType<Answer>,
): Promise<GoProgram<Answer>> {
  const folder = await temporaryFolder();
  const program = join(folder, name);
  await run('go', ['build', '-trimpath', '-o', program, '.'], { cwd: join(import.meta.dirname, '..', name) });
  return {
    ask: async (questions) => {
      const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
      await once(child, 'close');
      const answers = output.split('\n').filter((line) => line !== '');
      if (answers.length !== questions.length)
        throw new Error(`${name} gave ${answers.length} answers to ${questions.length} questions`);
      return answers.map((line) => answer.parse(JSON.parse(line)));
    },
    remove: () => removeFolder(folder),
  };
}
