// One instance of a compiled policy: the host side of OPA's wasm ABI 1.x.
// Promise: falsy inputs are kept, numbers cross the border exactly, a failing builtin is undefined and nothing more.
// Never: used again after it aborted (its own stacks may be half unwound), and never memory beyond its maximum.

import { wasmExports } from './abi.ts';
import { boundText } from './builtins/bounds.ts';
import { builtins } from './builtins/index.ts';
import { type Builtin, BuiltinError, type EvaluationContext } from './builtins/operands.ts';
import type { SetOrder } from './protocol.ts';
import { readValue, writeJson, writeValue } from './text.ts';
import { RegoObject, RegoSet, type Value } from './values.ts';

const pageBytes = 65_536;
const resultPrefix = '[{"result":';
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** What the module itself gave up with, e.g. `var assignment conflict`. */
export class PolicyAbort extends Error {
  override readonly name = 'PolicyAbort';
}

export class PolicyInstance {
  readonly #exports: ReturnType<typeof wasmExports>;
  readonly #memory: WebAssembly.Memory;
  readonly #entrypoints: ReadonlyMap<string, number>;
  readonly #builtins: readonly (Builtin | undefined)[];
  readonly #data: number;
  readonly #heapStart: number;
  #context: EvaluationContext = { nowNs: 0n };
  #order: SetOrder = 'any';
  broken = false;

  /** `firstPages` must hold the module's data; it may grow to `mostBytes`. */
  constructor(module: WebAssembly.Module, moduleBytes: number, mostBytes: number) {
    const maximum = Math.floor(mostBytes / pageBytes);
    const initial = Math.min(Math.ceil(moduleBytes / pageBytes) + 8, maximum);
    this.#memory = new WebAssembly.Memory({ initial, maximum });
    const call = (id: number, _context: number, ...args: number[]) => this.#call(id, args);
    const instance = new WebAssembly.Instance(module, {
      env: {
        memory: this.#memory,
        opa_abort: (address: number) => {
          throw new PolicyAbort(this.#terminated(address));
        },
        opa_println: () => {},
        opa_builtin0: call,
        opa_builtin1: call,
        opa_builtin2: call,
        opa_builtin3: call,
        opa_builtin4: call,
      },
    });
    this.#exports = wasmExports(instance);
    this.#builtins = this.#needed();
    this.#entrypoints = this.#names(this.#exports.entrypoints());
    this.#data = this.#load(encoder.encode('{}'), 'json');
    this.#heapStart = this.#exports.opa_heap_ptr_get();
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** JSON text of each entrypoint's value; undefined where it is undefined. */
  evaluate(
    input: Uint8Array,
    entrypoints: readonly string[],
    context: EvaluationContext,
    order: SetOrder = 'any',
  ): (string | undefined)[] {
    this.#context = context;
    this.#order = order;
    try {
      this.#exports.opa_heap_ptr_set(this.#heapStart);
      const address = this.#load(input, 'json');
      return entrypoints.map((name) => this.#run(name, address));
    } catch (error) {
      this.broken = true;
      throw error;
    }
  }

  #run(entrypoint: string, input: number): string | undefined {
    const id = this.#entrypoints.get(entrypoint);
    if (id === undefined) throw new Error(`the module has no entrypoint '${entrypoint}'`);
    const context = this.#exports.opa_eval_ctx_new();
    this.#exports.opa_eval_ctx_set_input(context, input);
    this.#exports.opa_eval_ctx_set_data(context, this.#data);
    this.#exports.opa_eval_ctx_set_entrypoint(context, id);
    this.#exports.eval(context);
    const results = this.#exports.opa_eval_ctx_get_result(context);
    return this.#order === 'rego' ? this.#ordered(results) : this.#asJson(results);
  }

  /** The result set is `[{"result":<value>}]`, or `[]` where the entrypoint is undefined. */
  #asJson(results: number): string | undefined {
    const text = this.#terminated(this.#exports.opa_json_dump(results));
    return text.startsWith(resultPrefix) ? text.slice(resultPrefix.length, -2) : undefined;
  }

  #ordered(results: number): string | undefined {
    const set = readValue(this.#terminated(this.#exports.opa_value_dump(results)));
    const [first] = set instanceof RegoSet ? set.items : [];
    const value = first instanceof RegoObject ? first.get('result') : undefined;
    return value === undefined ? undefined : writeJson(value);
  }

  #call(id: number, args: readonly number[]): number {
    const builtin = this.#builtins[id];
    if (!builtin) throw new Error(`the module calls builtin ${id}, which it does not list`);
    let result: Value | undefined;
    try {
      const operands = args.map((address) =>
        readValue(this.#terminated(this.#exports.opa_value_dump(address))),
      );
      result = builtin(operands, this.#context);
    } catch (error) {
      if (!(error instanceof BuiltinError)) throw error;
    }
    return result === undefined ? 0 : this.#load(encoder.encode(writeValue(result)), 'value');
  }

  #needed(): (Builtin | undefined)[] {
    const found: (Builtin | undefined)[] = [];
    for (const [name, id] of this.#names(this.#exports.builtins())) {
      const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
      if (!builtin) throw new Error(`the module needs the builtin '${name}', which the engine does not have`);
      found[id] = builtin;
    }
    return found;
  }

  #names(address: number): Map<string, number> {
    const text = this.#terminated(this.#exports.opa_json_dump(address));
    const parsed: unknown = JSON.parse(text);
    return new Map(Object.entries(parsed ?? {}).map(([name, id]) => [name, Number(id)]));
  }

  #load(bytes: Uint8Array, form: 'json' | 'value'): number {
    const at = this.#exports.opa_malloc(bytes.byteLength);
    new Uint8Array(this.#memory.buffer).set(bytes, at);
    const parse = form === 'json' ? this.#exports.opa_json_parse : this.#exports.opa_value_parse;
    const value = parse(at, bytes.byteLength);
    if (value === 0) throw new Error('the module could not read a value');
    return value;
  }

  #terminated(address: number): string {
    const memory = new Uint8Array(this.#memory.buffer);
    const end = memory.indexOf(0, address);
    boundText(end - address);
    return decoder.decode(memory.subarray(address, end));
  }
}
