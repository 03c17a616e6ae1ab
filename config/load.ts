// Reads the configuration: flags over environment over file over defaults. An unknown key, a wrong type or plain HTTP off
// loopback stops the program before it does anything.

import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { z } from 'zod';
import { type Config, type ConfigOption, configOptions, configSchema } from './definition.ts';
import { readYamlDocuments, YamlFault } from './yaml.ts';

export interface ConfigSources {
  /** By field, as typed on the command line. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file?: string | undefined;
}

/** The configuration cannot be used; the message says which setting and why. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

export async function loadConfig({ flags, environment, file }: ConfigSources): Promise<Config> {
  const values: Record<string, unknown> = file === undefined ? {} : await readConfigFile(file);
  for (const option of configOptions) {
    const text = flags[option.field] ?? environment[option.variable];
    if (text === undefined) continue;
    values[option.field] = typeof text === 'string' ? readText(option.type, text) : text;
  }
  const parsed = configSchema.safeParse(values);
  if (!parsed.success)
    throw new ConfigError(
      parsed.error.issues
        .map((issue) => {
          const option = configOptions.find(({ field }) => field === issue.path[0]);
          const name =
            option === undefined
              ? 'the configuration'
              : `${option.field} (${option.flag}, ${option.variable})`;
          const entry = issue.path[1] === undefined ? '' : ` (entry ${Number(issue.path[1]) + 1})`;
          return `${name}: ${issue.message}${entry}`;
        })
        .join('\n'),
    );
  requireTogether(parsed.data, 'tlsCertFile', 'tlsKeyFile');
  requireTogether(parsed.data, 'temporalTlsCertFile', 'temporalTlsKeyFile');
  requireTlsOffLoopback(parsed.data);
  return parsed.data;
}

/** What a flag or a variable says; text that does not fit stays as it is, for the schema to refuse. */
function readText(type: ConfigOption['type'], text: string): unknown {
  switch (type) {
    case 'integer':
      return /^-?\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text);
    case 'array':
      return text.trim() === '' ? [] : text.split(',').map((entry) => entry.trim());
    case 'string':
      return text;
  }
}

async function readConfigFile(file: string): Promise<Record<string, unknown>> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(await readYaml('configuration', file));
  if (!parsed.success) throw new ConfigError(`the configuration file ${file} is not a YAML mapping`);
  return parsed.data;
}

/** What a YAML file holds. Throws ConfigError; `what` says what the file is for. */
export async function readYaml(what: string, file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`the ${what} file ${file} cannot be read: ${String(error)}`);
  });
  try {
    const [document, ...more] = readYamlDocuments(text);
    if (more.length > 0) throw new ConfigError(`the ${what} file ${file} holds more than one document`);
    return document?.value;
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw new ConfigError(`${file}:${error.line}:${error.column}: not YAML: ${error.message}`);
  }
}

/** One without the other would be left aside, and the connection would be less safe than it reads. */
function requireTogether(config: Config, left: keyof Config, right: keyof Config): void {
  if ((config[left] === undefined) !== (config[right] === undefined))
    throw new ConfigError(`${left} and ${right} belong together: set both or neither`);
}

function requireTlsOffLoopback(config: Config): void {
  if (config.tlsCertFile === undefined && !isLoopback(config.listenHost))
    throw new ConfigError(
      `listenHost ${config.listenHost} is not a loopback address: set tlsCertFile and tlsKeyFile, or listen on 127.0.0.1`,
    );
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
