// What a connection string of Postgres must be, looked at before the driver does. Never: a part of it in a message. The driver
// takes what it cannot read for the name of a database or a host, and those come back in errors, with the password in them.

export function databaseUrlProblem(text: string): string | undefined {
  // A Unix socket is named by `?host=`, and then the host is left out.
  const url = URL.parse(text) ?? URL.parse(text.replace('@/', '@localhost/'));
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    return 'must be a URL such as postgres://user:password@host:5432/database; in a password write "@", "/", "#", "?" and "%" as %40, %2F, %23, %3F and %25';
  if (/%(?![0-9a-f]{2})/i.test(text))
    return 'holds "%" before something else than two hex digits; in a password write "%" as %25';
  // What follows an unescaped "#" or "?" in a password ends up here, and the rest as the host.
  if (url.hash !== '') return 'must not hold "#"; in a password write it as %23';
  if (/@/.test(url.search)) return 'holds "@" after "?"; in a password write "?" as %3F';
  if (/@/.test(url.pathname)) return 'holds "@" in the name of the database; in a password write "/" as %2F';
  return undefined;
}
