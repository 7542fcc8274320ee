package org.accrual.consumers.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.accrual.consumers.database.EffectsPool;
import org.jspecify.annotations.Nullable;

/** {@code notification.contact}. What is written here is encrypted already. */
@ApplicationScoped
class ContactTable {
  private static final String SET =
      """
      insert into notification.contact (study_id, patient_id, email, phone, set_by, set_at)
      values (?, ?, ?, ?, ?, now())
      on conflict (study_id, patient_id) do update set
             email = excluded.email, phone = excluded.phone, set_by = excluded.set_by,
             set_at = excluded.set_at
      """;
  // A contact that is not there leaves no record: a repetition changes nothing.
  private static final String ERASE =
      """
      with erased as (
        delete from notification.contact where study_id = ? and patient_id = ?
        returning study_id, patient_id),
      forgotten as (
        update notification.message m set receipt = null, last_error = null
          from erased e where m.study_id = e.study_id and m.patient_id = e.patient_id)
      insert into notification.contact_erasure (study_id, patient_id, erased_by)
      select study_id, patient_id, ? from erased
      """;

  private final DataSource database;

  @Inject
  ContactTable(@EffectsPool DataSource database) {
    this.database = database;
  }

  /**
   * Sets a contact, in place of what was set before.
   *
   * @param email encrypted; null for none
   * @param phone encrypted; null for none. One of the two must be given
   */
  void set(Patient patient, byte @Nullable [] email, byte @Nullable [] phone, String actor)
      throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(SET)) {
      NotificationConsumer.ROLE.take(connection);
      statement.setString(1, patient.studyId());
      statement.setString(2, patient.patientId());
      statement.setBytes(3, email);
      statement.setBytes(4, phone);
      statement.setString(5, actor);
      statement.executeUpdate();
      connection.commit();
    }
  }

  /** Deletes a contact and the answers of servers that may repeat it; records the deletion. */
  void erase(Patient patient, String actor) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(ERASE)) {
      NotificationConsumer.ROLE.take(connection);
      statement.setString(1, patient.studyId());
      statement.setString(2, patient.patientId());
      statement.setString(3, actor);
      statement.executeUpdate();
      connection.commit();
    }
  }
}
