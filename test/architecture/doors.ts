import 'reflect-metadata';
import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { type INestApplication } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { type DoorPolicy, policyOf } from '../../apps/gateway/src/edge/needs-scope.js';

/** One way in: a REST handler, or a root field of GraphQL. */
export interface Door {
  /** `GET /v1/apps/:id`, `Query.app`. */
  name: string;
  /** undefined: its author forgot to say who may enter. */
  policy: DoorPolicy | undefined;
}

/** What @nestjs/graphql notes on a root field: its constants are not among its exports. */
const RESOLVER_TYPE = 'graphql:resolver_type';
const RESOLVER_NAME = 'graphql:resolver_name';

const reflector = new Reflector();

/** Every REST door and every GraphQL root field of a running gateway. */
export function doorsOf(app: INestApplication): { rest: Door[]; graphql: Door[] } {
  const modules = [...app.get(ModulesContainer).values()];
  const classes = (kind: 'controllers' | 'providers') =>
    new Set(
      modules.flatMap((module) => [...module[kind].values()].flatMap(({ metatype }) => (metatype ?? []) as Type[])),
    );
  return {
    rest: [...classes('controllers')].flatMap(restDoorsOf),
    graphql: [...classes('providers')].flatMap(rootFieldsOf),
  };
}

export function restDoorsOf(controller: Type): Door[] {
  const [prefix] = [Reflect.getMetadata(PATH_METADATA, controller) as string | string[]].flat();
  return handlersOf(controller).flatMap((handler) => {
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const paths = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
    const policy = policyOf(reflector, handler, controller);
    return paths.map((path) => ({ name: `${RequestMethod[method]} ${pathOf(prefix ?? '', path)}`, policy }));
  });
}

export function rootFieldsOf(resolver: Type): Door[] {
  return handlersOf(resolver).flatMap((handler) => {
    const type = Reflect.getMetadata(RESOLVER_TYPE, handler) as string | undefined;
    if (type !== 'Query' && type !== 'Mutation' && type !== 'Subscription') return [];
    const name = (Reflect.getMetadata(RESOLVER_NAME, handler) as string | undefined) ?? handler.name;
    return { name: `${type}.${name}`, policy: policyOf(reflector, handler, resolver) };
  });
}

function handlersOf({ prototype }: Type): (() => unknown)[] {
  if (!prototype) return [];
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(prototype as object);
  return Object.values(methods).flatMap(({ value }) => (typeof value === 'function' ? (value as () => unknown) : []));
}

const pathOf = (...parts: string[]): string =>
  `/${parts
    .map((part) => part.replaceAll(/^\/|\/$/g, ''))
    .filter(Boolean)
    .join('/')}`;
