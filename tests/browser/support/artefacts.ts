import { ROOT } from "../../../local/paths.ts";

const FOLDER = `${ROOT}/tests/browser/screenshots`;

/**
 * Where a file that a test leaves for people goes; the folder is not checked in, CI keeps it.
 *
 * @param name may hold anything; what file names do not like becomes a dash
 * @param extension without the dot
 */
export function artefactPath(name: string, extension: string): string {
  return `${FOLDER}/${name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}.${extension}`;
}
