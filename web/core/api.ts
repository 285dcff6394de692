import { parseJson } from "./json.ts";

/** A refused or failed request, by the gateway's own code where it gave one. */
export class ApiError extends Error {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly code: string;
  /** How long the gateway asked to wait, ms. */
  readonly retryAfter: number | undefined;
  /** Whose the thing is already, where that is why. */
  readonly holder: string | undefined;

  constructor(status: number, code: string, retryAfter?: number, holder?: string) {
    super(code);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
    this.holder = holder;
  }

  /** The same request will be refused again, whenever it is made. */
  get isFinal(): boolean {
    return /^4(?!01|08|25|29)/.test(String(this.status));
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

  constructor(origin: string, fetcher: typeof fetch = fetch) {
    this.origin = origin;
    this.#fetch = fetcher;
  }

  get<T>(path: string): Promise<T>;
  /** For asking again and again; null when nothing is new since the time before. */
  get<T>(path: string, heard: Heard): Promise<T | null>;
  get<T>(path: string, heard?: Heard): Promise<T> {
    return this.send("GET", path, undefined, heard);
  }

  post<T>(path: string, body?: object): Promise<T> {
    return this.send("POST", path, body);
  }

  /** Throws only `ApiError`. */
  async send<T>(method: string, path: string, body?: object, heard: Heard = {}): Promise<T> {
    const headers: Record<string, string> = {};
    if (this.token !== null) headers["Authorization"] = `Bearer ${this.token}`;
    if (body) headers["Content-Type"] = "application/json";
    if (heard.path === path && heard.etag) headers["If-None-Match"] = heard.etag;
    const fetch = this.#fetch;
    let response: Response;
    let value: unknown;
    try {
      response = await fetch(this.origin + path, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
        cache: "no-store",
        signal: AbortSignal.timeout(15_000),
      });
      value = parseJson(await response.text());
    } catch {
      throw new ApiError(0, "network");
    }
    if (response.ok) Object.assign(heard, { path, etag: response.headers.get("ETag") });
    // A 304 has no body, so its value is null already.
    else if (response.status !== 304) throw refusal(response, value);
    return value as T;
  }

  /** A fresh address for the WebSocket. The ticket in it works once, for half a minute. */
  async cableAddress(): Promise<string> {
    const { ticket } = await this.post<{ ticket: string }>("/cable/tickets");
    return `${this.origin.replace(/^http/, "ws")}/cable?ticket=${encodeURIComponent(ticket)}`;
  }
}

function refusal({ status, headers }: Response, value: unknown): ApiError {
  const said = value as { error?: { code?: string; agent?: { name?: string } } } | null;
  const { code = `http_${status}`, agent } = said?.error ?? {};
  const wait = Number(headers.get("Retry-After")) * 1000 || undefined;
  return new ApiError(status, code, wait, agent?.name);
}
