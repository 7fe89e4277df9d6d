import type { CardTransportErrorCode } from "../../smartcard/card-transport-error.ts";

/**
 * What goes between us and the child process that holds the PC/SC library. One request at a time for the card; APDUs are
 * hexadecimal text. Ids pair answers with requests.
 */
export type PcscRequest =
  | { readonly id: number; readonly do: "list" }
  /** `reader`: part of its name; any reader, one with a card first, when absent. */
  | { readonly id: number; readonly do: "connect"; readonly reader?: string }
  | { readonly id: number; readonly do: "transmit"; readonly command: string }
  | { readonly id: number; readonly do: "disconnect" };

export type PcscRequestBody = PcscRequest extends infer R ? (R extends PcscRequest ? Omit<R, "id"> : never) : never;

export interface PcscReader {
  readonly name: string;
  readonly card: "present" | "absent" | "mute" | "unknown";
  /** Hexadecimal. */
  readonly atr?: string;
}

export interface PcscResult {
  /** Of `list`. */
  readonly readers?: readonly PcscReader[];
  /** Of `connect`: the reader's name. */
  readonly reader?: string;
  /** Of `transmit`: hexadecimal. */
  readonly response?: string;
}

export interface PcscFailure {
  readonly code: CardTransportErrorCode;
  readonly message: string;
}

export type PcscAnswer =
  | { readonly id: number; readonly result: PcscResult }
  | { readonly id: number; readonly failure: PcscFailure };
