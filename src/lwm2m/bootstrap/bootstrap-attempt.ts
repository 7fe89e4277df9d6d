import type { Association } from "../../association/association.ts";
import { describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { Timers } from "../../util/time.ts";
import type { AssociationFactory } from "../ports/association-factory.ts";
import { BootstrapError } from "./bootstrap-error.ts";
import { applyPack } from "./bootstrap-pack.ts";
import { type BootstrapParameters, requestBootstrap, requestPack } from "./bootstrap-request.ts";
import { BootstrapSession } from "./bootstrap-session.ts";
import type { ConfigurationDraft } from "./configuration-draft.ts";

export interface BootstrapAttemptOptions {
  readonly parameters: BootstrapParameters;
  readonly associations: AssociationFactory;
  newDraft(): ConfigurationDraft;
  check(draft: ConfigurationDraft): Promise<readonly string[]>;
  commit(draft: ConfigurationDraft): Promise<void>;
  /** Work that needs the association with the bootstrap server after a success, such as enrolment. */
  afterwards?(association: Association): Promise<void>;
  readonly timers: Timers;
  readonly logger: Logger;
}

export type BootstrapWay = "session" | "pack";

/**
 * How long the association stays after a Finish: the server may not have got our answer, and asks again after 2 to 3 and
 * after 6 to 9 seconds (RFC 7252 §4.2).
 */
const LINGER_MS = 10_000;

/**
 * One bootstrap from connection to success. Rejects with a BootstrapError or what kept the association from coming about;
 * nothing has changed then.
 */
export async function attemptBootstrap(options: BootstrapAttemptOptions, signal: AbortSignal): Promise<BootstrapWay> {
  const { associations, newDraft, timers, logger, parameters } = options;
  const session = new BootstrapSession({ ...options, draft: newDraft(), version: parameters.version, timers, logger });
  const stop = () => session.abandon("stopped");
  signal.addEventListener("abort", stop);
  let association: Association | undefined;
  try {
    association = await associations.connect(session.handle, signal);
    signal.throwIfAborted();
    const way = await bootstrapOver(association, session, options, signal);
    await afterwards(association, options);
    closeLater(association, options, signal);
    return way;
  } catch (error) {
    session.abandon(describeError(error));
    if (association) await close(association, logger);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function bootstrapOver(
  association: Association,
  session: BootstrapSession,
  options: BootstrapAttemptOptions,
  signal: AbortSignal,
): Promise<BootstrapWay> {
  const { parameters } = options;
  association.onClosed((error) =>
    session.abandon(`association lost${error === undefined ? "" : `: ${describeError(error)}`}`),
  );
  const send = (request: Parameters<Association["send"]>[0]) => association.send(request, signal);
  if (parameters.version === "1.2" && (await tryPack(options, send))) {
    session.abandon("a pack was used");
    return "pack";
  }
  await requestBootstrap(parameters, send);
  session.open();
  const end = await session.ended;
  if (end.finished) return "session";
  const refused = end.rejections > 0 ? ` (${end.rejections} Finish refused with 4.06)` : "";
  throw new BootstrapError("BOOTSTRAP_UNFINISHED", `bootstrap session without effect: ${end.reason}${refused}`);
}

/** Whatever is wrong with a pack, Bootstrap-Request is the way on (OMA LwM2M Core 1.2 §6.1.7.7). */
async function tryPack(options: BootstrapAttemptOptions, send: Parameters<typeof requestPack>[1]): Promise<boolean> {
  const { parameters, newDraft, check, commit, logger } = options;
  try {
    const pack = await requestPack(parameters, send);
    const draft = newDraft();
    await applyPack(draft, pack, logger);
    const problems = await check(draft);
    if (problems.length > 0) throw new BootstrapError("BOOTSTRAP_UNUSABLE", problems.join("; "));
    await commit(draft);
    return true;
  } catch (error) {
    const level = error instanceof BootstrapError && error.code === "BOOTSTRAP_REFUSED" ? "info" : "warn";
    logger[level]("no bootstrap pack, going on with Bootstrap-Request", { reason: describeError(error) });
    return false;
  }
}

async function afterwards(association: Association, options: BootstrapAttemptOptions): Promise<void> {
  try {
    await options.afterwards?.(association);
  } catch (error) {
    options.logger.error("what follows bootstrap failed", { reason: describeError(error) });
  }
}

function closeLater(association: Association, { timers, logger }: BootstrapAttemptOptions, signal: AbortSignal): void {
  const closeNow = () => {
    timer.cancel();
    signal.removeEventListener("abort", closeNow);
    void close(association, logger);
  };
  const timer = timers.schedule(LINGER_MS, closeNow);
  signal.addEventListener("abort", closeNow);
  if (signal.aborted) closeNow();
}

async function close(association: Association, logger: Logger): Promise<void> {
  await association.close().catch((error: unknown) => {
    logger.debug("closing failed", { reason: describeError(error) });
  });
}
