import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";

const TYPES = { ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };
const FOREVER = "public, max-age=31536000, immutable";
const HASHED = /^\/assets\/([a-z]+)\.[0-9a-f]{16}(\.[a-z]+)$/;

/**
 * The files of a folder, each under an address with a hash of its content: another content has
 * another address, so that browsers and CloudFront may keep each for ever. They are read once, at
 * the start; no path of a request ever reaches the file system.
 */
export function loadAssets(folder) {
  const files = new Map();
  for (const name of readdirSync(folder)) {
    const extension = extname(name);
    if (!TYPES[extension]) throw new Error(`${name}: no type is known for ${extension}`);
    const content = readFileSync(new URL(name, folder));
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
    const stem = name.slice(0, -extension.length);
    const path = `/assets/${stem}.${hash}${extension}`;
    files.set(name, { path, content, type: TYPES[extension] });
  }

  return {
    /** The address of a file, by its name. */
    path: (name) => files.get(name).path,

    /** The text of a file, by its name. */
    text: (name) => files.get(name).content.toString("utf8"),

    /** What is at an address: content, type and cache control, or undefined. */
    find(path) {
      const match = HASHED.exec(path);
      const file = match && files.get(match[1] + match[2]);
      if (!file) return undefined;
      // While tasks change, a page of the one version asks the other for its assets. What is here
      // does better than nothing, but must not stay at an address that is not its own.
      const cacheControl = file.path === path ? FOREVER : "no-store";
      return { ...file, cacheControl };
    },
  };
}
