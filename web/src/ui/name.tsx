import type { JSX } from "preact";

/** A name from the data, marked as Chinese where it is, so that it is read out and drawn as such on an English page. */
export function Name({ of: text }: { of: string }): JSX.Element {
  return /\p{Script=Han}/u.test(text) ? <span lang="zh-CN">{text}</span> : <span>{text}</span>;
}
