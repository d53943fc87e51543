declare module "exifr/dist/lite.esm.mjs" {
  export function parse(file: Blob, options: Record<string, unknown>): Promise<unknown>;
}
