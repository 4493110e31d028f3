/** The parts of a `Host` value. */
export interface Host {
  /** Lower-case, without port and without the dot of an absolute name; IPv6 addresses in brackets. */
  readonly name: string;
  /** Digits, or empty when none was sent. */
  readonly port: string;
}

// A subset of RFC 3986 §3.2.2: names as DNS and container networks know them. What else the grammar allows (userinfo look-alikes,
// percent-encoding, commas) is read differently by different servers.
const hostSyntax = /^(?:([a-z0-9_~-]+(?:\.[a-z0-9_~-]+)*)\.?|(\[[0-9a-f]*:[0-9a-f:.]*\]))(?::(\d{1,5}))?$/i;

/** Hosts repeat from request to request. Bounded, since clients choose them. */
const known = new Map<string, Host>();
const knownLimit = 512;

/** Reads a `Host` value, `undefined` when it is malformed (RFC 9110 §7.2). */
export function parseHost(value: string): Host | undefined {
  const remembered = known.get(value);
  if (remembered !== undefined) return remembered;
  if (value.length > 261) return undefined; // 255 of DNS, a colon and five digits
  const match = hostSyntax.exec(value);
  if (match === null) return undefined;
  const [, name, address, port = ''] = match;
  if (Number(port) > 65_535) return undefined;
  const host: Host = Object.freeze({ name: (name ?? address ?? '').toLowerCase(), port });
  if (known.size >= knownLimit) known.clear();
  known.set(value, host);
  return host;
}
