import type { ObjectsConfig, ResourceMapping, SingleMapping } from "./objects-config.ts";

/** File names of the section made absolute by `resolve`. Programs of commands stay: they are looked for in PATH. */
export function withAbsoluteFiles(config: ObjectsConfig, resolve: (name: string) => string): ObjectsConfig {
  const { folder, modules, topicSocket } = config;
  return {
    ...config,
    ...(folder !== undefined && { folder: resolve(folder) }),
    ...(topicSocket !== undefined && { topicSocket: resolve(topicSocket) }),
    modules: modules.map(resolve),
    instances: mapValues(config.instances, (resources) => mapValues(resources, (one) => absolute(one, resolve))),
  };
}

function absolute(mapping: ResourceMapping, resolve: (name: string) => string): ResourceMapping {
  return "each" in mapping
    ? { each: mapValues(mapping.each, (one) => single(one, resolve)) }
    : single(mapping, resolve);
}

function single(mapping: SingleMapping, resolve: (name: string) => string): SingleMapping {
  return "file" in mapping ? { ...mapping, file: resolve(mapping.file) } : mapping;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
