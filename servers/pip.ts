// Runs pip, and tells its failures as faults of the tool that is wanted.
// Promise: a missing python3, a python3 without pip and a failing pip are told apart, with the way around.
// Never: an install into the machine's Python; callers name a folder.
import { CommandFailed, CommandMissing, run } from './command.ts';
import { ToolUnavailable } from './errors.ts';
import type { Pin } from './pins.ts';

export async function runPip(pin: Pin, args: readonly string[]): Promise<void> {
  const remedy =
    `Install Python 3 with pip, or install ${pin.name} ${pin.version} yourself ` +
    `and set ${pin.env} to its path.`;
  try {
    await run('python3', ['-m', 'pip', ...args]);
  } catch (error) {
    if (error instanceof CommandMissing) {
      throw new ToolUnavailable(pin.name, error.message, remedy, { cause: error });
    }
    if (!(error instanceof CommandFailed)) throw error;
    if (error.message.includes('No module named pip')) {
      throw new ToolUnavailable(pin.name, "this machine's python3 has no pip.", remedy, { cause: error });
    }
    throw new ToolUnavailable(pin.name, error.message, `Check the network and pip's settings. ${remedy}`, {
      cause: error,
    });
  }
}
