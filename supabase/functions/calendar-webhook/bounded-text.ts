/**
 * The body of a request as text.
 *
 * @param bytes_max no more than that is read
 * @returns null where there is more, or where the body breaks off
 */
export async function boundedText(request: Request, bytes_max: number): Promise<string | null> {
  if (Number(request.headers.get("content-length") ?? 0) > bytes_max) return null;
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > bytes_max) return null;
      text += decoder.decode(chunk, { stream: true });
    }
  } catch {
    return null;
  }
  return text + decoder.decode();
}
