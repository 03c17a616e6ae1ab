// The few parts of WebAssembly that the engine uses: the language level has no DOM library, and Node's types leave them out.
// Promise: a subset of the standard. Never: anything that runs.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
  }

  class Global {
    readonly value: unknown;
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
}
