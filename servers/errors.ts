// The errors of this folder: a tool that cannot be had, a server that does not start.
// Promise: each message names the thing, what was wrong and what to do next, in plain sentences.
// Never: a bare code or the output of a command without saying which command it was.

export class ToolUnavailable extends Error {
  override readonly name = 'ToolUnavailable';
  readonly tool: string;

  constructor(tool: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`Cannot get ${tool}: ${problem} ${remedy}`, options);
    this.tool = tool;
  }
}

export class ServerFailed extends Error {
  override readonly name = 'ServerFailed';
  readonly server: string;

  constructor(server: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${server} did not start: ${problem} ${remedy}`, options);
    this.server = server;
  }
}
