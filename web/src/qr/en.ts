import type { zh } from "./zh";

export const en: Record<keyof typeof zh, string> = {
  title: "Open on a phone",
  help: "Point the phone's camera at the code to open this page there.",
  unreachable: "A phone cannot open this address: the server can be reached on this machine only. Start it with --listen 0.0.0.0:8080 to open it to the local network, or give its outside address with --public-url.",
  secret: "The address holds a secret: whoever has it can follow this report.",
  address: "Address",
  copy: "Copy",
  copied: "Address copied",
  code: "QR code of this page's address",
  failed: "The address is too long for a QR code. Copy it instead.",
};
