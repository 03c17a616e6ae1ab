// The exports of a compiled policy that the engine uses, checked once when it is loaded.
// Promise: a module of another ABI is refused by version, and a missing export by name.
// Never: an export looked up at evaluation.

const functions = [
  'builtins',
  'entrypoints',
  'eval',
  'opa_eval_ctx_get_result',
  'opa_eval_ctx_new',
  'opa_eval_ctx_set_data',
  'opa_eval_ctx_set_entrypoint',
  'opa_eval_ctx_set_input',
  'opa_heap_ptr_get',
  'opa_heap_ptr_set',
  'opa_json_dump',
  'opa_json_parse',
  'opa_malloc',
  'opa_value_dump',
  'opa_value_parse',
] as const;

type Exports = Readonly<Record<(typeof functions)[number], (...args: number[]) => number>>;

export function wasmExports(instance: WebAssembly.Instance): Exports {
  const { opa_wasm_abi_version: version } = instance.exports;
  if (!(version instanceof WebAssembly.Global) || version.value !== 1)
    throw new Error('the module is not of version 1 of the wasm ABI of OPA');
  const found = Object.fromEntries(
    functions.map((name) => {
      const exported = instance.exports[name];
      if (typeof exported !== 'function') throw new Error(`the module does not export ${name}`);
      return [name, (...args: number[]) => Number(exported(...args) ?? 0)];
    }),
  );
  return found as Exports;
}
