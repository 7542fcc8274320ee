// Discloses a patient's arm in an emergency; needs PostgreSQL and the consumers process, neither Kafka nor the relay:
//   npm ci && node unblind.mjs 127.0.0.1:7101 127.0.0.1:7301 ENROLLMENT WHO REASON
import { connect, reasonOf } from './accrual.mjs';

const [core, consumers, enrollment_id, unblinded_by, reason] = process.argv.slice(2);
if (!reason) {
  console.error('usage: node unblind.mjs CORE CONSUMERS ENROLLMENT WHO REASON');
  process.exit(64);
}
const accrual = connect(core, consumers);

try {
  // Each call is recorded as a disclosure, also one that is sent again.
  const disclosed = await accrual.emergency.EmergencyUnblind({ enrollment_id, reason, unblinded_by });
  // Compare patient, site and number with the patient before acting on the arm.
  console.log(`patient ${disclosed.patient_id} at ${disclosed.site_id}, number ${disclosed.randomization_number}`);
  console.log(`arm ${disclosed.arm_id}`);
  console.log(`recorded ${disclosed.event_id}`);
} catch (error) {
  console.error(`refused ${reasonOf(error)}: ${error.details}`);
  process.exit(1);
}
process.exit(0);
