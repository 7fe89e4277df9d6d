import { decodeUtf8 } from "../../util/bytes.ts";
import { DecodeError } from "../../util/coded-error.ts";
import { badRequest } from "./operation-error.ts";

/** Arguments of Execute by digit 0..9; an argument without a value is the empty string. */
export type ExecuteArguments = ReadonlyMap<number, string>;

const ARGUMENT = /([0-9])(?:='([^']*)')?(?:,(?=[0-9])|$)/y;

/**
 * Reads `0='a',1` (OMA LwM2M Core 1.2 §6.3.5): digits at most once, values without apostrophe. Throws OperationError
 * 4.00 for anything else.
 */
export function parseExecuteArguments(payload: Uint8Array): ExecuteArguments {
  const text = utf8(payload);
  const args = new Map<number, string>();
  ARGUMENT.lastIndex = 0;
  while (ARGUMENT.lastIndex < text.length) {
    const at = ARGUMENT.lastIndex;
    const match = ARGUMENT.exec(text);
    const digit = Number(match?.[1]);
    if (!match || args.has(digit)) throw badRequest(`execute arguments: unexpected text at character ${at}`);
    args.set(digit, match[2] ?? "");
  }
  return args;
}

function utf8(payload: Uint8Array): string {
  try {
    return decodeUtf8(payload, "execute arguments");
  } catch (cause) {
    if (cause instanceof DecodeError) throw badRequest("execute arguments are not text", { cause });
    throw cause;
  }
}
