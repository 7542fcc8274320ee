// Withdraws a patient whose enrollment is still in progress:
//   npm ci && node withdraw.mjs 127.0.0.1:7101 127.0.0.1:7301 STUDY SITE PATIENT
import { randomUUID } from 'node:crypto';
import { connect, reasonOf } from './accrual.mjs';

const [core, consumers, study_id, site_id, patient_id] = process.argv.slice(2);
if (!patient_id) {
  console.error('usage: node withdraw.mjs CORE CONSUMERS STUDY SITE PATIENT');
  process.exit(64);
}
const accrual = connect(core, consumers);

try {
  const { name, metadata } = await accrual.enrollments.EnrollPatient({
    request_id: randomUUID(),
    study_id, site_id, patient_id,
    enrolled_by: 'site-system',
    consent: { version: 'v1', signed_at: { seconds: '1700000000', nanos: 0 } },
    eligibility: { eligible: true, criteria_version: 'v1', strata: [] },
  });
  // A withdrawal is recorded at once, whatever the enrollment waits for. What it has taken is given back afterwards.
  const { enrollment } = await accrual.enrollments.WithdrawPatient({
    request_id: randomUUID(),
    enrollment_id: metadata.enrollment_id,
    reason: 'consent withdrawn',
    withdrawn_by: 'site-system',
  });
  console.log(`withdrawn ${enrollment.enrollment_id} ${enrollment.state}`);
  // Confirmed, if the enrollment was faster than the withdrawal: the state above is OFF_STUDY then.
  const operation = await accrual.operations.WaitOperation({ name, timeout: { seconds: '5' } });
  console.log(operation.error ? `operation rejected ${operation.metadata.reason}` : 'operation confirmed');
} catch (error) {
  console.error(`refused ${reasonOf(error)}: ${error.details}`);
  process.exit(1);
}
process.exit(0);
