// Bytes of the API, which are base64, and texts.

export function encodeText(text) {
  let binary = '';
  for (const byte of new TextEncoder().encode(text))
    binary += String.fromCharCode(byte);
  return btoa(binary);
}

// The text, or null for what is no UTF-8.
export function decodeText(base64) {
  const binary = atob(base64 ?? '');
  const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
        .decode(bytes);
  } catch {
    return null;
  }
}
