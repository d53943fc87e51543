/** One message of a stream of server-sent events. */
export interface Message {
  type: string;
  /** The last id seen, to go on after; null before the first. */
  id: string | null;
  data: string;
}

/**
 * Reads the text of an event stream (WHATWG HTML, section 9.2.6) in pieces of
 * any size. Messages without data only move the id on, as the first of our
 * server does.
 */
export class SseReader {
  /** The id after which the stream can be taken up again. */
  lastId: string | null = null;
  /** What the server wants a client to wait before it comes again, in milliseconds. */
  retryMs: number | null = null;
  private rest = "";
  private afterReturn = false;
  private type = "";
  private data: string[] = [];

  /** Gives the messages that a piece of text completes. */
  read(text: string): Message[] {
    const out: Message[] = [];
    // A line may end in \r\n, cut between the two.
    const piece = this.afterReturn && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") this.afterReturn = text.endsWith("\r");
    const lines = (this.rest + piece).split(/\r\n|\n|\r/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") this.take(line);
      else {
        if (this.data.length > 0) out.push({ type: this.type === "" ? "message" : this.type, id: this.lastId, data: this.data.join("\n") });
        this.type = "";
        this.data = [];
      }
    }
    return out;
  }

  private take(line: string): void {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.type = value;
    else if (field === "data") this.data.push(value);
    else if (field === "id" && !value.includes("\0")) this.lastId = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
  }
}
