import assert from "node:assert/strict";
import type { LeshanEvents } from "../../support/foreign/event-stream.ts";
import type { LeshanAnswer, LeshanEventData, LeshanFormat, LeshanNode } from "../../support/foreign/leshan-json.ts";
import type { CompositeFormats, LeshanManagement, WriteOptions } from "../../support/foreign/leshan-rest.ts";
import { compositeValues, type Values, valuesOf } from "./nodes.ts";

/** Leshan as one device's server: its REST calls with the answer that the procedure expects. */
export class LeshanSide {
  readonly rest: LeshanManagement;
  readonly endpoint: string;
  readonly events: LeshanEvents;

  constructor(rest: LeshanManagement, endpoint: string, events: LeshanEvents) {
    this.rest = rest;
    this.endpoint = endpoint;
    this.events = events;
  }

  registered(): Promise<LeshanEventData["REGISTRATION"]> {
    return this.events.waitFor("REGISTRATION");
  }

  updated(seconds = 30): Promise<LeshanEventData["UPDATED"]> {
    return this.events.waitFor("UPDATED", undefined, seconds);
  }

  deregistered(): Promise<LeshanEventData["DEREGISTRATION"]> {
    return this.events.waitFor("DEREGISTRATION");
  }

  /** The next notification of a path; its values. */
  async notified(path: string, seconds = 30): Promise<Values> {
    const isOf = (data: LeshanEventData["NOTIFICATION"]): boolean => data.kind === "single" && data.res === path;
    const data = await this.events.waitFor("NOTIFICATION", isOf, seconds);
    return data.kind === "single" ? valuesOf(data.val, path) : {};
  }

  /** The next composite notification; its values. */
  async compositeNotified(seconds = 30): Promise<Values> {
    const data = await this.events.waitFor("NOTIFICATION", ({ kind }) => kind === "composite", seconds);
    return data.kind === "composite" ? compositeValues(data.val) : {};
  }

  async read(path: string, format?: LeshanFormat): Promise<Values> {
    const answer = await this.rest.read(this.endpoint, path, format);
    expectStatus(answer, "CONTENT(205)", `Read ${path}`);
    return valuesOf(answer.content, path);
  }

  async readRefused(path: string, status: string): Promise<void> {
    expectStatus(await this.rest.read(this.endpoint, path), status, `Read ${path}`);
  }

  async write(path: string, node: LeshanNode, options?: WriteOptions, status = "CHANGED(204)"): Promise<void> {
    expectStatus(await this.rest.write(this.endpoint, path, node, options), status, `Write ${path}`);
  }

  async attributes(path: string, attributes: string, status = "CHANGED(204)"): Promise<void> {
    const answer = await this.rest.writeAttributes(this.endpoint, path, attributes);
    expectStatus(answer, status, `Write-Attributes ${path}?${attributes}`);
  }

  async execute(path: string, status = "CHANGED(204)"): Promise<void> {
    expectStatus(await this.rest.execute(this.endpoint, path), status, `Execute ${path}`);
  }

  /** Links as text: the target and its attributes in alphabetical order. */
  async discover(path: string): Promise<string[]> {
    const answer = await this.rest.discover(this.endpoint, path);
    expectStatus(answer, "CONTENT(205)", `Discover ${path}`);
    return (answer.objectLinks ?? []).map(({ url, attributes }) =>
      [
        `<${url}>`,
        ...Object.entries(attributes)
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      ].join(";"),
    );
  }

  async create(path: string, node: LeshanNode, format?: LeshanFormat): Promise<LeshanAnswer> {
    const answer = await this.rest.create(this.endpoint, path, node, format);
    expectStatus(answer, "CREATED(201)", `Create ${path}`);
    return answer;
  }

  async delete(path: string, status = "DELETED(202)"): Promise<void> {
    expectStatus(await this.rest.delete(this.endpoint, path), status, `Delete ${path}`);
  }

  async observe(path: string, format?: LeshanFormat): Promise<Values> {
    const answer = await this.rest.observe(this.endpoint, path, format);
    expectStatus(answer, "CONTENT(205)", `Observe ${path}`);
    return valuesOf(answer.content, path);
  }

  async cancel(path: string, how: "active" | "passive"): Promise<void> {
    const answer = await this.rest.cancel(this.endpoint, path, how);
    if (how === "active") expectStatus(answer, "CONTENT(205)", `cancel ${path}`);
  }

  async readComposite(paths: readonly string[], formats?: CompositeFormats): Promise<Values> {
    const answer = await this.rest.readComposite(this.endpoint, paths, formats);
    expectStatus(answer, "CONTENT(205)", `Read-Composite ${paths}`);
    return compositeValues(answer.content);
  }

  async writeComposite(nodes: Readonly<Record<string, LeshanNode>>, formats?: CompositeFormats): Promise<void> {
    const answer = await this.rest.writeComposite(this.endpoint, nodes, formats);
    expectStatus(answer, "CHANGED(204)", "Write-Composite");
  }

  async observeComposite(paths: readonly string[], formats?: CompositeFormats): Promise<Values> {
    const answer = await this.rest.observeComposite(this.endpoint, paths, formats);
    expectStatus(answer, "CONTENT(205)", `Observe-Composite ${paths}`);
    return compositeValues(answer.content);
  }

  async cancelComposite(paths: readonly string[], how: "active" | "passive"): Promise<void> {
    const answer = await this.rest.cancelComposite(this.endpoint, paths, how);
    if (how === "active") expectStatus(answer, "CONTENT(205)", "cancel Observe-Composite");
  }
}

function expectStatus(answer: Pick<LeshanAnswer, "status" | "errormessage">, status: string, what: string): void {
  assert.equal(answer.status, status, `${what} is answered ${answer.status} ${answer.errormessage ?? ""}`);
}
