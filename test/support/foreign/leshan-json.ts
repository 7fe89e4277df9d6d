/** A value as Leshan's HTTP face shows it: numbers as strings, times in ms, opaque in hex. */
export type LeshanValue = string | number | boolean | { readonly objectId: number; readonly objectInstanceId: number };

/** A node of the device as Leshan's HTTP face shows and takes it. Types are read without regard to case. */
export type LeshanNode =
  | { readonly kind: "root"; readonly objects: readonly LeshanNode[] }
  | { readonly kind: "obj"; readonly id: number; readonly instances: readonly LeshanNode[] }
  | { readonly kind: "instance"; readonly id?: number; readonly resources: readonly LeshanNode[] }
  | {
      readonly kind: "singleResource" | "resourceInstance";
      readonly id: number;
      readonly type: string;
      readonly value: LeshanValue;
    }
  | {
      readonly kind: "multiResource";
      readonly id: number;
      readonly type: string;
      readonly values: Readonly<Record<string, LeshanValue>>;
    };

/** A link of the device's object list. */
export interface LeshanLink {
  readonly url: string;
  readonly attributes: Readonly<Record<string, string | null>>;
}

/** What a device answered: `status` like `CONTENT(205)`. */
export interface LeshanAnswer<Content = LeshanNode> {
  readonly status: string;
  readonly valid: boolean;
  readonly success: boolean;
  readonly failure: boolean;
  readonly errormessage?: string;
  readonly content?: Content;
  readonly objectLinks?: readonly LeshanLink[];
  readonly location?: string;
}

/** A registered device. Times in ms since 1970, lifetime in seconds; `cipherSuite` where DTLS is used. */
export interface LeshanRegistration {
  readonly endpoint: string;
  readonly registrationId: string;
  readonly registrationDate: number;
  readonly lastUpdate: number;
  readonly address: string;
  readonly lwM2mVersion: string;
  readonly lifetime: number;
  readonly bindingMode: string;
  readonly rootPath: string;
  readonly objectLinks: readonly LeshanLink[];
  readonly secure: boolean;
  readonly additionalRegistrationAttributes: Readonly<Record<string, string>>;
  readonly queuemode: boolean;
  readonly cipherSuite?: string;
}

/** How an endpoint proves itself: PSK key and raw public key (SPKI) in hex. */
export interface LeshanSecurity {
  readonly endpoint: string;
  readonly tls:
    | { readonly mode: "psk"; readonly details: { readonly identity: string; readonly key: string } }
    | { readonly mode: "rpk"; readonly details: { readonly key: string } }
    | { readonly mode: "x509" };
}

/** Names of the content formats that Leshan M15 knows. */
export type LeshanFormat = "TEXT" | "OPAQUE" | "CBOR" | "SENML_JSON" | "SENML_CBOR" | "TLV" | "JSON";

type Nodes = Readonly<Record<string, LeshanNode | null>>;

/** A value that a device reported by itself. */
export type LeshanNotification = { readonly ep: string; readonly status: string; readonly time?: number } & (
  | { readonly kind: "single"; readonly res: string; readonly val?: LeshanNode }
  | { readonly kind: "composite"; readonly paths: readonly string[]; readonly val?: Nodes }
);

/** One CoAP message to or from a device, as Leshan saw it. Payload and token in hex. */
export interface LeshanCoapMessage {
  readonly ep: string;
  readonly incoming: boolean;
  readonly type: string;
  readonly code: string;
  readonly mId: number;
  readonly token: string;
  readonly options: string;
  readonly payload?: string;
}

/** What Leshan says as it happens, by the event's name. */
export interface LeshanEventData {
  readonly REGISTRATION: LeshanRegistration;
  readonly DEREGISTRATION: LeshanRegistration & { readonly expired: boolean };
  readonly UPDATED: { readonly registration: LeshanRegistration; readonly update: Readonly<Record<string, unknown>> };
  readonly AWAKE: { readonly ep: string };
  readonly SLEEPING: { readonly ep: string };
  readonly NOTIFICATION: LeshanNotification;
  readonly SEND: {
    readonly ep: string;
    readonly val: Nodes;
    readonly series: readonly { readonly time?: number; readonly val: Nodes }[];
  };
  readonly DATAERROR: { readonly ep: string; readonly error: string };
  readonly COAPLOG: LeshanCoapMessage;
  readonly BSSESSION: { readonly name: string; readonly endpoint: string; readonly message: string };
  /** What EST did with a request; `request`: the beginning of the CSR's SHA-256. */
  readonly EST: { readonly name: "sen" | "sren" | "delayed"; readonly subject: string; readonly request: string };
}

/** An event with its data; of any name when none is given. */
export type LeshanEvent<Name extends keyof LeshanEventData = keyof LeshanEventData> = {
  [N in Name]: { readonly name: N; readonly data: LeshanEventData[N] };
}[Name];
