// Enrolls one patient as a site system would:
//   npm ci && node enroll.mjs 127.0.0.1:7101 127.0.0.1:7301 STUDY SITE PATIENT [REQUEST_ID]
// The study must be active, the site too, and have room and kits (deploy/up --demo shows how they come about).
import { randomUUID } from 'node:crypto';
import { connect, reasonOf } from './accrual.mjs';

const [core, consumers, study_id, site_id, patient_id, request_id = randomUUID()] = process.argv.slice(2);
if (!patient_id) {
  console.error('usage: node enroll.mjs CORE CONSUMERS STUDY SITE PATIENT [REQUEST_ID]');
  process.exit(64);
}
const accrual = connect(core, consumers);

try {
  // A UUID for each enrollment that the site wants. Store it before the call: after a lost connection the same id sent
  // again has no second effect. To try again after a rejection, use a new one.
  let operation = await accrual.enrollments.EnrollPatient({
    request_id,
    study_id, site_id, patient_id,
    enrolled_by: 'site-system',
    consent: { version: 'v1', signed_at: { seconds: '1700000000', nanos: 0 } },
    // A map is a list of its pairs: strata: [{ key: 'sex', value: 'f' }].
    eligibility: { eligible: true, criteria_version: 'v1', strata: [] },
  });
  while (!operation.done) {
    operation = await accrual.operations.WaitOperation({ name: operation.name, timeout: { seconds: '5' } });
  }
  if (operation.error) {
    console.log(`rejected ${operation.metadata.reason}`);
    process.exit(1);
  }
  const { enrollment_id, consistency_token } = operation.metadata;
  // With the token the answer is never older than what was just done.
  const { enrollment } = await accrual.queries.GetEnrollment({ enrollment_id, min_consistency_token: consistency_token });
  console.log(`enrolled ${enrollment.enrollment_id} ${enrollment.state}`);
  console.log(`randomization number ${enrollment.randomization_number}, hand over kit ${enrollment.kit_id}`);
} catch (error) {
  console.error(`refused ${reasonOf(error)}: ${error.details}`);
  process.exit(1);
}
process.exit(0);
