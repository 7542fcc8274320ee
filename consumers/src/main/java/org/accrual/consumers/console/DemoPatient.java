package org.accrual.consumers.console;

/** A demo patient whose enrollment has been requested. */
record DemoPatient(String patientId, String enrollmentId, String correlationId) {}
