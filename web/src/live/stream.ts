import { SseReader, type Message } from "./sse";

/** `off`: nobody listens, or the server lets nobody listen here; `lost`: it is tried again. */
export type Connection = "off" | "live" | "lost";

/** What a stream needs of its surroundings. */
export interface StreamOptions {
  path: string;
  /** Headers of every request, beside Last-Event-ID. */
  headers?: Record<string, string>;
  onMessage: (m: Message) => void;
  /** The stream is open; `gap` says that messages may be missing since the last one. */
  onOpen: (gap: boolean) => void;
  onState: (state: Connection) => void;
  /** The server said no: the status. The stream stays shut until it is restarted. */
  onRefused?: (status: number) => void;
  fetch?: typeof fetch;
}

/** The server says something every 15 seconds; a connection that is silent for longer than this is dead. */
const silenceMs = 40_000;
const firstWaitMs = 2_000;
const longestWaitMs = 30_000;

/** How long to wait before the n-th attempt in a row, n from 0; spread out, so that not all pages come at once. `chance` is from 0 to 1. */
export function waitFor(n: number, first: number, chance: number): number {
  return Math.min(first * 1.7 ** n, longestWaitMs) * (0.75 + chance / 2);
}

/**
 * A stream of server-sent events that comes back by itself. It is read with
 * fetch and not with EventSource, which can send no header, tells no refusal
 * from a lost line, and does not notice that a connection died while the
 * machine slept.
 */
export class EventStream {
  private abort: AbortController | null = null;
  private lastId: string | null = null;
  private opened = false;
  private failures = 0;
  /** Streams in a row that ended as soon as they were open. */
  private short = 0;
  private firstMs = firstWaitMs;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly o: StreamOptions) {}

  /** Opens the stream, unless it is open or about to be. */
  start(): void {
    if (this.abort === null) void this.run();
  }

  /** Closes the stream. Started again, it goes on after the last message. */
  stop(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.abort = null;
    this.failures = 0;
    this.o.onState("off");
  }

  /** Closes the stream. Started again, it begins anew: what was seen before says nothing of what somebody else may see. */
  forget(): void {
    this.stop();
    this.lastId = null;
  }

  /** Does not wait any longer where a next attempt is waited for. */
  hurry(): void {
    if (this.abort === null || this.failures === 0) return;
    clearTimeout(this.timer);
    void this.run();
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    this.abort?.abort();
    const mine = (this.abort = new AbortController());
    const begun = Date.now();
    const status = await this.listen(mine).catch(() => null);
    this.short = status === 200 && Date.now() - begun < firstWaitMs ? this.short + 1 : 0;
    if (this.abort !== mine) return;
    if (status !== null && status >= 400 && status < 500 && status !== 429 && status !== 408) {
      // 400 is for a Last-Event-ID the server cannot read: once more without.
      if (status === 400 && this.lastId !== null) this.lastId = null;
      else {
        this.stop();
        this.o.onRefused?.(status);
        return;
      }
    }
    // A stream that was open and ended is nothing to tell of until it cannot be opened again.
    if (status !== 200) {
      this.failures++;
      this.o.onState("lost");
    }
    const [n, first] = status === 200 ? [this.short, this.firstMs / 8] : [this.failures - 1, this.firstMs];
    this.timer = setTimeout(() => void this.run(), waitFor(n, first, Math.random()));
  }

  /** Reads the stream to its end, and gives the status of the answer; null where it broke before there was one. */
  private async listen(mine: AbortController): Promise<number | null> {
    let silence = setTimeout(() => mine.abort(), silenceMs);
    try {
      const answer = await (this.o.fetch ?? fetch)(this.o.path, {
        headers: { ...this.o.headers, Accept: "text/event-stream", ...(this.lastId === null ? {} : { "Last-Event-ID": this.lastId }) },
        cache: "no-store",
        signal: mine.signal,
      });
      if (!answer.ok || answer.body === null) return answer.status;
      const gap = this.opened && this.lastId === null;
      this.opened = true;
      this.failures = 0;
      this.o.onState("live");
      this.o.onOpen(gap);
      const reader = new SseReader();
      const text = new TextDecoder();
      const body = answer.body.getReader();
      for (;;) {
        const { done, value } = await body.read().catch(() => ({ done: true, value: undefined }));
        if (done || mine.signal.aborted) break;
        clearTimeout(silence);
        silence = setTimeout(() => mine.abort(), silenceMs);
        for (const m of reader.read(text.decode(value, { stream: true }))) this.o.onMessage(m);
        this.lastId = reader.lastId ?? this.lastId;
        this.firstMs = reader.retryMs ?? this.firstMs;
      }
      return 200;
    } finally {
      clearTimeout(silence);
    }
  }
}
