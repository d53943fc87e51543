import assert from "node:assert/strict";
import test from "node:test";
import { readAgent } from "./agent";

test("a browser is called what it is, not what it passes for", () => {
  const cases: [string, string, string][] = [
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge", "Windows"],
    ["Mozilla/5.0 (Linux; Android 14; ALN-AL00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 HuaweiBrowser/15 Mobile Safari/537.36", "Huawei Browser", "Android"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0", "WeChat", "iOS"],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15", "Safari", "macOS"],
    ["something else", "", ""],
    ["", "", ""],
  ];
  for (const [agent, browser, system] of cases) assert.deepEqual(readAgent(agent), { browser, system }, agent);
});
