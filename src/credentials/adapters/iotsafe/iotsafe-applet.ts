import type { CardApplication } from "../../../smartcard/card-connection.ts";
import type { CardOperationKind } from "../../../smartcard/card-observer.ts";
import type { CardService } from "../../../smartcard/card-service.ts";
import type { QueueRequest } from "../../../smartcard/operation-queue.ts";
import { CardStatusError, StatusWord } from "../../../smartcard/status-word.ts";
import type { ApplicationInformation } from "./application-information.ts";
import { computeSignature } from "./compute-signature.ts";
import { type GeneratedKeyPair, generateKeyPair } from "./generate-key-pair.ts";
import { getApplicationInformation, getObject, getObjectList } from "./get-data.ts";
import { getRandom } from "./get-random.ts";
import { type ClassChoice, IotSafeSession } from "./iotsafe-session.ts";
import type { CardObject } from "./object-list.ts";
import type { ObjectSelector } from "./object-selector.ts";
import { readPublicKey } from "./public-key.ts";
import { readFile } from "./read-file.ts";
import { selectApplet } from "./select-applet.ts";
import { closeSignatureSession } from "./signature-session.ts";

export interface IotSafeSettings {
  /** Tried in order. */
  readonly aids: readonly Uint8Array[];
  readonly class: ClassChoice;
}

/**
 * The IoT SAFE applet of one card. Each method is one atomic operation in the card's queue, and rejects as
 * CardService.run does, with AppletNotFoundError, or with DecodeError for an answer that is not understood.
 */
export class IotSafeApplet {
  readonly #card: CardService;
  readonly #application: CardApplication<IotSafeSession>;

  constructor(card: CardService, settings: IotSafeSettings) {
    this.#card = card;
    this.#application = iotSafeApplication(settings);
  }

  /** With the AID that was selected, and the logical channel in use. */
  applicationInformation(use: QueueRequest): Promise<ApplicationInformation & { readonly aid: Uint8Array }> {
    return this.#run("other", use, async (session) => ({
      ...(await getApplicationInformation(session)),
      aid: session.aid,
    }));
  }

  objects(use: QueueRequest): Promise<readonly CardObject[]> {
    return this.#run("other", use, getObjectList);
  }

  file(file: ObjectSelector, use: QueueRequest): Promise<CardObject | undefined> {
    return this.#run("other", use, (session) => getObject(session, "file", file));
  }

  /** `size`: of the file, where it is known. */
  readFile(file: ObjectSelector, size: number | undefined, use: QueueRequest): Promise<Uint8Array> {
    return this.#run("fileRead", use, (session) => readFile(session, file, size));
  }

  /** SubjectPublicKeyInfo, DER. */
  readPublicKey(key: ObjectSelector, use: QueueRequest): Promise<Uint8Array> {
    return this.#run("other", use, (session) => readPublicKey(session, key));
  }

  generateKeyPair(key: ObjectSelector, use: QueueRequest): Promise<GeneratedKeyPair> {
    return this.#run("keyGeneration", use, (session) => generateKeyPair(session, key));
  }

  /** `digest`: SHA-256. The ECDSA signature in DER, not verified. */
  sign(key: ObjectSelector, digest: Uint8Array, use: QueueRequest): Promise<Uint8Array> {
    return this.#card.run(this.#application, { ...use, kind: "signature" }, (session, afterwards) =>
      computeSignature(session, key, digest, afterwards),
    );
  }

  random(length: number, use: QueueRequest): Promise<Uint8Array> {
    return this.#run("other", use, (session) => getRandom(session, length));
  }

  #run<T>(kind: CardOperationKind, use: QueueRequest, operation: (session: IotSafeSession) => Promise<T>): Promise<T> {
    return this.#card.run(this.#application, { ...use, kind }, (session) => operation(session));
  }
}

/** How the USIM answers the applet's instructions: they should not reach it a second time. */
const ofAnotherApplication: readonly number[] = [
  StatusWord.insUnknown,
  StatusWord.classNotSupported,
  StatusWord.commandNotAllowed,
];

/** Selects the applet; closes the signature session that an earlier run may have left, once the first answer is given. */
function iotSafeApplication({ aids, class: choice }: IotSafeSettings): CardApplication<IotSafeSession> {
  return {
    name: "IoT SAFE",
    open: async (channel, afterwards) => {
      const session = new IotSafeSession(channel, await selectApplet(channel, aids), choice);
      afterwards(() => closeSignatureSession(session));
      return session;
    },
    seemsLost: (error) => error instanceof CardStatusError && ofAnotherApplication.includes(error.statusWord),
  };
}
