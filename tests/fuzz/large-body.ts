const CHUNK_BYTES = 256 * 1024;
const ANSWER_TIMEOUT_MS = 2_000;
/** A server that means to read on would have asked for more by then. */
const CLOSE_AFTER_MS = 50;
const ANSWERED = /^HTTP\/1\.1 (\d{3})/;

/** How a sender says how much is to come. */
export type Framing = "chunked" | "announced" | "understated";

/**
 * Sends a body for as long as the server takes it.
 *
 * @param request its first lines, without the headers of the body
 * @param framing `announced`: by its true length. `understated`: as ten bytes
 * @returns the status, null where the server just hung up; and how many bytes went
 */
export async function sendLargeBody(
  port: number,
  request: string,
  framing: Framing,
  bytes: number,
): Promise<{ readonly status: number | null; readonly sent: number }> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const header = framing === "chunked"
    ? "transfer-encoding: chunked"
    : `content-length: ${framing === "announced" ? bytes : 10}`;
  let text = "";
  const close = () => {
    try {
      connection.close();
    } catch {
      // Closed by the server.
    }
  };
  const reading = (async () => {
    for await (const chunk of connection.readable) {
      text += new TextDecoder().decode(chunk);
      // Answered: what the server does not read of the body would never go.
      if (ANSWERED.test(text)) setTimeout(close, CLOSE_AFTER_MS);
    }
  })().catch(() => {});
  const encoder = new TextEncoder();
  const size = encoder.encode(`${CHUNK_BYTES.toString(16)}\r\n`);
  const end = encoder.encode("\r\n");
  const filler = new Uint8Array(CHUNK_BYTES).fill(0x20);
  let sent = 0;
  const writer = connection.writable.getWriter();
  try {
    await writer.write(
      encoder.encode(`${request}\r\nhost: a.example\r\nconnection: close\r\n${header}\r\n\r\n`),
    );
    while (sent < bytes && !ANSWERED.test(text)) {
      if (framing === "chunked") await writer.write(size);
      await writer.write(filler);
      if (framing === "chunked") await writer.write(end);
      sent += CHUNK_BYTES;
    }
    if (framing === "chunked") await writer.write(encoder.encode("0\r\n\r\n"));
  } catch {
    // The server has heard enough.
  }
  const timer = setTimeout(close, ANSWER_TIMEOUT_MS);
  await reading;
  clearTimeout(timer);
  close();
  const status = ANSWERED.exec(text)?.[1];
  return { status: status === undefined ? null : Number(status), sent };
}
