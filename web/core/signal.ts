/**
 * A value that views can follow.
 *
 * `effect` runs a function now and again whenever a signal that it read has changed, synchronously
 * and once per `batch`. A signal set to the value it has tells nobody.
 */
export class Signal<T> {
  #value: T;
  readonly #readers = new Set<Effect>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    if (running) {
      this.#readers.add(running);
      running.sources.add(this.#readers);
    }
    return this.#value;
  }

  set value(next: T) {
    if (next === this.#value) return;
    this.#value = next;
    batch(() => {
      for (const reader of this.#readers) due.add(reader);
    });
  }

  /** Reads without following. */
  peek(): T {
    return this.#value;
  }
}

interface Effect {
  run: () => void;
  sources: Set<Set<Effect>>;
}

let running: Effect | null = null;
let depth = 0;
const due = new Set<Effect>();

/** Runs `run` now and after every change of what it read; the answer stops it. */
export function effect(run: () => void): () => void {
  const self: Effect = { run, sources: new Set() };
  start(self);
  return () => {
    forget(self);
    due.delete(self);
  };
}

/** Several changes, one run of each effect. */
export function batch(change: () => void): void {
  depth++;
  try {
    change();
  } finally {
    if (depth === 1) {
      // An effect may set signals in turn: those join the set while it is walked.
      for (const next of due) {
        due.delete(next);
        start(next);
      }
    }
    depth--;
  }
}

/** Runs `body` without following what it reads: for an effect that builds other effects. */
export function untracked<T>(body: () => T): T {
  const outer = running;
  running = null;
  try {
    return body();
  } finally {
    running = outer;
  }
}

function start(self: Effect): void {
  forget(self);
  const outer = running;
  running = self;
  try {
    self.run();
  } finally {
    running = outer;
  }
}

function forget(self: Effect): void {
  for (const readers of self.sources) readers.delete(self);
  self.sources.clear();
}
