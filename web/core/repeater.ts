/** One job, never twice at a time: asked for while it runs, it runs once more right after. */
export class Repeater {
  readonly #job: () => Promise<void>;
  readonly #rest: (error?: unknown) => number | undefined;
  #again = false;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  isRunning = false;

  /** `rest` tells in how many ms to run again by itself, after success or an error of the job's. */
  constructor(job: () => Promise<void>, rest: (error?: unknown) => number | undefined) {
    this.#job = job;
    this.#rest = rest;
  }

  async run(): Promise<void> {
    this.#again = true;
    if (this.isRunning) return;
    this.isRunning = true;
    this.later(undefined);
    let error: unknown;
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#job();
      }
    } catch (thrown) {
      error = thrown;
    }
    const wait = this.#rest(error);
    this.isRunning = false;
    this.later(wait);
  }

  /** Instead of what was to come; undefined: only when asked. */
  later(wait: number | undefined): void {
    clearTimeout(this.#timer);
    if (wait === undefined || this.#closed) return;
    this.#timer = setTimeout(() => this.run(), wait);
  }

  close(): void {
    this.#closed = true;
    this.later(undefined);
  }
}
