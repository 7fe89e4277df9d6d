import type { CoapResponse } from "../../coap/exchange.ts";
import { Code, codeText } from "../../coap/message.ts";
import { CodedError } from "../../util/coded-error.ts";
import { ContentFormat, DeviceOperations } from "../device-operations.ts";
import type { Registration } from "../registration.ts";

/** What a server does with a new device: Discover, Read, Observe, Write. Throws CodedError "DEMO_FAILED". */
export async function manageDevice(registration: Registration, step: (text: string) => void): Promise<void> {
  const device = new DeviceOperations(registration);
  step(`Discover /3/0: ${textOf(await device.discover("/3/0"), "Discover /3/0")}`);
  for (const [path, name] of [
    ["/3/0/0", "manufacturer"],
    ["/3/0/13", "time"],
    ["/3/0/10", "free memory in kB"],
  ] as const) {
    step(`Read ${path}: ${name} ${textOf(await device.read(path, ContentFormat.text), `Read ${path}`)}`);
  }
  await observeAndWrite(device, step);
}

/** A write by the server itself makes the observed value change: that shows a notification without waiting. */
async function observeAndWrite(device: DeviceOperations, step: (text: string) => void): Promise<void> {
  const path = "/1/0/1";
  let notified: (response: CoapResponse) => void = () => {};
  const notification = new Promise<CoapResponse>((resolve) => {
    notified = resolve;
  });
  const observed = await device.observe(path, (response) => notified(response));
  step(`Observe ${path}: lifetime ${textOf(observed.response, `Observe ${path}`)}`);
  if (!observed.observing) throw new CodedError("DEMO_FAILED", `the device does not let ${path} be observed`);
  // What was written at an earlier start is still there: it has to be another value.
  const lifetime = textOf(observed.response, `Observe ${path}`) === "600" ? "300" : "600";
  const written = await device.write(path, lifetime);
  if (written.code !== Code.Changed) throw failed(`Write ${path}`, written);
  step(`Write ${path}: ${lifetime}`);
  step(`Notify ${path}: lifetime ${textOf(await notification, `Notify ${path}`)}`);
  await observed.cancel();
}

function textOf(response: CoapResponse, what: string): string {
  if (response.code !== Code.Content) throw failed(what, response);
  return new TextDecoder().decode(response.payload);
}

function failed(what: string, { code, payload }: CoapResponse): CodedError {
  return new CodedError("DEMO_FAILED", `${what} was answered ${codeText(code)} ${new TextDecoder().decode(payload)}`);
}
