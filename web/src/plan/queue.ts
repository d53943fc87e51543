import { signal } from "@preact/signals";
import { ApiError } from "../api/client";
import type { Pending } from "./store";

/** How long it is waited before the server is tried again, in milliseconds: longer and longer. */
const pauses = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/** What became of something that was sent: it is done, or refused, or it is not known because no answer came. */
export type Outcome = "done" | "refused" | "unsure";

/** Does one thing. `unsure` says that an earlier try brought no answer: it may be done already. */
export type Doer = (what: Pending["what"], unsure: boolean) => Promise<Outcome>;

/** Reports whether an error says that the server cannot be reached, is busy, or knows nobody here any more: what was sent may be sent again. */
export function passing(e: unknown): boolean {
  return e instanceof ApiError && (e.trouble === "away" || e.trouble === "busy" || e.problem?.status === 401);
}

/** Things to be done one after the other. While no answer comes they wait, and are tried again. */
export class Queue {
  readonly pending = signal<readonly Pending[]>([]);
  readonly waiting = signal<Date | null>(null);
  private readonly ends = new Map<number, (done: boolean) => void>();
  private next = 1;
  private running = false;
  private closed = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly doer: Doer,
    private readonly idle: () => void,
  ) {}

  add(what: Pending["what"]): Promise<boolean> {
    if (this.closed) return Promise.resolve(false);
    const id = this.next++;
    this.pending.value = [...this.pending.value, { id, what }];
    const end = new Promise<boolean>((resolve) => this.ends.set(id, resolve));
    void this.run();
    return end;
  }

  /** Tries at once what waits. */
  hurry(): void {
    this.wake();
  }

  /** Gives up everything, also what is on its way: whether that is done is then not known here. */
  drop(): void {
    for (const { id } of this.pending.value) this.end(id, false);
    this.pending.value = [];
    this.waiting.value = null;
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.drop();
  }

  private end(id: number, done: boolean): void {
    this.ends.get(id)?.(done);
    this.ends.delete(id);
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    let tries = 0;
    for (let first = this.pending.value[0]; first !== undefined; first = this.pending.value[0]) {
      const { id, what } = first;
      const outcome = await this.doer(what, tries > 0);
      // It may have been dropped meanwhile.
      if (this.pending.value[0]?.id !== id) {
        tries = 0;
        continue;
      }
      if (outcome === "unsure") {
        this.waiting.value ??= new Date();
        await this.pause(pauses[Math.min(tries, pauses.length - 1)] ?? 0);
        tries = this.pending.value[0]?.id === id ? tries + 1 : 0;
        continue;
      }
      tries = 0;
      this.waiting.value = null;
      this.pending.value = this.pending.value.slice(1);
      this.end(id, outcome === "done");
    }
    this.running = false;
    if (!this.closed) this.idle();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
