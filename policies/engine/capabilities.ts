// What a policy may use: the builtins that wasm has natively and those that the engine provides, and nothing else.
// Promise: generated from the pinned opa, so that a builtin nobody provides fails the compile by its name.
// Never: an effect (http.send, net.lookup_ip_addr), the host (opa.runtime), randomness, or keys (io.jwt, crypto.x509).
import { z } from 'zod';
import { builtins, erased } from './builtins/index.ts';
import { shadowed } from './shadow.ts';

const capabilitiesSchema = z.looseObject({ builtins: z.array(z.looseObject({ name: z.string() })) });

/** Compiled into wasm by the pinned opa. */
const native: readonly string[] = [
  'abs and array.concat array.flatten array.reverse array.slice assign base64.decode base64.encode',
  'base64.is_valid base64url.decode base64url.encode bits.and bits.lsh bits.negate bits.or bits.rsh bits.xor ceil',
  'concat contains count div endswith eq equal floor format_int glob.match graph.reachable gt gte indexof',
  'internal.member_2 internal.member_3 internal.template_string intersection is_array is_boolean is_null is_number',
  'is_object is_set is_string json.filter json.is_valid json.marshal json.remove json.unmarshal lower lt lte max min',
  'minus mul neq net.cidr_contains net.cidr_intersects numbers.range object.filter object.get object.keys',
  'object.remove object.union object.union_n or plus product regex.find_all_string_submatch_n regex.is_valid',
  'regex.match rem replace round sort split startswith strings.replace_n strings.reverse substring sum to_number trim',
  'trim_left trim_prefix trim_right trim_space trim_suffix type_name union upper walk',
].flatMap((line) => line.split(' '));

/** Stable language features only: a later `import` of an experiment is refused by opa, by its name. */
const features = ['keywords_in_refs', 'rego_v1', 'template_strings'];

/** The capabilities file, from what `opa capabilities --current` prints. */
export function capabilitiesFrom(printed: string): string {
  const all = capabilitiesSchema.parse(JSON.parse(printed));
  const allowed = new Set([...native, ...Object.keys(builtins), ...erased]);
  const known = new Set(all.builtins.map(({ name }) => name));
  const own = new Set(Object.values(shadowed));
  const unheardOf = [...allowed].filter((name) => !known.has(name) && !own.has(name));
  if (unheardOf.length > 0) throw new Error(`opa does not know the builtins ${unheardOf.join(', ')}`);
  const shadows = all.builtins.flatMap((builtin) => {
    const name = shadowed[builtin.name];
    return name === undefined ? [] : [{ ...builtin, name }];
  });
  return JSON.stringify({
    builtins: [...all.builtins.filter(({ name }) => allowed.has(name)), ...shadows],
    future_keywords: [],
    features,
  });
}
