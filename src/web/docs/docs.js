// SPDX-License-Identifier: EUPL-1.2
// Reads the OpenAPI document of this server and lays it out. Everything is put in as text, never as markup.

/** @typedef {{operationId?: string, summary?: string, description?: string, tags?: string[],
 *   security?: object[], parameters?: any[], requestBody?: any, responses?: Record<string, any>}} Operation */

const document_ = await (await fetch("/api/openapi.json")).json();
const schemas = document_.components?.schemas ?? {};

/** Makes an element with children.
 * @param {string} name @param {Record<string, string>} attributes @param {...(Node|string)} children */
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** The schema behind a reference. @param {any} schema */
function resolve(schema) {
  return schema?.$ref ? schemas[schema.$ref.split("/").pop()] ?? {} : schema ?? {};
}

/** A schema in a few words. @param {any} schema @returns {string} */
function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  const any = schema.oneOf ?? schema.anyOf;
  if (any) return any.map(typeOf).join(" | ");
  if (schema.allOf) return schema.allOf.map(typeOf).join(" & ");
  if (schema.type === "array") return `[${typeOf(schema.items)}]`;
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type ?? "object";
  const limit = schema.maxLength ? ` ≤ ${schema.maxLength}` : "";
  return (schema.format ? `${type} (${schema.format})` : type) + limit;
}

/** The fields of an object, each in a row. @param {any} schema */
function fields(schema) {
  const resolved = resolve(schema);
  const parts = [resolved, ...(resolved.allOf ?? []).map(resolve)];
  const table = element("table");
  for (const part of parts) {
    for (const [name, field] of Object.entries(part.properties ?? {})) {
      const needed = part.required?.includes(name) ? "" : "?";
      table.append(element("tr", {},
        element("td", {}, element("code", {}, name + needed)),
        element("td", {}, element("code", {}, typeOf(field))),
        element("td", {}, field.description ?? "")));
    }
  }
  return table.childElementCount ? table : element("p", {}, element("code", {}, typeOf(schema)));
}

/** @param {string} label @param {any} content */
function body(label, content) {
  const [mediaType, { schema = {} } = {}] = Object.entries(content ?? {})[0] ?? [];
  if (!mediaType) return "";
  return element("details", {}, element("summary", {}, `${label}: ${typeOf(schema)} (${mediaType})`), fields(schema));
}

/** @param {string} path @param {string} method @param {Operation} operation */
function article(path, method, operation) {
  const id = operation.operationId ?? `${method} ${path}`;
  const node = element("article", { id },
    element("h3", {}, operation.summary ?? id),
    element("p", { class: "route" },
      element("span", { class: `method ${method}` }, method.toUpperCase()), ` ${path}`));
  if (operation.description) node.append(element("p", {}, operation.description));
  if (!operation.security?.length) {
    node.append(element("p", { class: "open" }, "Ohne Anmeldung / without a session"));
  }
  if (operation.parameters?.length) {
    const table = element("table");
    for (const parameter of operation.parameters) {
      table.append(element("tr", {},
        element("td", {}, element("code", {}, parameter.name), ` (${parameter.in})`),
        element("td", {}, element("code", {}, typeOf(parameter.schema))),
        element("td", {}, parameter.description ?? "")));
    }
    node.append(table);
  }
  if (operation.requestBody) node.append(body("Anfrage / request", operation.requestBody.content));
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    const detail = body(`Antwort / answer ${status}`, response.content);
    node.append(detail || element("p", { class: "open" }, `Antwort / answer ${status}`));
  }
  return node;
}

/** @type {Map<string, {path: string, method: string, operation: Operation}[]>} */
const byTag = new Map();
for (const [path, methods] of Object.entries(document_.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const tag = operation.tags?.[0] ?? "";
    byTag.set(tag, [...(byTag.get(tag) ?? []), { path, method, operation }]);
  }
}

const main = document.getElementById("content");
const contents = document.getElementById("contents");
const search = /** @type {HTMLInputElement} */ (document.getElementById("search"));

function show() {
  const wanted = search.value.trim().toLowerCase();
  main.replaceChildren();
  contents.replaceChildren();
  for (const [tag, routes] of byTag) {
    const found = routes.filter(({ path, operation }) =>
      `${path} ${operation.operationId} ${operation.summary}`.toLowerCase().includes(wanted));
    if (!found.length) continue;
    contents.append(element("h2", {}, tag));
    for (const { path, method, operation } of found) {
      contents.append(element("a", { href: `#${operation.operationId}` },
        element("span", { class: `method ${method}` }, method.toUpperCase()), operation.summary ?? path));
      main.append(article(path, method, operation));
    }
  }
  if (!main.childElementCount) main.append(element("p", {}, "Nichts gefunden. / Nothing found."));
}

search.addEventListener("input", show);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  }
});
show();
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
