import assert from "node:assert/strict";
import { test } from "node:test";
import { SseReader, type Message } from "./sse";

const stream = "retry: 2000\nid: 11\n\n: still here\n\nid: 12\nevent: report.created\ndata: {\"a\": 1}\n\ndata: x\ndata:y\n\n";
const messages: Message[] = [
  { type: "report.created", id: "12", data: '{"a": 1}' },
  { type: "message", id: "12", data: "x\ny" },
];

test("messages, whatever the line ends and wherever the text is cut", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = stream.replaceAll("\n", end);
    for (let size = 1; size <= text.length; size++) {
      const reader = new SseReader();
      const got: Message[] = [];
      for (let i = 0; i < text.length; i += size) got.push(...reader.read(text.slice(i, i + size)));
      assert.deepEqual(got, messages, `${JSON.stringify(end)} in pieces of ${size}`);
      assert.equal(reader.retryMs, 2000);
    }
  }
});

test("the id is known before the first message", () => {
  const reader = new SseReader();
  assert.deepEqual(reader.read("retry: 2000\nid: 11\n\n"), []);
  assert.equal(reader.lastId, "11");
});

test("a message that was not ended is none", () => {
  assert.deepEqual(new SseReader().read("event: reset\ndata: {}\n"), []);
});
