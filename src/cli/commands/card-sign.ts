import { readFileSync } from "node:fs";
import { SignatureScheme } from "../../crypto/signature-scheme.ts";
import { encodeUtf8, toHex } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { cardUri, withCard } from "../with-card.ts";

interface SignOptions {
  uri: string;
  text: string | undefined;
  file: string | undefined;
}

/** Signs with the card's key; the signature is verified with the public key before it is shown. */
export const cardSign: Command<SignOptions> = {
  options: (yargs) =>
    cardUri(yargs)
      .option("text", { type: "string", requiresArg: true, describe: "Sign this text (UTF-8)" })
      .option("file", { type: "string", requiresArg: true, describe: "Sign what is in this file" }),

  run: ({ uri, text, file }, output) => {
    const message = messageOf(text, file);
    return withCard(async (provider) => {
      const { signal } = new AbortController();
      const { signer } = await provider.open(uri, signal);
      const signature = toHex(await signer.sign(message, SignatureScheme.ecdsa_secp256r1_sha256, signal));
      const publicKey = toHex(signer.publicKey);
      output.result({ scheme: "ecdsa_secp256r1_sha256", signature, publicKey }, () => signature);
      return ExitCode.done;
    });
  },
};

function messageOf(text: string | undefined, file: string | undefined): Uint8Array {
  if (text !== undefined && file === undefined) return encodeUtf8(text);
  if (file !== undefined && text === undefined) return new Uint8Array(readFileSync(file));
  throw new CodedError("BAD_ARGUMENT", "either --text or --file was expected");
}
