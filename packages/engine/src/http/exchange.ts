// A request and its answer as values, so that every route is a function that tests can call.

export interface HttpRequest {
  readonly method: string;
  /** Decoded path without query and matrix parameters. */
  readonly path: string;
  /** Query and matrix parameters; the first of a name counts. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Lower-case names. */
  header(name: string): string | undefined;
  readonly isSecure: boolean;
  /** Reads the body. Rejects with BodyTooLarge past `sizeMax` bytes. */
  body(sizeMax: number): Promise<Uint8Array>;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export class BodyTooLarge extends Error {
  constructor(sizeMax: number) {
    super(`the body is larger than ${sizeMax} bytes`);
    this.name = 'BodyTooLarge';
  }
}

export type Handler = (request: HttpRequest) => Promise<HttpReply> | HttpReply;

/** A reply with text. */
export function textReply(
  status: number,
  contentType: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  return { status, headers: { 'content-type': contentType, ...headers }, body };
}

/** Nothing in it to decode, and no parameters. */
const PLAIN_PATH = /^\/[A-Za-z0-9/._~-]*$/;

/** Path and parameters of a request target; undefined when it is malformed. */
export function parseTarget(
  target: string,
): { path: string; parameters: ReadonlyMap<string, string> } | undefined {
  if (PLAIN_PATH.test(target)) return { path: target, parameters: new Map() };
  const question = target.indexOf('?');
  const rawPath = question < 0 ? target : target.slice(0, question);
  const parameters = new Map<string, string>();
  const add = (text: string): void => {
    for (const [name, value] of new URLSearchParams(text)) {
      if (!parameters.has(name)) parameters.set(name, value);
    }
  };
  if (question >= 0) add(target.slice(question + 1));
  try {
    // Matrix parameters (`/hosts;max=3`) are as good as query parameters; the query wins.
    const segments = rawPath.split('/').map((segment) => {
      const [name = '', ...matrix] = segment.split(';');
      for (const parameter of matrix) add(parameter);
      return decodeURIComponent(name);
    });
    const path = segments.join('/');
    return path.startsWith('/') ? { path, parameters } : undefined;
  } catch {
    return undefined;
  }
}
