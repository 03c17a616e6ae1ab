// The form of the addresses of HTTP APIs, as patterns that mean the same to JavaScript and to RE2. What matches HTTP_URL is an
// address to every parser: WHATWG's would take spaces and backslashes, and reads a host that ends in a number as IPv4.

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const hosts = [
  `(${octet}\\.){3}${octet}`,
  '0[xX][0-9a-fA-F]{1,8}',
  '\\[[0-9a-fA-F:]+\\]',
  '([A-Za-z0-9_-]+\\.)*[A-Za-z][A-Za-z0-9_-]*\\.?',
];
const port = '(:(6553[0-5]|655[0-2]\\d|65[0-4]\\d{2}|6[0-4]\\d{3}|[1-5]\\d{4}|\\d{1,4}))?';
const rest = '([/?#]([!-$&-~]|%[0-9A-Fa-f]{2})*)?';

/** A user is of the form, so that it can be refused by name. */
export const HTTP_URL = new RegExp(`^https?://([!$-.0-9:;=A-Z_a-z~]*@)?(${hosts.join('|')})${port}${rest}$`);

export const hasUser = /^https?:\/\/[^/?#]*@/;
