/** A refused or failed request, in the gateway's own words where it gave any. */
export class ApiError extends Error {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  /** How long the gateway asked to wait, ms. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    field?: string,
    retryAfter?: number,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
    this.retryAfter = retryAfter;
  }

  /** The same request will be refused again, whenever it is made. */
  get isFinal(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
}

export function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** What was heard last at one address: asking there again may then answer "nothing new". */
export interface Heard {
  path?: string;
  etag?: string | null;
}

/** JSON over HTTP to one gateway, as the holder of one token. */
export class Api {
  token: string | null = null;
  readonly origin: string;
  readonly #fetch: typeof fetch;

  constructor(origin: string, fetcher: typeof fetch = (...request) => fetch(...request)) {
    this.origin = origin;
    this.#fetch = fetcher;
  }

  get<T>(path: string): Promise<T> {
    return this.send("GET", path);
  }

  /** Like `get`, again and again; null when nothing is new since the time before. */
  poll<T>(path: string, heard: Heard): Promise<T | null> {
    return this.send("GET", path, undefined, heard);
  }

  post<T>(path: string, body?: object): Promise<T> {
    return this.send("POST", path, body);
  }

  /** Throws only `ApiError`. */
  async send<T>(method: string, path: string, body?: object, heard: Heard = {}): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (this.token !== null) headers["Authorization"] = `Bearer ${this.token}`;
    if (body) headers["Content-Type"] = "application/json";
    if (heard.path === path && heard.etag) headers["If-None-Match"] = heard.etag;
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(this.origin + path, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(15_000),
      });
      text = await response.text();
    } catch (cause) {
      throw new ApiError(0, "network", String(cause));
    }
    const value = parse(text);
    // A 304 has no body, so its value is null already.
    if (!response.ok && response.status !== 304) throw refusal(response, value);
    if (response.ok) Object.assign(heard, { path, etag: response.headers.get("ETag") });
    return value as T;
  }

  /** A fresh address for the WebSocket. The ticket in it works once, for half a minute. */
  async cableAddress(): Promise<string> {
    const { ticket } = await this.post<{ ticket: string }>("/cable/tickets");
    return `${this.origin.replace(/^http/, "ws")}/cable?ticket=${encodeURIComponent(ticket)}`;
  }
}

function refusal(response: Response, value: unknown): ApiError {
  const error = (value as { error?: { code?: string; message?: string; field?: string } } | null)
    ?.error;
  return new ApiError(
    response.status,
    error?.code ?? `http_${response.status}`,
    error?.message ?? response.statusText,
    error?.field,
    waitOf(response.headers.get("Retry-After")),
  );
}

/** Retry-After is a number of seconds or a date. */
function waitOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
