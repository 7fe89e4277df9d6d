import type { CommandApdu, LengthMode } from "./command-apdu.ts";
import type { Settings } from "./settings.ts";
import { type Answer, only, Refusal, StatusWord } from "./status-word.ts";

/** What waits on one logical channel for GET RESPONSE (ISO 7816-4 §5.3.4). */
export class PendingAnswer {
  #waiting: Answer | undefined;

  /** Gives the answer at once, or keeps it and announces its length. Data that Le leaves over waits as well. */
  give(answer: Answer, apdu: CommandApdu, answers: Settings["answers"]): Answer {
    if (answer.data.length === 0) return answer;
    // A command without data gets its answer at once (case 2); after data a T=0 card can only announce it.
    if (answers === "direct" || apdu.data.length === 0) return this.#part(answer, apdu.le ?? 256, answers);
    this.#waiting = answer;
    return only(announce(answer.data.length, answers));
  }

  /** GET RESPONSE: 6985 when nothing waits; in strict mode 6Cxx when Le asks for more than there is. */
  take(le: number | undefined, { answers, lengths }: { answers: Settings["answers"]; lengths: LengthMode }): Answer {
    const answer = this.#waiting;
    if (answer === undefined) throw new Refusal(StatusWord.conditionsNotMet);
    const wanted = le ?? 256;
    if (lengths === "strict" && wanted < 256 && wanted > answer.data.length) {
      throw new Refusal(0x6c00 + answer.data.length);
    }
    return this.#part(answer, wanted, answers);
  }

  /** Any other command came, also one that is refused then. */
  drop(): void {
    this.#waiting = undefined;
  }

  #part({ data, status }: Answer, length: number, answers: Settings["answers"]): Answer {
    const rest = data.subarray(length);
    this.#waiting = rest.length === 0 ? undefined : { data: rest, status };
    return {
      data: data.subarray(0, length),
      status: rest.length === 0 ? status : announce(rest.length, answers),
    };
  }
}

function announce(length: number, answers: Settings["answers"]): number {
  return (answers === "get-response-9f" ? 0x9f00 : 0x6100) + (length > 255 ? 0 : length);
}
