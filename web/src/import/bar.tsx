import type { JSX } from "preact";

/** How far something is, as a bar and in words; without a share it only says that it goes on. */
export function Bar({ label, share, says }: { label: string; share: number | null; says: string }): JSX.Element {
  return (
    <div class="import-bar">
      <p>
        <strong>{label}</strong> <span class="soft">{says}</span>
      </p>
      {/* Without a value it is indeterminate, which the style sheet draws as a striped outline. */}
      <progress aria-label={label} {...(share === null ? {} : { max: 1, value: Math.min(1, Math.max(0, share)) })} />
    </div>
  );
}
