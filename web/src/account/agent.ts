/** What a browser's own description says to a person: its name, and what it runs on. Empty where it is none of the known. */
export function readAgent(agent: string): { browser: string; system: string } {
  const first = (known: readonly (readonly [RegExp, string])[]) => known.find(([pattern]) => pattern.test(agent))?.[1] ?? "";
  return {
    // Most say that they are Chrome and Safari besides: the rarer first.
    browser: first([
      [/MicroMessenger/, "WeChat"],
      [/Edg/, "Edge"],
      [/Firefox|FxiOS/, "Firefox"],
      [/QQBrowser/, "QQ Browser"],
      [/UCBrowser/, "UC Browser"],
      [/HuaweiBrowser/, "Huawei Browser"],
      [/MiuiBrowser/, "Mi Browser"],
      [/Chrom(e|ium)|CriOS/, "Chrome"],
      [/Safari/, "Safari"],
      [/^curl/, "curl"],
      [/^python/i, "Python"],
    ]),
    system: first([
      [/HarmonyOS|OpenHarmony/, "HarmonyOS"],
      [/Android/, "Android"],
      [/iPhone|iPad/, "iOS"],
      [/Windows/, "Windows"],
      [/Mac OS X|Macintosh/, "macOS"],
      [/CrOS/, "ChromeOS"],
      [/Linux/, "Linux"],
    ]),
  };
}
