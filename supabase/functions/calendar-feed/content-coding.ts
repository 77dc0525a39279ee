/** Whether `Accept-Encoding` lets an answer be sent in gzip (RFC 9110 §12.5.3). */
export function acceptsGzip(accept_encoding: string | null): boolean {
  const weights = new Map(
    (accept_encoding ?? "").toLowerCase().split(",").map((entry) => {
      const [coding = "", ...parameters] = entry.split(";").map((part) => part.trim());
      const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return [coding, q === undefined ? 1 : Number(q)];
    }),
  );
  return (weights.get("gzip") ?? weights.get("x-gzip") ?? weights.get("*") ?? 0) > 0;
}
