// YAML that people write, read strictly. Promise: whatever the text, it is read or refused by a YamlFault that says where and
// what sort of fault. Never: a piece of the text in a fault, since the line may hold a secret; a stack trace, or a bomb of
// aliases unfolded.

import { type Document, type ErrorCode, LineCounter, parseAllDocuments } from 'yaml';

export interface YamlDocument {
  /** Undefined for an empty document. */
  readonly value: unknown;
  /** Line of its first node, from 1. */
  readonly line: number;
}

export class YamlFault extends Error {
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number, fault: string) {
    super(fault);
    this.name = 'YamlFault';
    this.line = line;
    this.column = column;
  }
}

export interface YamlOptions {
  /** Integers as bigint, so that none is rounded before it is looked at. */
  readonly bigints?: boolean;
}

/** Every document of the text. Throws YamlFault. */
export function readYamlDocuments(text: string, { bigints = false }: YamlOptions = {}): YamlDocument[] {
  const lines = new LineCounter();
  // Where nothing better is known; a fault that is only met while values are made has no position.
  let line = 1;
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      intAsBigInt: bigints,
      uniqueKeys: true,
      prettyErrors: false,
      // A warning would repeat what stands there.
      logLevel: 'error',
    });
    if (!Array.isArray(documents)) return [];
    return documents.map((document) => {
      const [error] = document.errors;
      if (error !== undefined) {
        const at = lines.linePos(error.pos[0]);
        throw new YamlFault(at.line, at.col, FAULTS[error.code]);
      }
      line = lines.linePos(startOf(document)).line;
      return { value: notTooDeep(document.toJS()) ?? undefined, line };
    });
  } catch (error) {
    if (error instanceof YamlFault) throw error;
    if (error instanceof RangeError) throw new YamlFault(line, 1, 'values are nested too deeply');
    if (error instanceof ReferenceError)
      throw new YamlFault(line, 1, 'an alias has no anchor before it, or there are too many of them');
    throw error;
  }
}

const startOf = (document: Document): number => document.contents?.range?.[0] ?? 0;

/** Far beyond what any object may hold, and far below what the walks after this could not do any more. */
const MOST_DEPTH = 200;

/** Also for an anchor inside of itself, which is a value without an end. */
function notTooDeep(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MOST_DEPTH) throw new RangeError('nested too deeply');
  for (const inner of Object.values(value)) notTooDeep(inner, depth + 1);
  return value;
}

/** The library's own words quote the text. */
const FAULTS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias has no tag and no anchor of its own',
  BAD_ALIAS: 'the name of an anchor or alias is empty or ends in ":"',
  BAD_COLLECTION_TYPE: 'the tag does not fit the list or mapping',
  BAD_DIRECTIVE: 'the directive is not known',
  BAD_DQ_ESCAPE: 'the escape sequence is not valid; in double quotes a backslash is written twice',
  BAD_INDENT: 'the indentation does not fit the lines before',
  BAD_PROP_ORDER: 'anchors and tags come after the indicator',
  BAD_SCALAR_START: 'a plain value cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping or list begins on a line that has one already',
  BLOCK_IN_FLOW: 'a block stands inside of brackets',
  DUPLICATE_KEY: 'the key stands twice in one mapping',
  IMPOSSIBLE: 'it cannot be read',
  KEY_OVER_1024_CHARS: 'the key is longer than 1024 characters',
  MISSING_CHAR: 'something is missing: a quote, a bracket, a comma, a colon or a space',
  MULTILINE_IMPLICIT_KEY: 'a key stands on more than one line; is a colon or a quote missing?',
  MULTIPLE_ANCHORS: 'a value has two anchors',
  MULTIPLE_DOCS: 'there is more than one document',
  MULTIPLE_TAGS: 'a value has two tags',
  NON_STRING_KEY: 'the key is not text',
  RESOURCE_EXHAUSTION: 'values are nested too deeply',
  TAB_AS_INDENT: 'a tab is used for indentation; use spaces',
  TAG_RESOLVE_FAILED: 'the tag is not known, or its value is not what it says',
  UNEXPECTED_TOKEN: 'something stands here that does not belong here; is a quote missing?',
};
