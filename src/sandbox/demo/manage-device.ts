import type { CoapResponse } from "../../coap/exchange.ts";
import { Code, codeText } from "../../coap/message.ts";
import { CodedError } from "../../util/coded-error.ts";
import { ContentFormat, DeviceOperations } from "../device-operations.ts";
import type { Registration } from "../registration.ts";
import { inTime, type Patience } from "./in-time.ts";

/** Tells what was done. */
type Step = (text: string) => void;

/**
 * What a server does with a new device: Discover, Read, Observe, Write, each within its time. Throws CodedError
 * "DEMO_FAILED" that names the operation.
 */
export async function manageDevice(registration: Registration, step: Step, patience: Patience): Promise<void> {
  const device = new DeviceOperations(registration);
  const ask = async (what: string, answer: Promise<CoapResponse>): Promise<string> =>
    textOf(await inTime(what, answer, patience), what);
  step(`Discover /3/0: ${await ask("Discover /3/0", device.discover("/3/0"))}`);
  for (const [path, name] of [
    ["/3/0/0", "manufacturer"],
    ["/3/0/13", "time"],
    ["/3/0/10", "free memory in kB"],
  ] as const) {
    step(`Read ${path}: ${name} ${await ask(`Read ${path}`, device.read(path, ContentFormat.text))}`);
  }
  await observeAndWrite(device, step, patience);
}

/** A write by the server itself makes the observed value change: that shows a notification without waiting. */
async function observeAndWrite(device: DeviceOperations, step: Step, patience: Patience): Promise<void> {
  const path = "/1/0/1";
  const [observe, write, notify] = [`Observe ${path}`, `Write ${path}`, `Notify ${path}`];
  let notified: (response: CoapResponse) => void = () => {};
  const notification = new Promise<CoapResponse>((resolve) => {
    notified = resolve;
  });
  const observation = device.observe(path, (response) => notified(response));
  const observed = await inTime(observe, observation, patience);
  const before = textOf(observed.response, observe);
  step(`${observe}: lifetime ${before}`);
  if (!observed.observing) throw new CodedError("DEMO_FAILED", `the device does not let ${path} be observed`);
  // What was written at an earlier start is still there: it has to be another value.
  const lifetime = before === "600" ? "300" : "600";
  const written = await inTime(write, device.write(path, lifetime), patience);
  if (written.code !== Code.Changed) throw failed(write, written);
  step(`${write}: ${lifetime}`);
  step(`${notify}: lifetime ${textOf(await inTime(notify, notification, patience), notify)}`);
  await inTime(`the end of ${observe}`, observed.cancel(), patience);
}

function textOf(response: CoapResponse, what: string): string {
  if (response.code !== Code.Content) throw failed(what, response);
  return new TextDecoder().decode(response.payload);
}

function failed(what: string, { code, payload }: CoapResponse): CodedError {
  return new CodedError("DEMO_FAILED", `${what} was answered ${codeText(code)} ${new TextDecoder().decode(payload)}`);
}
