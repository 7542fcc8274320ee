// As much of a mail's form as is needed to read one: headers, and a text or HTML part.
const decoder = new TextDecoder();

export function parse(mail) {
  const { headers, body } = split(mail);
  const boundary = /multipart\/.*boundary="?([^";]+)"?/i.exec(headers["content-type"] ?? "");
  if (boundary) {
    const parts = body.split(`--${boundary[1]}`).slice(1, -1).map((part) => parse(part.replace(/^\r?\n/, "")));
    return { headers, text: parts.find((part) => part.text)?.text ?? "", markup: parts.find((part) => part.markup)?.markup };
  }
  const content = decoded(body, headers["content-transfer-encoding"] ?? "");
  return /text\/html/i.test(headers["content-type"] ?? "") ? { headers, text: "", markup: content } : { headers, text: content };
}

function split(mail) {
  const end = /\r?\n\r?\n/.exec(mail);
  const head = end ? mail.slice(0, end.index) : mail;
  const headers = {};
  for (const line of head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = words(line.slice(colon + 1).trim());
  }
  return { headers, body: end ? mail.slice(end.index + end[0].length) : "" };
}

function decoded(body, encoding) {
  if (/quoted-printable/i.test(encoding)) return quoted(body.replace(/=\r?\n/g, ""));
  if (/base64/i.test(encoding)) return binary(body);
  return body;
}

// =C3=A4 is two bytes of one character.
const quoted = (text) =>
  decoder.decode(
    Uint8Array.from(
      text.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
      (character) => character.charCodeAt(0),
    ),
  );

function binary(text) {
  try {
    return decoder.decode(Uint8Array.from(atob(text.replace(/\s/g, "")), (character) => character.charCodeAt(0)));
  } catch {
    return text;
  }
}

// =?UTF-8?Q?…?= in headers.
const words = (value) =>
  value.replace(/=\?[^?]+\?([bq])\?([^?]*)\?=/gi, (_, way, text) => (way.toLowerCase() === "b" ? binary(text) : quoted(text.replaceAll("_", " "))));
