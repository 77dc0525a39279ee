/**
 * A text as it may stand in others: as it is, URL-encoded, in JSON, in hex, in base64 and base64url at whatever offset.
 *
 * @returns pairs of what the encoding is called and the encoded text
 */
export function encodingsOf(text: string): readonly (readonly [string, string])[] {
  const bytes = new TextEncoder().encode(text);
  const forms: (readonly [string, string])[] = [
    ["as it is", text],
    ["URL-encoded", encodeURIComponent(text)],
    ["in JSON", JSON.stringify(text).slice(1, -1)],
    ["in hex", [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")],
  ];
  for (const offset of [0, 1, 2]) {
    const base64 = btoa(String.fromCharCode(...new Uint8Array(offset), ...bytes));
    // What a neighbour has a part in is cut off.
    const first = Math.ceil(offset * 8 / 6);
    const last = Math.floor((offset + bytes.length) * 8 / 6);
    const inner = base64.slice(first, last);
    forms.push(["in base64", inner], ["in base64url", inner.replaceAll("+", "-").replaceAll("/", "_")]);
  }
  return forms.filter(([, form], at) => forms.findIndex(([, other]) => other === form) === at);
}
