import { CodedError } from "../../util/coded-error.ts";

/** `SCHEME:PATH?NAME=VALUE&NAME=VALUE`, taken apart and percent-decoded. */
export interface CredentialUri {
  /** In lower case, for example "iotsafe" or "file". */
  readonly scheme: string;
  /** May be empty, as in `iotsafe:?key=01`. */
  readonly path: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The URI cannot be used. The message names the part to look at and quotes no value: one may be a PIN. */
export class CredentialUriError extends CodedError {
  constructor(problem: string, options?: ErrorOptions) {
    super("BAD_CREDENTIAL_URI", `credential URI: ${problem}`, options);
  }
}

/** The scheme alone, in lower case, to choose an adapter by. Throws CredentialUriError. */
export function credentialScheme(uri: string): string {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1];
  if (scheme === undefined) throw new CredentialUriError('a scheme is missing at its start, for example "iotsafe:"');
  return scheme.toLowerCase();
}

/**
 * Takes a credential URI apart (RFC 3986 §3, without authority and fragment). Characters that a URI would have escaped,
 * such as a space in a reader's name, may stand for themselves; `+` is a plus sign. `known`: the parameters that the
 * scheme has. Throws CredentialUriError, also for an unknown, repeated or empty parameter.
 */
export function parseCredentialUri(uri: string, known: readonly string[]): CredentialUri {
  const scheme = credentialScheme(uri);
  refuseFragment(uri);
  const rest = uri.slice(scheme.length + 1);
  const question = rest.indexOf("?");
  const path = question < 0 ? rest : rest.slice(0, question);
  const query = question < 0 ? "" : rest.slice(question + 1);
  return { scheme, path: percentDecode(path, "the path"), parameters: parseQuery(query, known, scheme) };
}

/** A parameter that must be there. Throws CredentialUriError. */
export function requireParameter(uri: CredentialUri, name: string): string {
  const value = uri.parameters.get(name);
  if (value === undefined) throw new CredentialUriError(`${uri.scheme}: needs the parameter "${name}"`);
  return value;
}

/** A parameter with a fixed set of values; `fallback` when it is absent. Throws CredentialUriError. */
export function parameterChoice<T extends string>(
  uri: CredentialUri,
  name: string,
  values: readonly T[],
  fallback: T,
): T {
  const given = uri.parameters.get(name);
  if (given === undefined) return fallback;
  const value = values.find((each) => each === given);
  if (value === undefined) throw new CredentialUriError(`"${name}" must be one of: ${values.join(", ")}`);
  return value;
}

function parseQuery(query: string, known: readonly string[], scheme: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  if (query === "") return parameters;
  for (const pair of query.split("&")) {
    const [name, value] = splitPair(pair);
    if (!known.includes(name)) throw unknownParameter(name, known, scheme);
    if (parameters.has(name)) throw new CredentialUriError(`the parameter "${name}" is given twice`);
    parameters.set(name, value);
  }
  return parameters;
}

function splitPair(pair: string): readonly [name: string, value: string] {
  const equals = pair.indexOf("=");
  if (equals < 0) throw new CredentialUriError('a parameter without "=" (an "&" inside a value is written %26)');
  const name = percentDecode(pair.slice(0, equals), "a parameter's name");
  const value = percentDecode(pair.slice(equals + 1), `the parameter "${name}"`);
  if (value === "") throw new CredentialUriError(`the parameter "${name}" is empty`);
  return [name, value];
}

function unknownParameter(name: string, known: readonly string[], scheme: string): CredentialUriError {
  const choice = known.length > 0 ? `it has: ${known.join(", ")}` : "it has none";
  return new CredentialUriError(`${scheme}: has no parameter "${name}"; ${choice}`);
}

function refuseFragment(uri: string): void {
  if (uri.includes("#")) throw new CredentialUriError('it has no fragment; a "#" inside a value is written %23');
}

function percentDecode(text: string, where: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch (cause) {
    throw new CredentialUriError(`bad percent-encoding in ${where} (a "%" itself is written %25)`, { cause });
  }
  if (hasControlCharacter(decoded)) throw new CredentialUriError(`control character in ${where}`);
  return decoded;
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\x7f");
}
