import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { EventStream, waitFor, type Connection } from "./stream";

interface Visit {
  headers: IncomingHttpHeaders;
  answer: ServerResponse;
}

/** A server of event streams whose answers the test writes, and a stream that listens to it. */
async function scene(headers: Record<string, string> = {}) {
  const visits: Visit[] = [];
  const said: string[] = [];
  const server = createServer((request, answer) => visits.push({ headers: request.headers, answer }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stream = new EventStream({
    path: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    headers,
    onMessage: (m) => said.push(`${m.type} ${m.data}`),
    onOpen: (gap) => said.push(gap ? "open after a gap" : "open"),
    onState: (s: Connection) => said.push(s),
    onRefused: (status) => said.push(`refused ${status}`),
  });
  const until = async (what: string, ready: () => boolean) => {
    const end = Date.now() + 5_000;
    while (!ready()) {
      if (Date.now() > end) throw new Error(`${what} did not happen: ${said.join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  return {
    stream,
    said,
    heard: (text: string) => until(text, () => said.includes(text)),
    /** Waits for the n-th request, from 1. */
    visit: async (n: number): Promise<Visit> => {
      await until(`request ${n}`, () => visits.length >= n);
      return visits[n - 1] as Visit;
    },
    visits: () => visits.length,
    end: () => {
      stream.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}

function begin({ answer }: Visit, id: number): void {
  answer.writeHead(200, { "Content-Type": "text/event-stream" });
  answer.write(`retry: 40\nid: ${id}\n\n`);
}

test("a stream that ends is taken up after its last message", async (t) => {
  const s = await scene({ "X-Follow-Secret": "gf_x" });
  t.after(s.end);
  s.stream.start();
  s.stream.start();
  const first = await s.visit(1);
  assert.equal(first.headers["last-event-id"], undefined);
  assert.equal(first.headers["x-follow-secret"], "gf_x");
  begin(first, 11);
  first.answer.end('id: 12\nevent: report.changed\ndata: {"a":1}\n\n');
  const second = await s.visit(2);
  assert.equal(second.headers["last-event-id"], "12");
  begin(second, 12);
  second.answer.write("id: 13\nevent: report.changed\ndata: {}\n\n");
  await s.heard("report.changed {}");
  assert.deepEqual(s.said, ["live", "open", 'report.changed {"a":1}', "live", "open", "report.changed {}"]);
});

test("a connection that breaks is opened again", async (t) => {
  const s = await scene();
  t.after(s.end);
  s.stream.start();
  const first = await s.visit(1);
  begin(first, 5);
  await s.heard("open");
  first.answer.destroy();
  assert.equal((await s.visit(2)).headers["last-event-id"], "5");
});

test("a server that is away or busy is asked again, and one that says no is not", async (t) => {
  const s = await scene();
  t.after(s.end);
  s.stream.start();
  const first = await s.visit(1);
  begin(first, 5);
  await s.heard("open");
  first.answer.end();
  (await s.visit(2)).answer.writeHead(503).end();
  await s.heard("lost");
  (await s.visit(3)).answer.destroy();
  (await s.visit(4)).answer.writeHead(404).end();
  await s.heard("refused 404");
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(s.visits(), 4);
  assert.equal(s.said.filter((x) => x === "off").length, 1);
});

test("begun anew it forgets where it was, and says that there is a gap", async (t) => {
  const s = await scene();
  t.after(s.end);
  s.stream.start();
  begin(await s.visit(1), 5);
  await s.heard("open");
  s.stream.forget();
  s.stream.start();
  const second = await s.visit(2);
  assert.equal(second.headers["last-event-id"], undefined);
  begin(second, 9);
  await s.heard("open after a gap");
});

test("stopped it stays so, and started again it goes on", async (t) => {
  const s = await scene();
  t.after(s.end);
  s.stream.start();
  begin(await s.visit(1), 5);
  await s.heard("open");
  s.stream.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(s.visits(), 1);
  s.stream.start();
  assert.equal((await s.visit(2)).headers["last-event-id"], "5");
});

test("an id that the server cannot read is not sent a second time", async (t) => {
  const s = await scene();
  t.after(s.end);
  s.stream.start();
  const first = await s.visit(1);
  begin(first, 5);
  await s.heard("open");
  first.answer.end();
  (await s.visit(2)).answer.writeHead(400).end();
  const third = await s.visit(3);
  assert.equal(third.headers["last-event-id"], undefined);
  begin(third, 5);
  await s.heard("open after a gap");
});

test("attempts become rarer, and never rarer than every 37.5 seconds", () => {
  assert.equal(waitFor(0, 2000, 0.5), 2000);
  assert.equal(waitFor(1, 2000, 0.5), 3400);
  assert.equal(waitFor(0, 2000, 0), 1500);
  assert.equal(waitFor(50, 2000, 1), 37_500);
});
