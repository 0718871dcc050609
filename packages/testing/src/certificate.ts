import { generateKeyPairSync, sign } from "node:crypto";

/** Just enough DER to write a certificate: tests need no openssl and no key in the repository. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80
      ? Buffer.from([length])
      : length < 0x100
        ? Buffer.from([0x81, length])
        : Buffer.from([0x82, length >> 8, length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), size, content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const hex = (text: string) => Buffer.from(text, "hex");
const ecdsaWithSha256 = sequence(der(0x06, hex("2a8648ce3d040302")));
const utcTime = (at: Date) =>
  der(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
const commonName = (name: string) =>
  sequence(der(0x31, sequence(der(0x06, hex("550403")), der(0x0c, Buffer.from(name)))));

export type Certificate = { readonly key: string; readonly cert: string };

const day = 86_400_000;

/** A self-signed certificate for one DNS name or for 127.0.0.1. */
export function selfSigned(
  options: { readonly name?: string; readonly fromDays?: number; readonly toDays?: number } = {},
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const at = (days: number) => utcTime(new Date(Date.now() + days * day));
  const name =
    options.name === undefined
      ? der(0x87, Buffer.from([127, 0, 0, 1]))
      : der(0x82, Buffer.from(options.name));
  const alternativeNames = sequence(der(0x06, hex("551d11")), der(0x04, sequence(name)));
  const basicConstraints = sequence(
    der(0x06, hex("551d13")),
    der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
  );
  const subject = commonName(options.name ?? "test");
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    subject,
    sequence(at(options.fromDays ?? -1), at(options.toDays ?? 1)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(alternativeNames, basicConstraints)),
  );
  const signature = sign("sha256", body, privateKey);
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}
