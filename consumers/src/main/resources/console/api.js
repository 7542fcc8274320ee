// Calls of the gRPC contract, in protobuf's JSON. A failure is thrown as what the server said.
export class CallFailed extends Error {
  constructor(error) {
    super(error.message);
    Object.assign(this, error);
  }
}

const UNREACHABLE = {
  code: "UNAVAILABLE",
  reason: "CONSOLE_UNREACHABLE",
  message: "the server does not answer",
  correlationId: "",
  fields: [],
};

export async function call(method, request, actor = "") {
  return post(`/console/api/call/${method}`, request, actor);
}

export async function enrollDemoPatient() {
  return post("/console/api/demo", {}, "");
}

async function post(path, body, actor) {
  let envelope;
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(actor ? { "X-Actor": actor } : {}) },
      body: JSON.stringify(body),
    });
    envelope = response.ok
      ? await response.json()
      : { error: { ...UNREACHABLE, message: `the server answered ${response.status}` } };
  } catch {
    envelope = { error: UNREACHABLE };
  }
  if (envelope.error) throw new CallFailed(envelope.error);
  return envelope.answer;
}

// Makes asking twice asking once.
export const requestId = () => crypto.randomUUID();
