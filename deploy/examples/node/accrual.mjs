// Clients of Accrual's gRPC services, made of the released contract at run time: nothing is generated.
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const RELEASED = new URL(
  process.env.ACCRUAL_CONTRACT ?? '../../../api-proto/src/main/resources/history/proto/released.binpb',
  import.meta.url,
);

// json: what a google.protobuf.Any holds is shown as a message of its own, with its type under "@type".
const services = grpc.loadPackageDefinition(
  loader.loadFileDescriptorSetFromBuffer(readFileSync(RELEASED), {
    keepCase: true, longs: String, enums: String, defaults: true, oneofs: true, json: true,
  }),
);

const MAY_PASS = new Set([grpc.status.UNAVAILABLE, grpc.status.ABORTED, grpc.status.DEADLINE_EXCEEDED]);
const TRIES = 20;
const CALL_MILLIS = 10_000;

/** The reason of an error, such as PATIENT_ALREADY_ENROLLED: for programs; `details` is for people. */
export function reasonOf(error) {
  const status = error.metadata?.get('grpc-status-details-bin')[0];
  // google.rpc.Status > ErrorInfo: field 1 is the reason, field 2 the domain, which is ours.
  return status?.toString('latin1').match(/\n[^]([A-Z][A-Z0-9_]+)\x12\x07accrual/)?.[1] ?? grpc.status[error.code];
}

/** A client whose calls are promises, and are sent again, under the same request_id, while a failure may pass. */
function client(Service, address) {
  const stub = new Service(address, grpc.credentials.createInsecure());
  return new Proxy(stub, {
    get: (_, method) => method === 'close' ? () => stub.close() : request => call(stub, method, request),
  });
}

async function call(stub, method, request) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await new Promise((resolve, reject) =>
        stub[method](request, { deadline: Date.now() + CALL_MILLIS }, (error, answer) =>
          error ? reject(error) : resolve(answer)));
    } catch (error) {
      if (attempt === TRIES || !MAY_PASS.has(error.code)) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, 100 * attempt));
    }
  }
}

export function connect(core, consumers) {
  const { accrual, google } = services;
  return {
    studies: client(accrual.study.v1.StudyService, core),
    enrollments: client(accrual.enrollment.v1.EnrollmentService, core),
    operations: client(google.longrunning.Operations, core),
    queries: client(accrual.query.v1.EnrollmentQueryService, consumers),
    emergency: client(accrual.enrollment.v1.EmergencyUnblindingService, consumers),
  };
}
